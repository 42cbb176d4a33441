"""Send many statements in one go: the hot path's way past per-statement overhead and round trips.

Core statements are compiled once and handed to the driver as they are; on PostgreSQL all of them
travel in one pipeline, so that a step costs one round trip however many tables it writes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.elements import TextClause

Statement = Insert | Update | Delete | TextClause
Batch = tuple[Statement, Sequence[Mapping[str, Any]]]


def send(connection: Connection, batches: Iterable[Batch]) -> None:
    """Execute each statement for all its rows; every row of a batch has the same keys.

    Raises IntegrityError where a rule of the database is broken, as SQLAlchemy would.
    """
    dialect = connection.dialect
    driver: Any = connection.connection.driver_connection
    pipelined = dialect.name == "postgresql"
    with _translated(dialect), driver.pipeline() if pipelined else nullcontext():
        cursor = driver.cursor()
        for statement, rows in batches:
            if rows:
                sql, constants = _compiled(dialect, statement, tuple(rows[0]))
                given = [[row.get(name, kept) for name, kept in constants] for row in rows]
                _execute(cursor, sql, given if pipelined else _texts(given))


def _execute(cursor: Any, sql: str, rows: list[list[Any]]) -> None:
    if len(rows) == 1:
        cursor.execute(sql, rows[0])
    else:
        cursor.executemany(sql, rows)


def _texts(rows: list[list[Any]]) -> list[list[Any]]:
    """SQLite stores instants as text in UTC, in the form that SQLAlchemy reads."""
    return [
        [
            value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
            if isinstance(value, datetime)
            else value
            for value in row
        ]
        for row in rows
    ]


@lru_cache(maxsize=200)
def _compiled(
    dialect: Dialect, statement: Statement, keys: tuple[str, ...]
) -> tuple[str, list[tuple[str, Any]]]:
    """The driver's SQL and its parameters in order, each with its constant if it has one."""
    style = "format" if dialect.name == "postgresql" else "qmark"
    positional: Any = type(dialect)(paramstyle=style)  # type: ignore[call-arg]
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
    except driver.OperationalError as error:
        raise OperationalError("not executed", None, error) from error
