"""Each hot query takes the index that was made for it, on both databases: no list, sweep or step
becomes slower because the tables grow.

PostgreSQL would rather read a small table whole, or sort a few rows; with that switched off its
plan shows whether the index can serve the query, and in its order.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from workflow.engine.case import Actor, Post
from workflow.store import cases, outbox, queries, writes
from workflow.store.database import Database
from workflow.store.queries import Filter, Place

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
CLERK = Actor("person", 1, (Post(1, 7, "liaison"),))
OPEN, PLACE = Filter(closed=False), Place(NOW, 1)
CANCEL = {"at_case": 1, "at_entry": 2, "now": NOW}
MOVED = dict.fromkeys(("unit_id", "acts", "named", "others"))
MOVED |= {"case_id": 1, "due_at": NOW, "closed": False}
DEARER = ("enable_seqscan", "enable_sort", "enable_bitmapscan")
"""What PostgreSQL is to leave alone."""

Query = Callable[[Connection], Any]

IN_ORDER: list[tuple[str, str, Query]] = [
    ("a list", "scope_list", lambda c: queries.list_cases(c, CLERK, OPEN)),
    ("its next page", "scope_list", lambda c: queries.list_cases(c, CLERK, OPEN, after=PLACE)),
    ("my work", "scope_list", lambda c: queries.list_work(c, CLERK)),
    ("messages to send", "outbox_wake", lambda c: lease(c)),
]
BY_KEY: list[tuple[str, str, Query]] = [
    ("cases with timers due", "timer_wake", lambda c: cases.lock_due_cases(c, NOW, 1000)),
    ("timers of a case", "timer", lambda c: cases.due_timers(c, NOW, [1])),
    ("timers to cancel", "timer", lambda c: c.execute(writes._CANCEL_TIMERS, CANCEL)),
    ("a place in the lists", "scope_case", lambda c: c.execute(writes._PLACE, MOVED)),
]


def lease(connection: Connection) -> Any:
    """Claim what may go."""
    return outbox.lease_due(connection, NOW, 10, timedelta(minutes=1), ways=("email",))


@contextmanager
def plans(database: Database) -> Iterator[tuple[Connection, list[str]]]:
    """A unit of work that keeps the plan of every statement in it."""
    found: list[str] = []
    word = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "

    def explain(
        connection: Connection, cursor: Any, statement: str, parameters: Any, *_: Any
    ) -> None:
        raw = connection.connection.cursor()
        raw.execute(word + statement, parameters)
        found.append("\n".join(str(row[-1]) for row in raw.fetchall()))

    with database.unit_of_work() as connection:
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


def named(cases: list[tuple[str, str, Query]]) -> pytest.MarkDecorator:
    """The cases as parameters of a test."""
    return pytest.mark.parametrize(
        ("index", "query"), [case[1:] for case in cases], ids=[case[0] for case in cases]
    )


@named(IN_ORDER)
def test_a_list_is_one_range_of_its_index(database: Database, index: str, query: Query) -> None:
    plan = plan_of(database, query)
    assert index in plan, plan
    assert not [words for words in ("SCAN ", "TEMP B-TREE FOR ORDER", "Sort") if words in plan], (
        plan
    )


@named(BY_KEY)
def test_what_a_step_or_sweep_touches_is_found_by_an_index(
    database: Database, index: str, query: Query
) -> None:
    plan = plan_of(database, query)
    assert index in plan, plan
    assert not [table for table in ("SCAN cases", "SCAN timer", "Seq Scan") if table in plan], plan
