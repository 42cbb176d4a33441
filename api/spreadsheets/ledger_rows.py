"""The cases of a ledger as rows of a spreadsheet, read in batches."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from api.auth import Someone
from api.context import Duban
from api.presenting.lists import Clocks, Row, facts_of, stamps_of
from api.spreadsheets.ledger import SheetRow
from workflow.store.lists import queries, ranges
from workflow.store.offices.named import roster
from workflow.store.sight.scope import units_of

_BATCH = 1_000


def sheet_rows(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    narrowed: queries.Filter,
    order: str,
    parties: Sequence[str],
) -> Iterator[SheetRow]:
    """Every case in the reader's scope that the filter leaves, in this order, with the units of
    these parties, of which the first is the one whose case it is.
    """
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
        seated = [_seated(row, parties) for row in found.rows]
        units = queries.unit_names(connection, {one for some in seated for one in some if one})
        versions = [duban.catalog.version(row["definition_id"]).definition for row in found.rows]
        known = ((one, row["body"]["facts"]) for one, row in zip(versions, found.rows, strict=True))
        people = roster(connection, known)
        for definition, row, seats in zip(versions, found.rows, seated, strict=True):
            yield SheetRow(
                number=row["number"],
                units=tuple(units[one] if one else "" for one in seats),
                state=definition.states[row["state"]].title,
                clock=clocks.of(row, definition),
                facts=facts_of(row, definition, someone.actor, people),
                stamps=stamps_of(definition, row["body"]),
            )
        if found.next is None:
            return
        place = found.next


def _seated(row: Row, parties: Sequence[str]) -> list[int | None]:
    """The units of these parties on a case; None where a party has none."""
    seats = row["body"]["parties"]
    others = (seats.get(party) for party in parties[1:])
    return [row["unit_id"], *(seat[0] if seat else None for seat in others)]


def made_by(connection: Connection, someone: Someone) -> str:
    """The unit in whose name a sheet is made: that of the reader's first post."""
    units = sorted(units_of(someone.actor))
    return queries.unit_names(connection, units[:1])[units[0]] if units else ""
