"""A database of Duban filled for a measurement: real cases opened by command, then multiplied.

Clones are whole and honest: own id, number, history with its own hash chain, timers, scope and
messages, so that `doctor` finds nothing wrong with them and a step on one costs what a step on a
real case costs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any

import psycopg
from sqlalchemy import Table, func, select

from bench.machine import ROOT
from workflow.catalog import Catalog
from workflow.commands import Commands
from workflow.engine.case import Actor
from workflow.store import schema
from workflow.store.database import Database
from workflow.store.evidence.chain import START
from workflow.store.evidence.history import hash_of
from workflow.store.offices.organisation import actor_of
from workflow.store.offices.sample import load_sample
from workflow.store.tables import ScopeRow
from workflow.store.tables.handles import CASE, HISTORY, HOLDING, OUTBOX, PERSON, POST, TIMER, UNIT

SCOPE: Table = ScopeRow.__table__  # type: ignore[attr-defined]
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
"""A Monday, ten in the morning in Shanghai."""
WORKFLOW = "rectification"
DEFINITIONS = ROOT / "definitions"
BATCH = 2000
Row = dict[str, Any]

_COUNTY_LIAISONS = (
    select(UNIT.c.id, func.min(HOLDING.c.person_id))
    .join(POST, POST.c.unit_id == UNIT.c.id)
    .join(HOLDING, HOLDING.c.post_id == POST.c.id)
    .where(UNIT.c.level == "county", UNIT.c.kind == "government", POST.c.role == "liaison")
    .group_by(UNIT.c.id)
    .order_by(UNIT.c.id)
)
_FACTS = {
    "source": "督查",
    "found_on": "2026-03-01",
    "description": "路灯不亮，三个月没有人修；村道两侧垃圾未清运，群众多次反映未得到答复。" * 3,
    "grade": "较重",
    "kind": "限期整改",
    "due": "2026-05-29",
}


@dataclass(frozen=True, slots=True)
class Office:
    """A filled database and what it takes to act on it."""

    database: Database
    catalog: Catalog
    commands: Commands
    clerks: Mapping[int, Actor]
    """Who accepts what is handed over to a unit, by the unit's id."""

    def accept(self, case: int, unit: int, request: str, now: datetime) -> None:
        """The step that is measured: the liaison of the responsible unit accepts the case."""
        self.commands.fire(
            case_id=case, event="accept", actor=self.clerks[unit], request=request, now=now
        )

    def cases(self) -> list[tuple[int, int]]:
        """Every case that waits for `accept`, with its unit."""
        query = select(CASE.c.id, CASE.c.unit_id).where(CASE.c.state == "assigned")
        with self.database.reading() as connection:
            return [(row.id, row.unit_id) for row in connection.execute(query.order_by(CASE.c.id))]


def fill(url: str, copies: int) -> None:
    """Fill an empty database with the sample prefecture and so many waiting cases."""
    database = Database(url)
    with database.unit_of_work() as connection:
        schema.create(connection)
        load_sample(connection, DEFINITIONS / "sample", NOW)
    Catalog(database).publish(DEFINITIONS, NOW)
    office = enter(database)
    originals = [_open(office, unit, serial) for serial, unit in enumerate(office.clerks, start=1)]
    _multiply(database, originals, copies - len(originals))
    database.dispose()


def enter(database: Database) -> Office:
    """An office on a filled database."""
    catalog = Catalog(database)
    with database.reading() as connection:
        clerks = {
            unit: actor_of(connection, person, NOW)
            for unit, person in connection.execute(_COUNTY_LIAISONS)
        }
    return Office(database, catalog, Commands(database, catalog), clerks)


def _open(office: Office, unit: int, serial: int) -> int:
    with office.database.reading() as connection:
        username = PERSON.c.username == "zhou-dc.specialist1"
        person = connection.execute(select(PERSON.c.id).where(username)).scalar_one()
        specialist = actor_of(connection, person, NOW)
    opened = office.commands.open_case(
        workflow=WORKFLOW,
        parties={"responsible": unit},
        facts=_FACTS,
        actor=specialist,
        request=f"open-{serial}",
        now=NOW,
    )
    office.commands.fire(
        case_id=opened.case,
        event="dispatch",
        actor=specialist,
        request=f"dispatch-{serial}",
        now=NOW + timedelta(minutes=5),
    )
    return opened.case


# Multiplying


def _multiply(database: Database, originals: list[int], copies: int) -> None:
    """Clone the cases in turn, table by table, in batches."""
    with database.reading() as connection:
        models = [_rows_of(connection, case) for case in originals]
        first = int(connection.execute(select(func.max(CASE.c.id))).scalar_one()) + 1
    clones = (
        _clone(model, case)
        for model, case in zip(cycle(models), range(first, first + copies), strict=False)
    )
    while batch := list(islice(clones, BATCH)):
        _write(database, batch)
    _continue_after(database)


_PARTS = ((HISTORY, "case_id"), (TIMER, "case_id"), (SCOPE, "case_id"), (OUTBOX, "case_id"))


def _rows_of(connection: Any, case: int) -> dict[str, list[Row]]:
    """All that a case has, by table; history in order."""
    rows = {"cases": _read(connection, CASE, CASE.c.id == case)}
    for table, column in _PARTS:
        rows[table.name] = _read(connection, table, table.c[column] == case)
    rows["history"].sort(key=lambda row: row["seq"])
    return rows


def _read(connection: Any, table: Table, where: Any) -> list[Row]:
    return [dict(row) for row in connection.execute(select(table).where(where)).mappings()]


def _clone(model: Mapping[str, list[Row]], case: int) -> dict[str, list[Row]]:
    """The rows of one more case like the model."""
    old = model["cases"][0]
    number = f"{old['number'].split('〕')[0]}〕{case}号"
    history = list(_rehash(model["history"], case, old["number"], number))
    outbox = [
        row
        | {
            "id": None,
            "case_id": case,
            "key": f"{case}.{row['key'].split('.', 1)[1]}",
            "variables": row["variables"].replace(old["number"], number),
        }
        for row in model["outbox"]
    ]
    return {
        "cases": [old | {"id": case, "number": number, "head": history[-1]["hash"]}],
        "history": history,
        "timer": [row | {"id": None, "case_id": case} for row in model["timer"]],
        "scope": [row | {"case_id": case} for row in model["scope"]],
        "outbox": outbox,
    }


def _rehash(rows: list[Row], case: int, old: str, new: str) -> Iterator[Row]:
    prev = START
    for row in rows:
        row = row | {"case_id": case, "prev": prev, "inputs": row["inputs"].replace(old, new)}
        row["hash"] = prev = hash_of(row)
        yield row


def _write(database: Database, batch: list[dict[str, list[Row]]]) -> None:
    for table in (CASE, HISTORY, TIMER, SCOPE, OUTBOX):
        rows = [row for clone in batch for row in clone[table.name]]
        if not rows:
            continue
        columns = [name for name in rows[0] if rows[0][name] is not None or name != "id"]
        if database.is_sqlite:
            with database.unit_of_work() as connection:
                connection.execute(table.insert(), [{c: row[c] for c in columns} for row in rows])
        else:
            _copy(database, table.name, columns, rows)


def _copy(database: Database, table: str, columns: list[str], rows: list[Row]) -> None:
    """Bulk-load past foreign keys and triggers: the rows are consistent as they are."""
    url = database.url.replace("postgresql+psycopg", "postgresql")
    names = ", ".join(f'"{name}"' for name in columns)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row([row[name] for name in columns])


def _continue_after(database: Database) -> None:
    """The next case is numbered after the clones, whose numbers are their ids."""
    last = "(SELECT max(id) FROM cases)"
    with database.unit_of_work() as connection:
        connection.exec_driver_sql(f"UPDATE counter SET serial = {last}")
        if not database.is_sqlite:
            sequence = "pg_get_serial_sequence('cases', 'id')"
            connection.exec_driver_sql(f"SELECT setval({sequence}, {last})")
