"""A ledger as a spreadsheet: at once where it is short, as long work where it is not."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.downloads import made
from api.jobs import exporting
from api.jobs.exporting import MOST_EXPORTED
from api.pages.casework.bulk import ticked_in
from api.pages.forms import Posted
from api.pages.lists.ledger_filters import Asked, Filters, moments_at, one_ledger_of, unit_of
from api.pages.lists.printed import MOST_PRINTED, form_of, printed
from api.pages.rendering import masthead_of, show
from api.presenting.jobs import ExportPage
from api.spreadsheets.ledger import sheet_title
from api.spreadsheets.ledger_rows import sheet_now
from workflow.engine.errors import InvalidInput
from workflow.store import jobs
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.lists import queries, ranges
from workflow.store.lists.counting import count_up_to
from workflow.store.lists.queries import Filter

router = APIRouter()

AT_ONCE = 5_000
"""Rows that are made while the browser waits: a second or two."""

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/ledgers/{workflow}/{ledger}/sheet.xlsx")
def sheet(
    workflow: str,
    ledger: str,
    request: Request,
    duban: Installation,
    someone: SignedInPage,
    asked: Filters,
    form: str = "",
) -> Response:
    """What is filtered, every page of it; where that is long, the way to have it made. Or a printed
    `form` of it, which takes those that were ticked too.
    """
    definition = one_ledger_of(duban, workflow, ledger)
    spec = definition.ledgers[ledger]
    title = form_of(definition, form).title if form else sheet_title(definition, ledger)
    with duban.database.reading() as connection:
        narrowed = _narrowed(connection, duban, workflow, asked)
        if form:
            found = _chosen(connection, someone, narrowed, asked, ticked_in(request.query_params))
            content = printed(
                connection, duban, someone, definition, form_of(definition, form), found
            )
        elif _count(connection, someone, narrowed) > AT_ONCE:
            where = f"/ledgers/{workflow}/{ledger}/export{asked.address()}"
            return RedirectResponse(where, 303)
        else:
            content = sheet_now(
                connection, duban, someone, (definition, spec), narrowed, asked.order
            )
    with duban.database.unit_of_work() as connection:
        told = exporting.log_of(workflow, ledger) | ({"form": form} if form else {})
        audit.record(connection, Act("export", someone.person, data=told), duban.clock())
    return made(content, f"{title}.xlsx", _XLSX)


def _chosen(
    connection: Connection,
    someone: Someone,
    narrowed: Filter,
    asked: Asked,
    ticked: Sequence[int],
) -> list[queries.Row]:
    """The rows of a printed form: those ticked, or all that are filtered."""
    if ticked:
        rows = queries.cases_by_id(connection, someone.actor, ticked)
        return [row for row in rows if (row["workflow"],) == narrowed.workflows]
    most, order = MOST_PRINTED + 1, ranges.ORDERS[asked.order]
    return queries.list_cases(connection, someone.actor, narrowed, limit=most, order=order).rows


@router.get("/ledgers/{workflow}/{ledger}/export")
def offer(
    workflow: str, ledger: str, duban: Installation, someone: SignedInPage, asked: Filters
) -> Response:
    """Say how long it is, and offer to make it in the background."""
    definition = one_ledger_of(duban, workflow, ledger)
    with duban.database.reading() as connection:
        rows = _count(connection, someone, _narrowed(connection, duban, workflow, asked))
    page = ExportPage(
        title=sheet_title(definition, ledger),
        rows=rows,
        ledger=f"/ledgers/{workflow}/{ledger}{asked.address()}",
        action=f"/ledgers/{workflow}/{ledger}/export{asked.address()}",
    )
    return show("export.html", page, masthead_of(duban, someone, "/ledgers"))


@router.post("/ledgers/{workflow}/{ledger}/export")
def begin(
    workflow: str,
    ledger: str,
    duban: Installation,
    someone: SignedInForm,
    asked: Filters,
    form: Posted,
) -> Response:
    """Have it made in the background; to the page of that job."""
    del form  # its token was checked
    definition = one_ledger_of(duban, workflow, ledger)
    with duban.database.reading() as connection:
        narrowed = _narrowed(connection, duban, workflow, asked)
        _count(connection, someone, narrowed)
    what = exporting.asked_for(workflow, ledger, narrowed, asked.order, asked.address())
    title = f"导出{sheet_title(definition, ledger)}"
    with duban.database.unit_of_work() as connection:
        job = jobs.ask(connection, someone.actor, exporting.LEDGER, title, what, duban.clock())
    return RedirectResponse(f"/jobs/{job}", 303)


def _narrowed(connection: Connection, duban: Duban, workflow: str, asked: Asked) -> Filter:
    """What is to go out; raises InvalidInput where the unit is not clear."""
    picked = unit_of(connection, asked)
    if picked.problem:
        raise InvalidInput(picked.problem)
    moments = moments_at(duban.catalog.calendar, duban.clock())
    return asked.filter(duban, workflow, picked, moments)


def _count(connection: Connection, someone: Someone, narrowed: Filter) -> int:
    """How many rows; raises InvalidInput when one spreadsheet does not hold them."""
    rows = count_up_to(connection, someone.actor, narrowed, MOST_EXPORTED + 1)
    if rows > MOST_EXPORTED:
        raise InvalidInput(f"超过 {MOST_EXPORTED} 行，一张表装不下；请先筛选，再分几次导出")
    return rows
