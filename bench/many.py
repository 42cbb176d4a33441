"""A million cases with what lists read of them, made by a few statements straight in the tables.

There is no history behind them: they are for measuring lists, and `doctor` would refuse them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, text

from bench import office
from workflow.store import rules
from workflow.store.database import Database
from workflow.store.tables.handles import CASE, SCOPE, UNIT

CLERK, RARE, USUAL_STATE, RARE_STATE = "specialist", "urging", "assigned", "disputed"
CLOSED_STATE = "closed"


@dataclass(frozen=True, slots=True)
class Units:
    """Who sees how much: one sees all, ten a tenth each, a hundred, and a thousand."""

    top: int
    tenths: Sequence[int]
    hundredths: Sequence[int]
    ones: Sequence[int]


def fill(url: str, size: int) -> Units:
    """Fill an empty database; who can look at the cases."""
    office.fill(url, 13)
    database = Database(url)
    with database.unit_of_work() as connection:
        for statement in rules.removals(connection):
            connection.exec_driver_sql(statement)
        if not database.is_sqlite:  # the rows are consistent as they are: no key is looked up
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        units = _add_units(connection)
        for index in SCOPE.indexes:
            index.drop(connection)
        _add_cases(connection, units, size)
        for index in SCOPE.indexes:
            index.create(connection)
    database.dispose()
    return units


def _add_units(connection: Connection) -> Units:
    top, path = connection.execute(
        select(UNIT.c.id, UNIT.c.path).where(UNIT.c.parent_id.is_(None)).order_by(UNIT.c.id)
    ).first() or (0, "")
    first = connection.execute(select(func.max(UNIT.c.id))).scalar_one() + 1
    ids = list(range(first, first + 1110))
    model = {"level": "county", "kind": "department", "function": "office", "parent_id": top}
    model |= {"reports": False}
    rows = [
        {**model, "id": id_, "code": f"M{id_}", "name": f"第{id_}号单位", "path": f"{path}{id_}/"}
        for id_ in ids
    ]
    connection.execute(insert(UNIT), [row | {"short_name": row["name"]} for row in rows])
    return Units(top, ids[:10], ids[10:110], ids[110:])


_SERIES = {
    "sqlite": "WITH RECURSIVE series (n) AS"
    " (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n + 1 < :size) ",
    "postgresql": "WITH series (n) AS (SELECT generate_series(0, :size - 1)) ",
}
_DUE = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-01-01', '+' || (n * 7919 % 525600)"
    " || ' minutes')",
    "postgresql": "timestamptz '2026-01-01 00:00Z' + (n * 7919::bigint % 525600)"
    " * interval '1 minute'",
}
_STATE = (
    "CASE WHEN n % 10 >= 3 THEN :closed_state WHEN n % 1000 = 500 THEN :rare_state"
    " WHEN n % 1000 = 501 THEN 'rectifying' ELSE :usual_state END"
)
_FLOW = "CASE WHEN n % 1000 < 2 THEN :rare ELSE :workflow END"
"""One in five hundred is of another workflow, in states of the first: no list asks."""


def _add_cases(connection: Connection, units: Units, size: int) -> None:
    kind = connection.dialect.name
    model = connection.execute(select(CASE).order_by(CASE.c.id).limit(1)).mappings().one()
    first = connection.execute(select(func.max(CASE.c.id))).scalar_one() + 1
    given = _given(units, size)
    chosen = {
        "id": f"{first} + n",
        "number": "'M' || n",
        "workflow": _FLOW,
        "state": _STATE,
        "unit_id": f"{units.ones[0]} + n % 1000",
        "due_at": _DUE[kind],
        "opened_at": _DUE[kind],
        "closed_at": f"CASE WHEN n % 10 >= 3 THEN {_DUE[kind]} END",
    }
    names = [column.name for column in CASE.columns]
    columns = ", ".join(chosen.get(name, f"cases.{name}") for name in names)
    connection.execute(
        text(
            f"INSERT INTO cases ({', '.join(names)}) {_SERIES[kind]}"
            f"SELECT {columns} FROM series JOIN cases ON cases.id = :model"
        ),
        given | {"model": model["id"]},
    )
    for why, unit in (
        ("above", str(units.top)),
        ("supervisor", f"{units.tenths[0]} + n % 10"),
        ("reviewer", f"{units.hundredths[0]} + n % 100"),
        ("responsible", f"{units.ones[0]} + n % 1000"),
    ):
        _add_scope(connection, kind, unit, why, first, given)


def _given(units: Units, size: int) -> dict[str, object]:
    return {
        "size": size,
        "first_one": units.ones[0],
        "rare": RARE,
        "workflow": office.WORKFLOW,
        "usual_state": USUAL_STATE,
        "rare_state": RARE_STATE,
        "closed_state": CLOSED_STATE,
    }


def _add_scope(
    connection: Connection, kind: str, unit: str, why: str, first: int, given: Mapping[str, object]
) -> None:
    """The rows of one kind of unit: a head can act on all that is open, a clerk on one in fifty."""
    acts = "CASE WHEN n % 10 >= 3 THEN NULL WHEN n / 10 % 50 = 0 THEN :clerk ELSE ',head,' END"
    connection.execute(
        text(
            "INSERT INTO scope (unit_id, case_id, why, closed, due_at, acts, workflow, state,"
            " about, entered_at, opened_at)"
            f" {_SERIES[kind]}SELECT {unit}, {first} + n, :why, n % 10 >= 3, {_DUE[kind]}, {acts},"
            f" {_FLOW}, {_STATE}, :first_one + n % 1000, {_DUE[kind]}, {_DUE[kind]} FROM series"
        ),
        {**given, "why": why, "clerk": f",head,{CLERK},"},
    )
