"""Load many new rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

Values = Sequence[Any]


def load(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Values]
) -> None:
    """Insert rows given as values in the order of the columns; rules and keys are checked."""
    driver: Any = connection.connection.driver_connection
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
    driver.executemany(statement, ([_for_sqlite(value) for value in row] for row in rows))


def _for_sqlite(value: Any) -> Any:
    """Instants as SQLAlchemy reads them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value
