"""Send many statements in one go: the hot path's way past per-statement overhead and round trips.

Core statements are compiled once and handed to the driver as they are. On PostgreSQL all of them
travel together (`wire`), so that a step costs one round trip however many tables it writes; what a
sweep inserts by the thousand goes by COPY.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.sql.dml import Delete, Insert, ReturningUpdate, Update
from sqlalchemy.sql.elements import TextClause

from workflow.store.meters import meters_of

Row = dict[str, Any]
Statement = Insert | Update | Delete | TextClause
Batch = tuple[Statement, Sequence[Mapping[str, Any]]]
Query = Select[Any] | ReturningUpdate[Any]
Question = tuple[Query, Mapping[str, Any]]
"""A query, or an update that tells of its rows, and its parameters."""

MANY = 20
"""Rows from which on PostgreSQL takes them faster by COPY."""


def send(connection: Connection, batches: Iterable[Batch], *, last: bool = False) -> None:
    """Execute each statement for all its rows; every row of a batch has the same keys.

    When they are the `last` of the unit of work, its COMMIT travels with them to PostgreSQL. Raises
    IntegrityError where a rule of the database is broken, as SQLAlchemy would.
    """
    wanted = [(statement, rows) for statement, rows in batches if rows]
    meters_of(connection).count("queries", len(wanted))
    with _translated(connection.dialect):
        if connection.dialect.name == "postgresql":
            _to_postgres(connection, wanted, last)
        else:
            _to_sqlite(connection, wanted)


def load(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert a whole list of new rows, given as values in the order of the columns."""
    driver: Any = connection.connection.driver_connection
    with _translated(connection.dialect):
        if connection.dialect.name == "postgresql":
            _copy(driver, table, columns, rows)
            return
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        driver.executemany(statement, rows)


def fetch(connection: Connection, query: Query, given: Mapping[str, Any]) -> list[Row]:
    """The rows of a query whose parameters are in `given`; instants are in UTC. The query is one
    that is made once, without a list of values of which nobody knows how many there are.
    """
    return fetch_all(connection, [(query, given)])[0]


def fetch_all(connection: Connection, questions: Sequence[Question]) -> list[list[Row]]:
    """The rows of each query, asked in this order and, on PostgreSQL, in one round trip."""
    dialect = connection.dialect
    meters_of(connection).count("queries", len(questions))
    asked = [_asked(dialect, *question) for question in questions]
    driver: Any = connection.connection.driver_connection
    with _translated(dialect):
        if dialect.name == "postgresql":
            from workflow.store.driver import wire

            found = wire.fetch(driver, _prepared(connection), asked)
        else:
            found = [driver.execute(sql, values).fetchall() for sql, values in asked]
    return [
        _read(_readers(dialect.name, query), rows)
        for (query, _), rows in zip(questions, found, strict=True)
    ]


def _asked(dialect: Dialect, query: Query, given: Mapping[str, Any]) -> tuple[str, list[Any]]:
    sql, parameters = _compiled(_kind(dialect), query, ())
    return sql, [given.get(name, constant) for name, constant in parameters]


def _read(readers: "list[tuple[str, Read]]", rows: Iterable[Sequence[Any]]) -> list[Row]:
    return [
        {name: read(value) for (name, read), value in zip(readers, row, strict=True)}
        for row in rows
    ]


# To the drivers


def _to_postgres(connection: Connection, batches: list[Batch], last: bool) -> None:
    from workflow.store.driver import wire  # psycopg is an extra

    driver: Any = connection.connection.driver_connection
    names = _prepared(connection)
    waiting: list[wire.Command] = []
    for statement, rows in batches:
        sql, parameters = _compiled(_kind(connection.dialect), statement, tuple(rows[0]))
        given = _values(parameters, rows)
        if isinstance(statement, Insert) and len(rows) >= MANY:
            wire.run(driver, names, waiting)
            waiting = []
            _copy(driver, str(statement.table), [name for name, _ in parameters], given)
        else:
            waiting += ((sql, values) for values in given)
    wire.run(driver, names, waiting, last=last)


def _copy(driver: Any, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    columns = ", ".join(names)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _prepared(connection: Connection) -> dict[str, bytes]:
    """What the connection of the driver has prepared, for as long as it lives."""
    names: dict[str, bytes] = connection.info.setdefault("prepared", {})
    return names


def _to_sqlite(connection: Connection, batches: list[Batch]) -> None:
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    for statement, rows in batches:
        sql, parameters = _compiled(_kind(connection.dialect), statement, tuple(rows[0]))
        _execute(cursor, sql, _values(parameters, rows))


def _execute(cursor: Any, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    cursor.executemany(sql, rows)


# Values


def _values(
    parameters: "list[tuple[str, Any]]", rows: Sequence[Mapping[str, Any]]
) -> Iterator[list[Any]]:
    """What each row gives the parameters, in their order."""
    constants = {name: kept for name, kept in parameters if name not in rows[0]}
    names = [name for name, _ in parameters]
    for row in rows:
        given = {**constants, **row} if constants else row
        yield [given[name] for name in names]


@lru_cache(maxsize=1024)
def instant_as_text(at: datetime) -> str:
    """An instant as SQLite stores it: in UTC, in the form that SQLAlchemy reads.

    A thousand rows of a sweep say when they were written, and few different instants.
    """
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


Read = Callable[[Any], Any]


@lru_cache(maxsize=50)
def _readers(dialect: str, query: Query) -> list[tuple[str, Read]]:
    """The query's columns, each with what makes Python's value of the driver's."""
    instant = _instant if dialect == "postgresql" else _instant_of_text
    kinds: dict[str, Read] = {"UTCDateTime": instant, "Boolean": bool}
    columns = query.exported_columns
    return [(str(column.key), kinds.get(type(column.type).__name__, _as_is)) for column in columns]


def _instant(value: datetime | None) -> datetime | None:
    return value and value.astimezone(UTC)


def _instant_of_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _as_is(value: Any) -> Any:
    return value


# Compiling


def _kind(dialect: Dialect) -> Any:
    """What is compiled for one database serves all of its kind."""
    return type(dialect)


@lru_cache(maxsize=200)
def _compiled(
    kind: Any, statement: Statement | Query, keys: tuple[str, ...]
) -> tuple[str, list[tuple[str, Any]]]:
    """The driver's SQL and its parameters in order, each with its constant if it has one."""
    style = "numeric_dollar" if kind.name == "postgresql" else "qmark"
    positional: Any = kind(paramstyle=style)
    columns = list(keys) if isinstance(statement, Insert) else None
    compiled: Any = statement.compile(dialect=positional, column_keys=columns)
    return str(compiled), [(name, compiled.params[name]) for name in compiled.positiontup or ()]


@contextmanager
def _translated(dialect: Dialect) -> Iterator[None]:
    """The driver's errors as SQLAlchemy's."""
    driver = dialect.loaded_dbapi
    try:
        yield
    except driver.IntegrityError as error:
        raise IntegrityError("rule broken", None, error) from error
    except driver.DataError as error:
        raise DataError("not storable", None, error) from error
    except driver.OperationalError as error:
        raise OperationalError("not executed", None, error) from error
