"""A ledger as its reader sees it, as a spreadsheet: its cases as rows, read in batches."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection

from api.auth import Someone
from api.context import Duban
from api.presenting.lists import Clocks, Row, facts_of, stamps_of
from api.spreadsheets.ledger import SheetRow, ledger_sheet, parties_of
from api.spreadsheets.paper import Imprint
from workflow.engine.calendar import local_day
from workflow.engine.definition import Definition, Ledger
from workflow.store.lists import queries, ranges
from workflow.store.offices.named import roster
from workflow.store.sight.scope import units_of

_BATCH = 1_000


def sheet_now(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    wanted: tuple[Definition, Ledger],
    narrowed: queries.Filter,
    order: str,
    told: Callable[[Iterator[SheetRow]], Iterator[SheetRow]] = iter,
) -> bytes:
    """The xlsx of a ledger of a definition, made in the name of the reader's unit. Every row passes
    through `told`, for whoever wants to know how far it has come.
    """
    parties = parties_of(*wanted)
    rows = sheet_rows(connection, duban, someone, narrowed, order, parties)
    made = Imprint(made_by(connection, someone), local_day(duban.clock()))
    return ledger_sheet(*wanted, told(rows), made)


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
