"""双台账: every ledger as a table with filters and counts."""

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from api.auth import Installation, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import place_in
from api.pages.lists.case_rows import ledger_rows
from api.pages.lists.ledger_filters import (
    GROUPS,
    OPENED,
    ORDERS,
    Asked,
    Filters,
    moments_at,
    one_ledger_of,
    unit_of,
)
from api.pages.lists.ledger_summary import summary_of
from api.pages.rendering import masthead_of, show
from api.pages.units import suggestions
from api.presenting.fields import options_of
from api.presenting.lists import (
    COLUMNS,
    LedgerGroup,
    LedgerPage,
    LedgersPage,
    SavedView,
    forms_of,
    ledger_links,
)
from workflow.engine.errors import Refusal
from workflow.store.lists import queries, ranges, views
from workflow.store.lists.units import unit_classes

router = APIRouter()

PAGE_SIZE = 50
_HERE = "/ledgers"


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
    workflow: str,
    ledger: str,
    duban: Installation,
    someone: SignedInPage,
    asked: Filters,
    kept: str = "",
) -> Response:
    """One ledger as a table; `kept` that its filters were just kept as a view."""
    return ledger_page(duban, someone, workflow, ledger, asked, kept=bool(kept))


def ledger_page(
    duban: Duban,
    someone: Someone,
    workflow: str,
    ledger: str,
    asked: Asked,
    *,
    kept: bool = False,
    view: str = "",
    refused: Refusal | None = None,
) -> Response:
    """The page; `view` is the name under which its filters could not be kept, and `refused` why."""
    definition = one_ledger_of(duban, workflow, ledger)
    facts = definition.ledgers[ledger].facts
    moments = moments_at(duban.catalog.calendar, duban.clock())
    with duban.database.reading() as connection:
        picked = unit_of(connection, asked)
        narrowed = asked.filter(duban, workflow, picked, moments)
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
            classes=options_of({one: one for one in unit_classes(connection)}, asked.class_),
            orders=options_of(ORDERS, asked.order),
            groups=options_of(GROUPS, asked.group),
            summary=summary_of(connection, someone, definition, narrowed, asked, moments)
            if asked.group and not picked.problem
            else None,
            unit=picked.text,
            unit_problem=picked.problem,
            unit_options=picked.options,
            suggestions=suggestions(connection, definition.parties[definition.anchor].among),
            sheet=f"/ledgers/{workflow}/{ledger}/sheet.xlsx{asked.address()}",
            forms=forms_of(definition, ledger, asked.address(group="")),
            bulk=f"/ledgers/{workflow}/{ledger}/bulk",
            keep=f"/ledgers/{workflow}/{ledger}/views{asked.address()}",
            next=asked.address(after=str(found.next)) if found.next else "",
            narrowed=asked.narrowed,
            first=not asked.after,
            start=asked.address(),
            siblings=ledger_links(definition, ledger),
            kept=kept,
            view=view,
            view_problem=refused.sentence if refused else "",
        )
    return show("ledger.html", page, masthead_of(duban, someone, _HERE), refused=refused)


def _found(
    connection: Connection, someone: Someone, narrowed: queries.Filter, asked: Asked
) -> queries.Page:
    return queries.list_cases(
        connection,
        someone.actor,
        narrowed,
        after=place_in(asked.after),
        limit=PAGE_SIZE,
        order=ranges.ORDERS[asked.order],
    )
