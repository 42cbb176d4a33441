"""双台账: every ledger as a table with filters and counts, and as a spreadsheet."""

from collections.abc import Iterator, Sequence

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from api.auth import Installation, SignedInPage, Someone
from api.context import Duban
from api.downloads import made
from api.pages.casework.bulk import ticked_in
from api.pages.forms import place_in
from api.pages.lists.case_rows import ledger_rows
from api.pages.lists.ledger_filters import GROUPS, OPENED, ORDERS, Asked, Filters, moments_at
from api.pages.lists.ledger_summary import summary_of
from api.pages.lists.printed import MOST_PRINTED, form_of, printed
from api.pages.rendering import masthead_of, show
from api.pages.units import Picked, pick_unit, suggestions
from api.presenting.lists import (
    COLUMNS,
    Clocks,
    LedgerGroup,
    LedgerPage,
    LedgersPage,
    SavedView,
    facts_of,
    forms_of,
    ledger_links,
    options_of,
    stamps_of,
)
from api.spreadsheets.ledger import SheetRow, ledger_sheet
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidInput, NotFound
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.lists import queries, views
from workflow.store.lists.counting import count_up_to
from workflow.store.offices.named import roster

router = APIRouter()

PAGE_SIZE = 50
MOST_EXPORTED = 100_000
"""Rows of one spreadsheet: what an office's machine opens without waiting."""

_BATCH = 1_000
_HERE = "/ledgers"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/ledgers")
def all_ledgers(duban: Installation, someone: SignedInPage) -> Response:
    """Every ledger of every workflow."""
    groups = tuple(
        LedgerGroup(compiled.definition.title, ledger_links(compiled.definition, ""))
        for compiled in duban.catalog.workflows().values()
        if compiled.definition.ledgers
    )
    with duban.database.reading() as connection:
        saved = tuple(
            SavedView(one.address, one.title, f"/ledgers/views/{one.id}/delete")
            for one in views.views_of(connection, someone.person)
        )
    return show("ledgers.html", LedgersPage(groups, saved), masthead_of(duban, someone, _HERE))


@router.get("/ledgers/{workflow}/{ledger}")
def one_ledger(
    workflow: str, ledger: str, duban: Installation, someone: SignedInPage, asked: Filters
) -> Response:
    """One ledger as a table; `pick` is a unit chosen where a name meant several."""
    definition = _definition(duban, workflow, ledger)
    facts = definition.ledgers[ledger].facts
    moments = moments_at(duban.catalog.calendar, duban.clock())
    with duban.database.reading() as connection:
        picked = _picked(connection, asked)
        narrowed = asked.filter(workflow, picked, moments)
        found = queries.Page([], None)
        if not picked.problem:
            found = _found(connection, someone, narrowed, asked)
        page = LedgerPage(
            title=definition.ledgers[ledger].title,
            workflow_title=definition.title,
            keeper=definition.parties[definition.ledgers[ledger].kept_by].title,
            heads=tuple(definition.facts[fact].title for fact in facts[:COLUMNS]),
            rows=ledger_rows(connection, duban, someone, found.rows, facts),
            states=options_of(
                {name: state.title for name, state in definition.states.items()}, asked.state
            ),
            opened=options_of(OPENED, asked.opened),
            classes=options_of(
                {one: one for one in queries.unit_classes(connection)}, asked.class_
            ),
            orders=options_of(ORDERS, asked.order),
            groups=options_of(GROUPS, asked.group),
            summary=summary_of(connection, someone, definition, narrowed, asked, moments)
            if asked.group and not picked.problem
            else None,
            unit=picked.text,
            unit_problem=picked.problem,
            unit_options=picked.options,
            suggestions=suggestions(connection, definition.parties[definition.anchor].among),
            sheet=f"/ledgers/{workflow}/{ledger}/sheet.xlsx{asked.address(group='')}",
            forms=forms_of(definition, ledger, asked.address(group="")),
            bulk=f"/ledgers/{workflow}/{ledger}/bulk",
            keep=f"/ledgers/{workflow}/{ledger}/views{asked.address()}",
            next=asked.address(after=str(found.next)) if found.next else "",
            narrowed=asked.narrowed,
            first=not asked.after,
            start=asked.address(),
            siblings=ledger_links(definition, ledger),
        )
    return show("ledger.html", page, masthead_of(duban, someone, _HERE))


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
    """What is filtered, every page of it, as a spreadsheet, or on a printed `form`, which takes
    those that were ticked too; raises InvalidInput when too long.
    """
    definition = _definition(duban, workflow, ledger)
    spec = definition.ledgers[ledger]
    title = form_of(definition, form).title if form else f"{definition.title}{spec.title}"
    with duban.database.reading() as connection:
        picked = _picked(connection, asked)
        if picked.problem:
            raise InvalidInput(picked.problem)
        narrowed = asked.filter(workflow, picked, moments_at(duban.catalog.calendar, duban.clock()))
        if form:
            found = _chosen(connection, someone, narrowed, asked, ticked_in(request.query_params))
            content = printed(
                connection, duban, someone, definition, form_of(definition, form), found
            )
        else:
            rows = _sheet_rows(connection, duban, someone, narrowed, asked)
            content = ledger_sheet(definition, spec.title, spec.facts, rows)
    with duban.database.unit_of_work() as connection:
        told = {"what": "ledger", "workflow": workflow, "ledger": ledger}
        told |= {"form": form} if form else {}
        audit.record(connection, Act("export", someone.person, data=told), duban.clock())
    return made(content, f"{title}.xlsx", _XLSX)


def _chosen(
    connection: Connection,
    someone: Someone,
    narrowed: queries.Filter,
    asked: Asked,
    ticked: Sequence[int],
) -> list[queries.Row]:
    """The rows of a printed form: those ticked, or all that are filtered."""
    if ticked:
        rows = queries.cases_by_id(connection, someone.actor, ticked)
        return [row for row in rows if (row["workflow"],) == narrowed.workflows]
    most, newest = MOST_PRINTED + 1, asked.order == "newest"
    return queries.list_cases(connection, someone.actor, narrowed, limit=most, newest=newest).rows


def _definition(duban: Duban, workflow: str, ledger: str) -> Definition:
    definition = duban.catalog.newest(workflow).definition
    if ledger not in definition.ledgers:
        raise NotFound(f"“{definition.title}”没有这本台账", {"ledger": ledger[:40]})
    return definition


def _picked(connection: Connection, asked: Asked) -> Picked:
    return pick_unit(connection, {"unit": asked.unit, "unit.pick": asked.pick}, "unit")


def _found(
    connection: Connection, someone: Someone, narrowed: queries.Filter, asked: Asked
) -> queries.Page:
    return queries.list_cases(
        connection,
        someone.actor,
        narrowed,
        after=place_in(asked.after),
        limit=PAGE_SIZE,
        newest=asked.order == "newest",
    )


def _sheet_rows(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    narrowed: queries.Filter,
    asked: Asked,
) -> Iterator[SheetRow]:
    if count_up_to(connection, someone.actor, narrowed, MOST_EXPORTED + 1) > MOST_EXPORTED:
        raise InvalidInput(f"超过 {MOST_EXPORTED} 行，一张表装不下；请先筛选，再分几次导出")
    return _batches(connection, duban, someone, narrowed, newest=asked.order == "newest")


def _batches(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    narrowed: queries.Filter,
    *,
    newest: bool,
) -> Iterator[SheetRow]:
    place, clocks = None, Clocks(duban.catalog.calendar, duban.clock())
    while True:
        found = queries.list_cases(
            connection,
            someone.actor,
            narrowed,
            after=place,
            limit=_BATCH,
            newest=newest,
        )
        units = queries.unit_names(connection, {row["unit_id"] for row in found.rows})
        versions = [duban.catalog.version(row["definition_id"]).definition for row in found.rows]
        known = ((one, row["body"]["facts"]) for one, row in zip(versions, found.rows, strict=True))
        people = roster(connection, known)
        for definition, row in zip(versions, found.rows, strict=True):
            yield SheetRow(
                number=row["number"],
                unit=units[row["unit_id"]],
                state=definition.states[row["state"]].title,
                clock=clocks.of(row),
                facts=facts_of(row, definition, someone.actor, people),
                stamps=stamps_of(definition, row["body"]),
            )
        if found.next is None:
            return
        place = found.next
