"""An INSERT that says what to do where the row is there already: both databases can, each by a
statement of its own in SQLAlchemy.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """The statement to which `on_conflict_do_nothing` or `on_conflict_do_update` is said."""
    # here, since a dialect takes 3 MiB and an installation needs one
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
