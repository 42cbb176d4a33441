"""减负: what one's own unit was told and asked for in the last weeks, and by whom.

A unit sees its own figures: they say what it was asked, not how well it did.
"""

from datetime import timedelta

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.boards.reading import HERE, definitions
from api.pages.rendering import masthead_of, show
from api.presenting.boards import tabs
from api.presenting.burden import (
    BurdenPage,
    Metered,
    asking_of,
    beyond_of,
    budgets_of,
    mondays_before,
    reasons_of,
    weeks_of,
)
from api.presenting.fields import options_of
from api.presenting.wording import Names
from workflow.engine.calendar import day_begins, local_day
from workflow.engine.case import Unit
from workflow.store.lists import queries
from workflow.store.outgoing import burden
from workflow.store.sight.scope import units_of
from workflow.visits import planned

router = APIRouter()

WEEKS = 8


@router.get("/boards/burden")
def board(duban: Installation, someone: SignedInPage, unit: str = "") -> Response:
    """The page of one of the reader's units."""
    now, known = duban.clock(), definitions(duban)
    mine = sorted(units_of(someone.actor))
    one = int(unit) if unit.isdecimal() and unit in map(str, mine) else mine[0]
    mondays = mondays_before(local_day(now), WEEKS)
    since = day_begins(mondays[-1])
    with duban.database.reading() as connection:
        people = burden.people_of(connection, one, now)
        period = since, now + timedelta(seconds=1), burden.of_people(one, people)
        letters = burden.letters(connection, *period, burden.MOST_ROWS)
        tasks = burden.tasks(connection, *period, burden.MOST_ROWS)
        forms = burden.forms(connection, *period[:2], one, people, burden.MOST_ROWS)
        ends = mondays[0] + timedelta(days=7)
        visits = planned(connection, duban.catalog, someone.actor, mondays[-1], ends)
        further = [
            *burden.beyond(connection, since, period[2], reasons_of(known.values())),
            *burden.beyond_visits(
                connection, since, one, someone.actor, reasons_of(known.values(), visits=True)
            ),
        ]
        (row,) = queries.units_by_id(connection, {one})
        asking = {task.by for task in tasks if task.by is not None}
        asking |= {one.unit for one in further if one.unit is not None}
        names = queries.unit_names(connection, {*mine, *asking})
        people_named = queries.person_names(connection, {one.person for one in further})
    periodic = {name for name, definition in known.items() if definition.is_owed}
    titles = {name: definition.title for name, definition in known.items()}
    metered = Metered(letters, tasks, forms, [each.day for each in visits if each.unit == one])
    weeks = weeks_of(metered, periodic, mondays)
    selector = Unit(one, row["level"], row["kind"]).selector
    named = Names(units=names, people=people_named, workflows=titles)
    page = BurdenPage(
        tabs=tabs("/boards/burden"),
        unit=names[one],
        units=options_of({str(id_): names[id_] for id_ in mine}, str(one)),
        people=len(people),
        weeks=weeks,
        budgets=budgets_of(weeks[0], selector, known.values()),
        asking=asking_of(tasks, periodic, named.unit, named.workflow),
        beyond=beyond_of(further, named),
        more=burden.MOST_ROWS in (len(letters), len(tasks), len(forms)),
    )
    return show("board_burden.html", page, masthead_of(duban, someone, HERE))
