"""The cases of a ledger as rows of a spreadsheet, read in batches."""

from collections.abc import Iterator

from sqlalchemy import Connection

from api.auth import Someone
from api.context import Duban
from api.presenting.lists import Clocks, facts_of, stamps_of
from api.spreadsheets.ledger import SheetRow
from workflow.store.lists import queries, ranges
from workflow.store.offices.named import roster
from workflow.store.sight.scope import units_of

_BATCH = 1_000


def sheet_rows(
    connection: Connection, duban: Duban, someone: Someone, narrowed: queries.Filter, order: str
) -> Iterator[SheetRow]:
    """Every case in the reader's scope that the filter leaves, in this order."""
    place, clocks = None, Clocks.at(duban.clock(), duban.catalog)
    while True:
        found = queries.list_cases(
            connection,
            someone.actor,
            narrowed,
            after=place,
            limit=_BATCH,
            order=ranges.ORDERS[order],
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
                clock=clocks.of(row, definition),
                facts=facts_of(row, definition, someone.actor, people),
                stamps=stamps_of(definition, row["body"]),
            )
        if found.next is None:
            return
        place = found.next


def made_by(connection: Connection, someone: Someone) -> str:
    """The unit in whose name a sheet is made: that of the reader's first post."""
    units = sorted(units_of(someone.actor))
    return queries.unit_names(connection, units[:1])[units[0]] if units else ""
