"""What boards show: cases in scope by month and by day, how far ladders were climbed, and how long
cases stayed in each state.

Everything is a bounded statement: over open cases, over some months, or over the latest cases.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Column, Connection, and_, func, select

from workflow.engine.case import Actor
from workflow.store.driver.among import among
from workflow.store.lists import spans
from workflow.store.lists.queries import Filter, Row, first_cases, in_scope
from workflow.store.lists.ranges import NEWEST
from workflow.store.lists.shares import Part, parts_of, shares_of
from workflow.store.tables.handles import CASE, HISTORY, SCOPE, TIMER

What = Literal["opened", "closed", "due"]

_AT: Mapping[What, Column[datetime]] = {
    "opened": SCOPE.c.opened_at,
    "closed": SCOPE.c.entered_at,
    "due": SCOPE.c.due_at,
}
"""When it happened: what is closed has come into its last state then."""


def count_by_span(
    connection: Connection, reader: Actor, narrowed: Filter, what: What, bounds: Sequence[datetime]
) -> list[int]:
    """How many cases were opened, were closed or fall due between one bound and the next."""
    parts = _parts(connection, reader, narrowed, what)
    return spans.count(connection, reader, parts, _AT[what], bounds)


def count_by_span_and_unit(
    connection: Connection, reader: Actor, narrowed: Filter, what: What, bounds: Sequence[datetime]
) -> dict[int, list[int]]:
    """The same by the unit that cases are about."""
    parts = _parts(connection, reader, narrowed, what)
    counted: dict[int, list[int]] = {}
    for one in spans.count_units(connection, reader, parts, _AT[what], bounds):
        counted.setdefault(one.unit, [0] * (len(bounds) - 1))[one.span] += one.n
    return {unit: numbers for unit, numbers in counted.items() if any(numbers)}


def _parts(connection: Connection, reader: Actor, narrowed: Filter, what: What) -> Iterator[Part]:
    asked = replace(narrowed, closed=True) if what == "closed" else narrowed
    return parts_of(shares_of(connection, reader, asked), asked)


def count_rungs(connection: Connection, cases: Collection[int]) -> dict[tuple[int, str, int], int]:
    """How many of these cases have climbed how far in the state they are in.

    By definition, name of the ladder and rung; a case counts at its highest rung.
    """
    query = select(CASE.c.id.label("case_id"), CASE.c.definition_id, CASE.c.entry)
    some = query.where(among(connection, CASE.c.id, cases)).subquery()
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
    some = first_cases(connection, reader, narrowed, most, order=NEWEST)
    query = (
        select(HISTORY.c.case_id, HISTORY.c.from_state, HISTORY.c.to_state, HISTORY.c.at)
        .where(HISTORY.c.case_id.in_(some))
        .order_by(HISTORY.c.case_id, HISTORY.c.seq)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def periods_of(connection: Connection, reader: Actor, workflow: str) -> list[int]:
    """The periods of which there are cases, the latest first."""
    every = in_scope(reader, Filter(workflows=(workflow,)), with_cases=True)
    each = every.add_columns(CASE.c.period).subquery()
    query = select(each.c.period).where(each.c.period.is_not(None)).distinct()
    return list(connection.execute(query.order_by(each.c.period.desc())).scalars())
