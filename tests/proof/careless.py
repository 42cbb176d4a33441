"""Bugs to plant: what the checks of this folder must see. Nobody imports it but tests.

`careless` takes a database's locks away: reads go without lock, and what was decided is written in
a transaction of its own, after a pause in which others do the same. `drop_*` takes rules out of
one database.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from workflow.store.casework import cases
from workflow.store.database import Database
from workflow.transaction import Transaction

PAUSE = 0.03
"""How long a careless transaction thinks between reading and writing."""


def careless(database: Database, patch: pytest.MonkeyPatch) -> None:
    """Units of work on this database read first, without lock, and write later."""
    proper, flush = Database.unit_of_work, Transaction.flush

    @contextmanager
    def reading() -> Iterator[Connection]:
        engine = database.engine.execution_options(reading=True, careless=True)
        with engine.connect() as connection:
            yield connection

    def write_later(work: Transaction) -> None:
        if not work.connection.get_execution_options().get("careless"):
            flush(work)
            return
        work.connection.rollback()
        time.sleep(PAUSE)
        with proper(database) as connection:
            work.writes.flush(connection)

    patch.setattr(database, "unit_of_work", reading)
    if Transaction.flush is not write_later and not hasattr(Transaction.flush, "careless"):
        write_later.careless = True  # type: ignore[attr-defined]
        patch.setattr(Transaction, "flush", write_later)
    event.listen(database.engine, "before_cursor_execute", _without_lock, retval=True)
    patch.setattr(cases, "_LOCK", cases._ONE)  # read by the driver, past SQLAlchemy's events


def _without_lock(
    connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> tuple[str, Any]:
    return re.sub(r"FOR (NO KEY )?UPDATE( SKIP LOCKED)?", "", statement), parameters


# Rules taken out of a database


def drop_trigger(database: Database, table: str, name: str) -> None:
    """Take a trigger away."""
    where = "" if database.is_sqlite else f" ON {table}"
    with database.unit_of_work() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {name}{where}")


def drop_triggers(database: Database, *tables: str) -> None:
    """Take every trigger of some tables away."""
    with database.unit_of_work() as connection:
        for table in tables:
            if not database.is_sqlite:
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                continue
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
            for (name,) in connection.exec_driver_sql(query, (table,)).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")


def drop_unique(database: Database, table: str, *columns: str) -> None:
    """Take a unique key away."""
    _drop(database, table, "UNIQUE", columns, f"{table}_{'_'.join(columns)}_key")


def drop_primary(database: Database, table: str, *columns: str) -> None:
    """Take a primary key away."""
    _drop(database, table, "PRIMARY KEY", columns, f"{table}_pkey")


def drop_foreign(database: Database, table: str, columns: tuple[str, ...], to: str) -> None:
    """Take a foreign key away; `to` is the table it leads to."""
    name = f"{table}_{'_'.join(columns)}_fkey"
    _drop(database, table, "FOREIGN KEY", columns, name, rf"\s*REFERENCES {to} \([^)]*\)")


def _drop(
    database: Database,
    table: str,
    kind: str,
    columns: tuple[str, ...],
    name: str,
    rest: str = "",
) -> None:
    """`rest` is a pattern of what follows the columns."""
    if not database.is_sqlite:
        with database.unit_of_work() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        return
    driver: Any = database.engine.raw_connection()
    made = driver.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    inside = ", ".join(f'"?{column}"?' for column in columns)
    without = re.sub(rf",\s*{kind} ?\({inside}\){rest}", "", made)
    assert without != made, f"{table} has no {kind} {columns}"
    for statement in (
        "PRAGMA foreign_keys = OFF",
        "PRAGMA legacy_alter_table = ON",
        f"ALTER TABLE {table} RENAME TO gone",
        without,
        f"INSERT INTO {table} SELECT * FROM gone",
        "DROP TABLE gone",
    ):
        driver.execute(statement)
    driver.close()
    database.dispose()
