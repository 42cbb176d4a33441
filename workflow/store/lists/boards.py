"""What boards show: cases in scope by month and by day, how far ladders were climbed, and how long
cases stayed in each state.

Everything is a bounded statement: over open cases, over some months, or over the latest cases.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from workflow.engine.case import Actor
from workflow.store.lists.queries import Filter, Row, in_scope
from workflow.store.tables.handles import CASE, HISTORY, SCOPE, TIMER

What = Literal["opened", "closed", "due"]

_WHEN: Mapping[What, ColumnElement[datetime]] = {
    "opened": CASE.c.opened_at,
    "closed": CASE.c.closed_at,
    "due": SCOPE.c.due_at,
}


def count_by_month(
    connection: Connection,
    reader: Actor,
    narrowed: Filter,
    what: What,
    bounds: Sequence[datetime],
    *,
    by_unit: bool = False,
) -> dict[int, list[int]]:
    """How many cases were opened, were closed or fall due between one bound and the next.

    By the unit that they are about, or for 0 all together.
    """
    spans = list(pairwise(bounds))
    of_case = what != "due"
    each = in_scope(reader, narrowed, with_cases=of_case)
    each = each.add_columns(SCOPE.c.about, _WHEN[what].label("at"))
    each = each.where(_within(_WHEN[what], bounds[0], bounds[-1]))
    found = each.subquery()
    sums = [
        func.sum(case((_within(found.c.at, begins, ends), 1), else_=0)).label(f"n{at}")
        for at, (begins, ends) in enumerate(spans)
    ]
    if by_unit:
        rows = connection.execute(select(found.c.about, *sums).group_by(found.c.about))
        return {row[0]: [int(n) for n in row[1:]] for row in rows}
    row = connection.execute(select(*sums)).one()
    return {0: [int(n or 0) for n in row]}


def _within(at: ColumnElement[datetime], begins: datetime, ends: datetime) -> ColumnElement[bool]:
    return and_(at >= begins, at < ends)


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
