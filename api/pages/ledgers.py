"""双台账: every ledger as a table with filters, and the reconciliation of those that two sign."""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from api.auth import Installation, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import place_in
from api.pages.rendering import masthead_of, show
from api.pages.units import Picked, pick_unit, suggestions
from api.presenting.fields import Option
from api.presenting.lists import (
    COLUMNS,
    RECONCILIATION,
    LedgerGroup,
    LedgerPage,
    LedgerRow,
    LedgersPage,
    ledger_links,
    ledger_row,
    state_options,
    work_item,
)
from api.presenting.wording import Names
from workflow.engine.definition import Definition
from workflow.engine.errors import NotFound
from workflow.store import queries

router = APIRouter()

PAGE_SIZE = 50
_HERE = "/ledgers"
_OPENED = {"open": "未办结", "overdue": "已逾期", "closed": "已办结"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The filters of an address."""

    state: str
    opened: str
    unit: str
    pick: str
    after: str

    def address(self, place: queries.Place) -> str:
        """The query string of the next page under the same filters."""
        kept = {"state": self.state, "opened": self.opened, "unit": self.pick or self.unit}
        given = {name: value for name, value in kept.items() if value}
        return "?" + urlencode({**given, "after": str(place)})


@router.get("/ledgers")
def all_ledgers(duban: Installation, someone: SignedInPage) -> Response:
    """Every ledger of every workflow."""
    groups = tuple(
        LedgerGroup(compiled.definition.title, ledger_links(compiled.definition, ""))
        for compiled in duban.catalog.workflows().values()
        if compiled.definition.ledgers
    )
    return show("ledgers.html", LedgersPage(groups), masthead_of(duban, someone, _HERE))


@router.get("/ledgers/{workflow}/reconciliation")
def reconciliation(
    workflow: str, duban: Installation, someone: SignedInPage, after: str = ""
) -> Response:
    """Cases on which only some of the ledgers are stamped (对账)."""
    definition = duban.catalog.newest(workflow).definition
    if not definition.ledgers:
        raise NotFound(f"“{definition.title}”没有台账")
    asked = _Asked("", "", "", "", after)
    with duban.database.reading() as connection:
        found = queries.list_half_signed(
            connection,
            queries.units_of(someone.actor),
            workflow,
            len(definition.sign_offs),
            after=place_in(after),
            limit=PAGE_SIZE,
        )
        rows = _rows(connection, duban, someone, found, ())
    page = _page(definition, RECONCILIATION, rows, asked, found, Picked(""), ())
    return show("reconciliation.html", page, masthead_of(duban, someone, _HERE))


@router.get("/ledgers/{workflow}/{ledger}")
def one_ledger(
    workflow: str,
    ledger: str,
    duban: Installation,
    someone: SignedInPage,
    state: str = "",
    opened: str = "",
    unit: str = "",
    pick: str = "",
    after: str = "",
) -> Response:
    """One ledger as a table; `pick` is a unit chosen where a name meant several."""
    definition = duban.catalog.newest(workflow).definition
    if ledger not in definition.ledgers:
        raise NotFound(f"“{definition.title}”没有这本台账", {"ledger": ledger[:40]})
    asked = _Asked(
        state if state in definition.states else "",
        opened if opened in _OPENED else "",
        unit,
        pick,
        after,
    )
    with duban.database.reading() as connection:
        picked = pick_unit(connection, {"unit": unit, "unit.pick": pick}, "unit")
        found = _found(connection, duban, someone, workflow, asked, picked)
        rows = _rows(connection, duban, someone, found, definition.ledgers[ledger].facts)
        offered = suggestions(connection, definition.parties[definition.anchor].among)
    page = _page(definition, ledger, rows, asked, found, picked, offered)
    return show("ledger.html", page, masthead_of(duban, someone, _HERE))


def _found(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    workflow: str,
    asked: _Asked,
    picked: Picked,
) -> queries.Page:
    if picked.problem:
        return queries.Page([], None)
    closed = {"open": False, "overdue": False, "closed": True}.get(asked.opened)
    narrowed = queries.Filter(
        workflows=(workflow,),
        state=asked.state or None,
        unit=picked.unit,
        closed=closed,
        due_before=duban.clock() if asked.opened == "overdue" else None,
    )
    units = queries.units_of(someone.actor)
    return queries.list_cases(
        connection, units, narrowed, after=place_in(asked.after), limit=PAGE_SIZE
    )


def _rows(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    found: queries.Page,
    facts: tuple[str, ...],
) -> tuple[LedgerRow, ...]:
    units = queries.unit_names(connection, {row["unit_id"] for row in found.rows})
    names, now = Names(units=units), duban.clock()
    rows = []
    for row in found.rows:
        compiled = duban.catalog.version(row["definition_id"])
        item = work_item(row, compiled, names, someone.actor, duban.catalog.calendar, now)
        rows.append(ledger_row(item, row, compiled.definition, facts))
    return tuple(rows)


def _page(
    definition: Definition,
    name: str,
    rows: tuple[LedgerRow, ...],
    asked: _Asked,
    found: queries.Page,
    picked: Picked,
    offered: tuple[str, ...],
) -> LedgerPage:
    ledger = definition.ledgers.get(name)
    facts = ledger.facts[:COLUMNS] if ledger else ()
    return LedgerPage(
        title=ledger.title if ledger else "对账",
        workflow=definition.workflow,
        workflow_title=definition.title,
        keeper=definition.parties[ledger.kept_by].title if ledger else "",
        heads=tuple(definition.facts[fact].title for fact in facts),
        rows=rows,
        states=state_options(definition, asked.state),
        opened=tuple(Option(key, label, key == asked.opened) for key, label in _OPENED.items()),
        unit=picked.text,
        unit_problem=picked.problem,
        unit_options=picked.options,
        suggestions=offered,
        next=asked.address(found.next) if found.next else "",
        narrowed=bool(asked.state or asked.opened or asked.unit or asked.pick),
        first=not asked.after,
        siblings=ledger_links(definition, name),
    )
