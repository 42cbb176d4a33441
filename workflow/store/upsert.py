"""An INSERT that says what to do where the row is there already: both databases can, each by a
statement of its own in SQLAlchemy.
"""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The statement to which `on_conflict_do_nothing` or `on_conflict_do_update` is said."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
