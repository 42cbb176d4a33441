"""Rows of lists read from the database put in words for whoever reads."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from api.auth import Someone
from api.context import Duban
from api.presenting.lists import Clocks, LedgerRow, WorkItem, facts_of, ledger_row, work_item
from api.presenting.wording import Names
from workflow.engine.definition import Definition
from workflow.store.lists import queries
from workflow.store.offices.named import roster

Worded = tuple[WorkItem, queries.Row, Definition]


def work_items(
    connection: Connection, duban: Duban, someone: Someone, rows: Iterable[queries.Row]
) -> Iterator[Worded]:
    """Each row with its words, and the definition in the version of its case."""
    rows = list(rows)
    units = queries.unit_names(connection, {row["unit_id"] for row in rows})
    return in_words(duban, someone, rows, Names(units=units))


def in_words(
    duban: Duban, someone: Someone, rows: Iterable[queries.Row], names: Names
) -> Iterator[Worded]:
    """The same where the names are known already."""
    clocks = Clocks.at(duban.clock(), duban.catalog)
    for row in rows:
        compiled = duban.catalog.version(row["definition_id"])
        item = work_item(row, compiled, names, someone.actor, clocks)
        yield item, row, compiled.definition


def ledger_rows(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    rows: Iterable[queries.Row],
    facts: tuple[str, ...],
) -> tuple[LedgerRow, ...]:
    """Rows of a ledger with these facts; one that an older version lacks is left out there."""
    worded = list(work_items(connection, duban, someone, rows))
    people = roster(connection, ((one, row["body"]["facts"]) for _, row, one in worded))
    return tuple(
        ledger_row(
            item,
            row,
            definition,
            [fact for fact in facts if fact in definition.facts],
            facts_of(row, definition, someone.actor, people),
        )
        for item, row, definition in worded
    )
