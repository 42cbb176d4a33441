"""Each hot query takes the index that was made for it, on both databases: no list, sweep or step
becomes slower because the tables grow.

PostgreSQL would rather read a small table whole, or sort a few rows; with that switched off its
plan shows whether the index can serve the query, and in its order.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from tests.store.explaining import Query, plan_of, plans
from workflow.engine.case import Actor, Post
from workflow.engine.definition import Definition
from workflow.store.casework import behind, cases, sight_rows, timer_rows
from workflow.store.casework.documents import register
from workflow.store.database import Database
from workflow.store.lists import queries, ranges, shares
from workflow.store.lists.attention import list_done
from workflow.store.lists.boards import What, count_by_span, count_by_span_and_unit
from workflow.store.lists.counting import Moments, count_cases, count_spans, count_up_to
from workflow.store.lists.publicity import public_cases
from workflow.store.lists.queries import Filter, Place
from workflow.store.lists.ranges import BY_UNIT, LAST_MOVED, LONGEST_STILL, NEWEST
from workflow.store.lists.reconciliation import KINDS
from workflow.store.lists.shares import shares_of
from workflow.store.lists.units import names_of_kinds, unit_classes
from workflow.store.outgoing import leases, outbox, relevance
from workflow.store.outgoing.backlog import backlog
from workflow.store.outgoing.folding import items_of, lock_due_groups
from workflow.store.outgoing.messages import failures
from workflow.store.sight.scope import not_kept_from
from workflow.store.tables.handles import SCOPE

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
CLERK = Actor("person", 1, (Post(1, 7, "liaison"),))
THREE_POSTS = Actor("person", 1, tuple(Post(n, n, "liaison") for n in (7, 8, 9)))
KIND = ("inspection",)
OPEN, PLACE = Filter(workflows=KIND, closed=False), Place(NOW, 1)
ASSIGNED = Filter(workflows=KIND, state="assigned")
IN_STATE, ABOUT = "scope_state scope_list", "scope_about scope_list"
SHOWN = {("inspection", 1): ("notice",), ("inspection", 2): ("notice",), ("project", 3): ("told",)}
CANCEL = {"at_case": 1, "at_entry": 2, "now": NOW}
MOVED = dict.fromkeys(("unit_id", "acts", "named", "others"))
MOVED |= {
    "about": 9,
    "entered_at": NOW,
    "case_id": 1,
    "due_at": NOW,
    "closed": False,
    "state": "assigned",
}


def listed(narrowed: Filter, reader: Actor = CLERK, **more: Any) -> Query:
    """A list of cases."""
    return lambda connection: queries.list_cases(connection, reader, narrowed, **more)


IN_ORDER: list[tuple[str, str, Query]] = [
    ("a list", "scope_list", listed(OPEN)),
    ("its next page", "scope_list", listed(OPEN, after=PLACE)),
    ("a list of three units", "scope_list", listed(OPEN, THREE_POSTS)),
    ("open and closed", "scope_list", listed(Filter(workflows=KIND), THREE_POSTS)),
    # to PostgreSQL both are the same while the table is empty
    ("cases in a state", IN_STATE, listed(ASSIGNED, THREE_POSTS)),
    ("cases about a unit", ABOUT, listed(Filter(KIND, unit=9), THREE_POSTS)),
    ("my work", "scope_work", lambda c: work(c)),
    ("the newest", "sqlite_autoindex_scope_1 scope_pkey", listed(OPEN, order=NEWEST)),
    ("what moved last", "scope_moved", listed(OPEN, order=LAST_MOVED)),
    ("its next page", "scope_moved", listed(OPEN, after=PLACE, order=LAST_MOVED)),
    ("what has not moved for longest", "scope_moved", listed(OPEN, order=LONGEST_STILL)),
    ("its next page", "scope_moved", listed(OPEN, after=PLACE, order=LONGEST_STILL)),
    ("unit by unit", "scope_about", listed(OPEN, order=BY_UNIT)),
    ("its next page", "scope_about", listed(OPEN, after=PLACE, order=BY_UNIT)),
    ("messages to send", "outbox_wake", lambda c: lease(c)),
]
BY_KEY: list[tuple[str, str, Query]] = [
    ("whose turn it is", "scope_work", lambda c: ranges.work_of(c, THREE_POSTS)),
    ("workflows that units see", "scope_", lambda c: ranges.of_kinds(c, (7, 8, 9))),
    ("cases with timers due", "timer_wake", lambda c: cases.lock_due_cases(c, NOW, 1000)),
    ("open cases of an older calendar", "case_behind", lambda c: behind.kinds(c, 2)),
    ("what is due at all", "outbox_wake", lambda c: outbox.is_any_due(c, NOW)),
    ("what asks for the same", "outbox_case", lambda c: relevance.is_said_later(c, 1, NOW)),
    ("timers of a case", "timer", lambda c: cases.due_timers(c, NOW, [1])),
    ("timers to cancel", "timer", lambda c: c.execute(timer_rows._CANCEL, CANCEL)),
    ("children of a case", "case_parent", listed(Filter(parent=7))),
    ("a place in the lists", "scope_case", lambda c: c.execute(sight_rows._PLACE, MOVED)),
]


def by_month(what: What) -> Query:
    """What happened in each of two months."""
    bounds = [NOW + timedelta(days=30 * n) for n in range(3)]
    return lambda connection: count_by_span(connection, CLERK, Filter(KIND), what, bounds)


def by_month_and_unit(what: What) -> Query:
    """The same of each unit."""
    bounds, narrowed = [NOW + timedelta(days=30 * n) for n in range(3)], Filter(KIND)
    if what == "due":
        narrowed = OPEN
    return lambda connection: count_by_span_and_unit(connection, CLERK, narrowed, what, bounds)


def overview(connection: Connection) -> Any:
    """How many open cases there are of each unit."""
    moments = Moments(NOW, NOW, NOW)
    return count_spans(connection, CLERK, OPEN, moments)


def settled(connection: Connection) -> Any:
    """The same where what only waits for something later has ended."""
    narrowed = replace(OPEN, settled=(("inspection", "issued"),))
    return count_spans(connection, CLERK, narrowed, Moments(NOW, NOW, NOW))


def by(group: str) -> Query:
    """How many cases there are of each state, unit or light."""
    moments = Moments(NOW, NOW, NOW)
    return lambda connection: count_cases(connection, CLERK, Filter(KIND), group, moments)


COUNTED: list[tuple[str, str, Query]] = [
    ("where cases stand", "scope_state", by("state")),
    ("what there is of each unit", "scope_about", by("unit")),
    ("what shines in which light", "scope_list", by("light")),
    ("what was opened by month", "scope_opened", by_month("opened")),
    ("what was opened by month and unit", "scope_opened", by_month_and_unit("opened")),
    ("what was closed by month", "scope_moved", by_month("closed")),
    ("what was closed by month and unit", "scope_moved", by_month_and_unit("closed")),
    ("what falls due by month and unit", "scope_list", by_month_and_unit("due")),
    ("what is open by unit", "scope_list", overview),
    ("what of it is settled", "scope_state", settled),
]


def work(connection: Connection) -> Any:
    """What somebody can do in a unit that has work for two sets of roles."""
    ways = [{"unit_id": 7, "closed": False, "acts": acts} for acts in (",head,", ",head,liaison,")]
    query = select(*ranges.PLACE).where(not_kept_from(CLERK))
    return ranges.first_of(connection, ranges.Listing(query, ways), None, 51)


def lease(connection: Connection) -> Any:
    """Claim what may go."""
    lasts = timedelta(minutes=1)
    return leases.lease_due(connection, NOW, 10, lasts, urgencies=["urgent"], ways=("email",))


def named(cases: list[tuple[str, str, Query]]) -> pytest.MarkDecorator:
    """The cases as parameters of a test."""
    return pytest.mark.parametrize(
        ("index", "query"), [case[1:] for case in cases], ids=[case[0] for case in cases]
    )


@named(IN_ORDER)
def test_a_list_is_one_range_of_its_index(database: Database, index: str, query: Query) -> None:
    plan = plan_of(database, query)
    assert [name for name in index.split() if name in plan], plan
    assert not [
        words
        for words in ("SCAN scope", "SCAN cases", "SCAN outbox", "TEMP B-TREE FOR ORDER", "Sort")
        if words in plan
    ], plan


@named(BY_KEY)
def test_what_a_step_or_sweep_touches_is_found_by_an_index(
    database: Database, index: str, query: Query
) -> None:
    plan = plan_of(database, query)
    assert index in plan, plan
    assert not [
        table for table in ("SCAN cases", "SCAN timer", "SCAN scope", "Seq Scan") if table in plan
    ], plan


@pytest.mark.parametrize(
    "query",
    [lambda c: lock_due_groups(c, NOW, "2026-03-02", 9), lambda c: backlog(c, NOW)],
    ids=["whose digest is due", "what is behind"],
)
def test_what_waits_is_not_looked_for_among_all_that_went(
    sqlite_database: Database, query: Query
) -> None:
    """PostgreSQL chooses by what it has counted, and here there is nothing yet."""
    with plans(sqlite_database) as (connection, found):
        query(connection)
    of_messages = [plan for plan in found if "outbox" in plan]
    assert of_messages
    assert [plan for plan in of_messages if "outbox_wake" not in plan] == []


def test_what_a_digest_says_is_found_among_all_that_went(sqlite_database: Database) -> None:
    """PostgreSQL begins elsewhere while its tables are empty."""
    plan = plan_of(sqlite_database, lambda c: items_of(c, 1, NOW))
    assert "SEARCH outbox USING INDEX outbox_digest" in plan, plan


@named(COUNTED)
def test_a_board_counts_from_an_index_alone(
    sqlite_database: Database, index: str, query: Query
) -> None:
    """PostgreSQL does so as well once a table has been vacuumed: no test can wait for that."""
    with plans(sqlite_database) as (connection, found):
        query(connection)
    plan = found[-1]
    assert f"COVERING INDEX {index} " in plan, plan
    assert not [words for words in ("USING INDEX scope", "SCAN scope", "cases") if words in plan]
    assert "TEMP B-TREE" not in plan, plan  # to sort them takes longer than to count them


@pytest.mark.parametrize("narrowed", [ASSIGNED, replace(OPEN, settled=((KIND[0], "issued"),))])
def test_units_of_a_state_are_found_by_the_state(
    sqlite_database: Database, narrowed: Filter
) -> None:
    """Not among all that is open, which stands in the order of units."""
    moments = Moments(NOW, NOW, NOW)
    plan = plan_of(sqlite_database, lambda c: count_cases(c, CLERK, narrowed, "unit", moments))
    assert "COVERING INDEX scope_state (unit_id=? AND workflow=? AND state=?" in plan, plan
    assert "USING INDEX scope" not in plan, plan


@pytest.mark.parametrize(("reader", "statements"), [(CLERK, 2), (THREE_POSTS, 3)])
def test_lights_are_two_counts_however_many_states_are_settled(
    sqlite_database: Database, reader: Actor, statements: int
) -> None:
    """And how much each unit sees is looked up once."""
    narrowed = Filter(KIND, settled=((KIND[0], "issued"), (KIND[0], "answered")))
    with plans(sqlite_database) as (connection, found):
        for seen in ((7, 1), (8, 2)):
            _see(connection, [seen])
        found.clear()
        lights = count_cases(connection, reader, narrowed, "light", Moments(NOW, NOW, NOW))
        connection.rollback()
    assert (len(found), lights) == (statements, {"late": len(reader.posts[:2])})


def test_what_is_seen_through_two_units_is_looked_up_for_one(sqlite_database: Database) -> None:
    """Whoever sees a hundred thousand cases through one of them has not each of these looked up."""
    reader = Actor("person", 1, (Post(1, 1, "head"), Post(2, 2, "head")))
    with sqlite_database.unit_of_work() as connection:
        _see(connection, [(1, 1), (2, 1), (2, 2), (2, 3)])
        much, little = shares_of(connection, reader, Filter(KIND))
        assert (much.unit, much.before) == (2, ())
        assert (little.unit, little.before) == (1, (2,))
        assert count_up_to(connection, reader, Filter(KIND), 50) == 3
        connection.rollback()


def test_which_unit_sees_the_most_is_counted_on_where_a_glance_does_not_tell(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to the end of what somebody sees: mostly one unit alone sees much."""
    reader = Actor("person", 1, (Post(1, 1, "head"), Post(2, 2, "head")))
    monkeypatch.setattr(shares, "_GLANCE", 2)
    with plans(sqlite_database) as (connection, found):
        for seen in ((1, 1), (2, 1), (2, 2), (2, 3)):
            _see(connection, [seen])
        found.clear()
        assert [one.unit for one in shares_of(connection, reader, Filter(KIND))] == [2, 1]
        assert len(found) == 1
        for seen in ((1, 4), (1, 5), (1, 6)):
            _see(connection, [seen])
        found.clear()
        assert [one.unit for one in shares_of(connection, reader, Filter(KIND))] == [1, 2]
        assert len(found) == 2
        connection.rollback()


def test_what_everybody_may_read_is_found_by_its_states(sqlite_database: Database) -> None:
    """Whoever is not signed in has nobody look through all cases. PostgreSQL puts the same index
    together from several ranges, which is switched off here.
    """
    plan = plan_of(sqlite_database, lambda connection: public_cases(connection, SHOWN))
    assert "SEARCH cases USING INDEX case_state (workflow=? AND state=?)" in plan, plan
    assert "SCAN cases" not in plan, plan


_made_of: Callable[..., Definition] = Definition.model_construct
SIGNED = _made_of(workflow=KIND[0], sign_offs=dict.fromkeys(("problem", "rectification")))


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("one_sided", "INDEX case_signed (workflow=? AND signed>? AND signed<?)"),
        ("lapsed", "INDEX sign_off_voided (voided_seq>?)"),
        ("idle", "INDEX scope_moved (unit_id=? AND workflow=? AND closed=? AND entered_at<?)"),
        ("reopened", "INDEX case_cycle (cycle>?)"),
    ],
)
def test_what_ledgers_do_not_agree_on_is_looked_for_among_few(
    sqlite_database: Database, kind: str, way: str
) -> None:
    asked = KINDS[kind]
    also = asked.condition(SIGNED, NOW)
    narrowed = Filter(KIND, closed=asked.closed)
    plan = plan_of(sqlite_database, listed(narrowed, also=also, order=asked.order))
    assert way in plan, plan
    assert not [words for words in ("SCAN scope", "SCAN cases", "SCAN sign_off") if words in plan]


SOME = [
    ("messages that never arrived", "outbox_lost", lambda c: failures(c, reader=CLERK)),
    ("messages that came back", "report_fate", lambda c: failures(c, reader=CLERK)),
    ("the register of a year", "document_year", lambda c: register(c, CLERK, 2026, 50)),
    ("units to choose from", "unit_of_kind", lambda c: names_of_kinds(c, [("county", "x")], 400)),
    ("classes to choose from", "unit_class", unit_classes),
    ("what somebody did", "history_person", lambda c: list_done(c, CLERK)),
    ("what they did long ago", "archived_history_person", lambda c: list_done(c, CLERK)),
]


@named(SOME)
def test_what_a_page_shows_is_never_looked_for_among_all(
    sqlite_database: Database, index: str, query: Query
) -> None:
    with plans(sqlite_database) as (connection, found):
        query(connection)
    plan = found[0]
    assert index in plan, plan
    tables = (
        "outbox",
        "history",
        "archived_history",
        "document",
        "handover",
        "delivery_report",
        "unit",
    )
    assert not [table for table in tables if f"SCAN {table}\n" in f"{plan}\n"], plan


def test_a_count_of_what_is_open_reads_nothing_that_is_closed(sqlite_database: Database) -> None:
    """Whatever workflows there are: with years of closed cases before them it would grow."""
    with plans(sqlite_database) as (connection, found):
        _see(connection, [(7, 1)])
        assert count_up_to(connection, CLERK, Filter(closed=False), 51) == 1
        connection.rollback()
    assert "(unit_id=? AND workflow=? AND closed=?)" in found[-1], found[-1]


def _see(connection: Connection, seen: Iterable[tuple[int, int]]) -> None:
    """Units with open cases that they see; what this writes is to be taken back."""
    place = {"why": "x", "closed": False, "due_at": NOW, "workflow": KIND[0], "state": "assigned"}
    place |= {"about": 1, "entered_at": NOW, "opened_at": NOW}
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    rows = [{"unit_id": unit, "case_id": case, **place} for unit, case in seen]
    connection.execute(insert(SCOPE), rows)
