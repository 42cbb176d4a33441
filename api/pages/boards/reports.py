"""定期报告: who has handed in, who has not, and who is late, for one period of one workflow."""

from collections import Counter

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from api.auth import Installation, SignedInPage, Someone
from api.context import Duban
from api.pages.boards.reading import HERE, chosen_of, definitions, workflow_options
from api.pages.lists.case_rows import work_items
from api.pages.rendering import masthead_of, show
from api.presenting.boards import Figure, ReportRow, ReportsPage, tabs
from api.presenting.fields import options_of
from api.presenting.lights import LIGHTS
from api.presenting.wording import in_full
from workflow.engine.calendar import local_day
from workflow.engine.periods import read_period
from workflow.store.lists import queries
from workflow.store.lists.boards import periods_of

router = APIRouter()

MOST = 500
"""Units of a period that are listed."""
_ORDER = ("late", "near", "good", "still", "none", "done")


@router.get("/boards/reports")
def reports(
    duban: Installation, someone: SignedInPage, workflow: str = "", year: str = ""
) -> Response:
    """The page of one workflow that opens by the calendar, and one year."""
    known = {name: one for name, one in definitions(duban).items() if one.is_owed}
    workflow = chosen_of(known, workflow)
    with duban.database.reading() as connection:
        years = {
            str(one): str(read_period(one))
            for one in periods_of(connection, someone.actor, workflow)
        }
        year = chosen_of(years, year)
        rows, more = _rows(connection, duban, someone, workflow, year) if year else ((), False)
    lights = Counter(row.item.clock.light for row in rows)
    page = ReportsPage(
        tabs=tabs("/boards/reports"),
        workflows=workflow_options(known, workflow),
        years=options_of(years, year),
        figures=tuple(
            Figure(LIGHTS[light], f"{lights[light]:,}", light=light)
            for light in _ORDER
            if lights[light]
        ),
        rows=rows,
        more=more,
    )
    return show("board_reports.html", page, masthead_of(duban, someone, HERE))


def _rows(
    connection: Connection, duban: Duban, someone: Someone, workflow: str, year: str
) -> tuple[tuple[ReportRow, ...], bool]:
    """A row a unit, whoever is late first, and whether there are more."""
    narrowed = queries.Filter(workflows=(workflow,), period=int(year))
    found = queries.list_cases(connection, someone.actor, narrowed, limit=MOST)
    rows = []
    for item, row, definition in work_items(connection, duban, someone, found.rows):
        marks = tuple(
            definition.marks[mark].title
            for mark in row["body"]["marks"]
            if mark in definition.marks
        )
        closed = in_full(local_day(row["closed_at"])) if row["closed_at"] else ""
        rows.append(ReportRow(item, marks, closed))
    in_order = sorted(rows, key=lambda row: _ORDER.index(row.item.clock.light))
    return tuple(in_order), found.next is not None
