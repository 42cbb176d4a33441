"""What boards show: cases in scope by month and by day, how far ladders were climbed, and how long
cases stayed in each state.

Everything is a bounded statement: over open cases, over some months, or over the latest cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    union_all,
)

from workflow.engine.case import Actor
from workflow.store.lists.counting import by_kind
from workflow.store.lists.queries import Filter, Row, in_scope
from workflow.store.tables.handles import CASE, HISTORY, SCOPE, TIMER

What = Literal["opened", "closed", "due"]

_AT: Mapping[What, Column[datetime]] = {
    "opened": SCOPE.c.opened_at,
    "closed": SCOPE.c.entered_at,
    "due": SCOPE.c.due_at,
}
"""When it happened: what is closed has come into its last state then."""


def count_by_month(
    connection: Connection, reader: Actor, narrowed: Filter, what: What, bounds: Sequence[datetime]
) -> list[int]:
    """How many cases were opened, were closed or fall due between one bound and the next."""
    each = _of_kinds(connection, reader, narrowed, what)
    spans = [
        select(literal(n).label("span"), func.count().label("cases")).select_from(
            each.where(_within(what, begins, ends)).subquery()
        )
        for n, (begins, ends) in enumerate(pairwise(bounds))
    ]
    found = {row.span: row.cases for row in connection.execute(union_all(*spans))}
    return [found[n] for n in range(len(spans))]


def count_by_month_and_unit(
    connection: Connection, reader: Actor, narrowed: Filter, what: What, bounds: Sequence[datetime]
) -> dict[int, list[int]]:
    """The same by the unit that cases are about."""
    spans = list(pairwise(bounds))
    each = _of_kinds(connection, reader, narrowed, what).add_columns(SCOPE.c.about)
    at = case(*((_AT[what] < ends, n) for n, (_, ends) in enumerate(spans)), else_=len(spans))
    found = each.add_columns(at.label("span")).where(_within(what, bounds[0], bounds[-1]))
    each_span = found.subquery()
    key = (each_span.c.about, each_span.c.span)
    counted: dict[int, list[int]] = {}
    for about, n, cases in connection.execute(select(*key, func.count()).group_by(*key)):
        counted.setdefault(about, [0] * len(spans))[n] = cases
    return counted


def _of_kinds(
    connection: Connection, reader: Actor, narrowed: Filter, what: What
) -> Select[tuple[int]]:
    narrowed = by_kind(connection, reader, narrowed)
    return in_scope(reader, replace(narrowed, closed=True) if what == "closed" else narrowed)


def _within(what: What, begins: datetime, ends: datetime) -> ColumnElement[bool]:
    return and_(_AT[what] >= begins, _AT[what] < ends)


def count_by_limit(connection: Connection, reader: Actor, narrowed: Filter) -> dict[datetime, int]:
    """How many cases there are for each end of a limit."""
    found = in_scope(reader, narrowed).add_columns(SCOPE.c.due_at).subquery()
    query = select(found.c.due_at, func.count()).group_by(found.c.due_at)
    return {row[0]: row[1] for row in connection.execute(query)}


def count_rungs(
    connection: Connection, reader: Actor, narrowed: Filter, most: int
) -> dict[tuple[int, str, int], int]:
    """How many of the first `most` cases have climbed how far in the state they are in.

    By definition, name of the ladder and rung; a case counts at its highest rung.
    """
    some = (
        in_scope(reader, narrowed, with_cases=True)
        .add_columns(CASE.c.definition_id, CASE.c.entry, SCOPE.c.due_at)
        .order_by(SCOPE.c.due_at)
        .limit(most)
        .subquery()
    )
    highest = (
        select(
            some.c.case_id,
            some.c.definition_id,
            TIMER.c.name,
            func.max(TIMER.c.rung).label("rung"),
        )
        .join(TIMER, and_(TIMER.c.case_id == some.c.case_id, TIMER.c.entry == some.c.entry))
        .where(TIMER.c.status == "fired", TIMER.c.name.like("rung:%"))
        .group_by(some.c.case_id, some.c.definition_id, TIMER.c.name)
        .subquery()
    )
    key = (highest.c.definition_id, highest.c.name, highest.c.rung)
    rows = connection.execute(select(*key, func.count()).group_by(*key))
    return {(row[0], row[1].removeprefix("rung:"), row[2]): row[3] for row in rows}


def latest_moves(connection: Connection, reader: Actor, narrowed: Filter, most: int) -> list[Row]:
    """When the latest `most` cases went from state to state, in order, a case after the other."""
    some = in_scope(reader, narrowed).order_by(SCOPE.c.case_id.desc()).limit(most).subquery()
    query = (
        select(HISTORY.c.case_id, HISTORY.c.from_state, HISTORY.c.to_state, HISTORY.c.at)
        .join(some, some.c.case_id == HISTORY.c.case_id)
        .order_by(HISTORY.c.case_id, HISTORY.c.seq)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def periods_of(connection: Connection, reader: Actor, workflow: str) -> list[int]:
    """The periods of which there are cases, the latest first."""
    every = in_scope(reader, Filter(workflows=(workflow,)), with_cases=True)
    each = every.add_columns(CASE.c.period).subquery()
    query = select(each.c.period).where(each.c.period.is_not(None)).distinct()
    return list(connection.execute(query.order_by(each.c.period.desc())).scalars())
