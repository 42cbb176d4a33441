"""统计: the numbers that a case counts of others, and the cases behind each."""

from itertools import islice

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.forms import CaseId
from api.pages.lists.case_rows import work_items
from api.pages.rendering import masthead_of, show
from api.presenting.tallies import BehindPage, tally_table
from workflow.engine.errors import NotFound
from workflow.store.casework import cases
from workflow.store.lists import queries
from workflow.store.sight.scope import check_scope
from workflow.tallying import cases_behind, tallied_for

router = APIRouter()

MOST = 200
"""Cases behind a number that are listed."""


@router.get("/cases/{case_id}/tallies")
def table(case_id: CaseId, duban: Installation, someone: SignedInPage) -> Response:
    """The numbers of a case, each with an address of what is behind it."""
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
        case, _ = cases.read_case(connection, case_id)
        definition = duban.catalog.version(case.definition).definition
        if not definition.tallies:
            raise NotFound("这件事项没有统计", {"case": case_id})
        found = tallied_for(connection, duban.catalog, case, duban.clock())
    page = tally_table(definition, found, case_id)
    return show("tallies.html", page, masthead_of(duban, someone, ""))


@router.get("/cases/{case_id}/tallies/{name}")
def behind(
    case_id: CaseId, name: str, duban: Installation, someone: SignedInPage, unit: str = ""
) -> Response:
    """The page of one number: of the unit that the case is about, or of one right below it."""
    now = duban.clock()
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
        case, _ = cases.read_case(connection, case_id)
        definition = duban.catalog.version(case.definition).definition
        if name not in definition.tallies:
            raise NotFound("没有这项统计", {"tally": name[:40]})
        found = tallied_for(connection, duban.catalog, case, now)
        units = {str(one.id): one for one in (found.unit, *(one for one, _ in found.below))}
        place = units.get(unit, found.unit)
        every = cases_behind(connection, duban.catalog, definition, found, name, place.path, now)
        ids = [one.id for one in islice(every, MOST)]
        rows = queries.cases_by_id(connection, someone.actor, ids)
        items = tuple(item for item, _, _ in work_items(connection, duban, someone, rows))
    # Who reads the number knows how many there are; of a confidential case it tells nothing, since
    # those are in no tally.
    hidden = len(ids) - len(items)
    page = BehindPage(
        case=f"/cases/{case_id}/tallies",
        title=f"{place.name} {definition.tallies[name].title}",
        count=f"{len(ids):,} 件" if len(ids) < MOST else f"前 {MOST:,} 件",
        hidden=f"另有 {hidden:,} 件不在你的范围内。" if hidden else "",
        items=items,
    )
    return show("tally.html", page, masthead_of(duban, someone, ""))
