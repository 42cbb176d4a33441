"""The plans of what is asked of a database, as it explains them itself."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from psycopg import RawCursor
from sqlalchemy import Connection, event

from workflow.store.database import Database
from workflow.store.driver import bulk

DEARER = ("enable_seqscan", "enable_sort", "enable_bitmapscan")
"""What PostgreSQL is to leave alone."""

Query = Callable[[Connection], Any]


@contextmanager
def plans(database: Database) -> Iterator[tuple[Connection, list[str]]]:
    """A unit of work that keeps the plan of every statement in it."""
    found: list[str] = []
    word = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    fetch_all = bulk.fetch_all

    def explain_by(raw: Any, statement: str, parameters: Any) -> None:
        raw.execute(word + statement, parameters)
        found.append("\n".join(str(row[-1]) for row in raw.fetchall()))

    def explain(
        connection: Connection, cursor: Any, statement: str, parameters: Any, *_: Any
    ) -> None:
        explain_by(connection.connection.cursor(), statement, parameters)

    def explain_all(connection: Connection, questions: Sequence[bulk.Question]) -> Any:
        """What passes SQLAlchemy by."""
        driver: Any = connection.connection.driver_connection
        raw = driver.cursor() if database.is_sqlite else RawCursor(driver)
        for question in questions:
            explain_by(raw, *bulk._asked(connection.dialect, *question))
        return fetch_all(connection, questions)

    with database.unit_of_work() as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "fetch_all", explain_all)
        if not database.is_sqlite:
            for way in DEARER:
                connection.exec_driver_sql(f"SET LOCAL {way} = off")
        event.listen(connection, "before_cursor_execute", explain)
        yield connection, found


def plan_of(database: Database, query: Query) -> str:
    """The plan of a query's one statement."""
    with plans(database) as (connection, found):
        query(connection)
    (plan,) = found
    return plan
