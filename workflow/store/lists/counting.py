"""Counts of cases in scope by what they have in common, a statement a count.

A light is not stored (design, law 6): it is found from the limit and two instants that the caller
has taken from the calendar. Every count is of ranges of an index, and what it groups by stands in
that index in order.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, select, union_all

from workflow.engine.case import Actor
from workflow.store.lists.queries import Filter
from workflow.store.lists.shares import Share, shares_of
from workflow.store.sight.sights import NO_LIMIT
from workflow.store.tables.handles import SCOPE, UNIT

MOST_AT_ONCE = 100
"""Counts of one statement; SQLite takes 500."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What parts the lights: `now`, and the instants before which a limit is near, or ends this
    week.
    """

    now: datetime
    near_before: datetime
    week_before: datetime


def _lights(moments: Moments) -> Mapping[str, ColumnElement[bool]]:
    """Each light as a range of limits."""
    due, open_ = SCOPE.c.due_at, SCOPE.c.closed.is_(False)
    to_come = due > moments.now
    return {
        "done": SCOPE.c.closed.is_(True),
        "none": and_(open_, due >= NO_LIMIT),
        "late": and_(open_, due <= moments.now),
        "near": and_(open_, to_come, due < moments.near_before),
        "good": and_(open_, to_come, due >= moments.near_before, due < NO_LIMIT),
    }


def count_up_to(connection: Connection, reader: Actor, narrowed: Filter, most: int) -> int:
    """How many cases there are, counted no further than `most`."""
    shares = shares_of(connection, reader, narrowed, enough=most)
    each = (
        select(SCOPE.c.case_id).where(share.of(reader, narrowed)).limit(most) for share in shares
    )
    counted = 0
    for part in together(select(one.subquery()) for one in each):
        some = select(literal(1)).select_from(part).limit(most).subquery()
        counted += connection.execute(select(func.count()).select_from(some)).scalar_one()
    return min(counted, most)


def count_cases(
    connection: Connection, reader: Actor, narrowed: Filter, by: str, moments: Moments
) -> dict[Any, int]:
    """How many cases there are of each `unit`, `state`, `class` or `light`, the most first.

    What is settled is counted by itself and put to what is closed: no index tells it from another.
    """
    counted = Counter(_counted(connection, reader, replace(narrowed, settled=()), by, moments))
    makes_a_difference = narrowed.closed is not None or by == "light"
    for one in _settled_of(narrowed) if makes_a_difference else ():
        found = _counted(connection, reader, one, by, moments)
        if not narrowed.closed:
            counted.subtract(found)
        if narrowed.closed is not False:
            counted.update({"done": sum(found.values())} if by == "light" else found)
    return dict(sorted((+counted).items(), key=lambda one: (-one[1], str(one[0]))))


def signed(narrowed: Filter) -> Iterator[tuple[int, Filter]]:
    """What to count for a filter, and what of that to put to it or take off: with those that are
    settled among what is closed, one statement counts all of it.
    """
    yield 1, replace(narrowed, settled=())
    if narrowed.closed is not None:
        yield from ((1 if narrowed.closed else -1, one) for one in _settled_of(narrowed))


def _settled_of(narrowed: Filter) -> Iterator[Filter]:
    """The open cases of each settled state under a filter."""
    for workflow, state in narrowed.settled:
        of_others = narrowed.workflows is not None and workflow not in narrowed.workflows
        if not of_others and narrowed.state in (None, state):
            one = replace(narrowed, workflows=(workflow,), state=state, closed=False)
            yield replace(one, settled=())


def _counted(
    connection: Connection, reader: Actor, narrowed: Filter, by: str, moments: Moments
) -> Counter[Any]:
    shares = shares_of(connection, reader, narrowed)
    each = (part for share in shares for part in _parts(share, reader, narrowed, by, moments))
    counted: Counter[Any] = Counter()
    for part in together(each):
        key = part.c.key
        query = select(key, part.c.n)
        if by == "class":
            query = select(UNIT.c.class_, part.c.n).join(UNIT, UNIT.c.id == key)
        for found, n in connection.execute(query):
            counted[found] += n
    return counted


def _parts(
    share: Share, reader: Actor, narrowed: Filter, by: str, moments: Moments
) -> Iterator[Select[Any]]:
    n: ColumnElement[Any] = func.count().label("n")
    if by == "light":
        for light, shines in _lights(moments).items():
            key = literal(light).label("key")
            yield select(key, n).select_from(SCOPE).where(share.of(reader, narrowed), shines)
        return
    # units stand in order behind whether a case is closed, states before that
    ends = [narrowed.closed] if by == "state" or narrowed.closed is not None else [False, True]
    by_: ColumnElement[Any] = SCOPE.c.state if by == "state" else SCOPE.c.about
    for closed in ends:
        seen = share.of(reader, replace(narrowed, closed=closed))
        yield select(by_.label("key"), n).where(seen).group_by(by_)


def together(parts: Iterable[Select[Any]]) -> Iterator[Any]:
    """Counts as one table, or as several where they are too many for one statement."""
    every = list(parts)
    for at in range(0, len(every), MOST_AT_ONCE):
        some = every[at : at + MOST_AT_ONCE]
        yield (union_all(*some) if len(some) > 1 else some[0]).subquery()


@dataclass(frozen=True, slots=True)
class Spans:
    """How many cases are overdue, due this week, and due later or never."""

    late: int = 0
    week: int = 0
    later: int = 0

    def __add__(self, other: "Spans") -> "Spans":
        return Spans(self.late + other.late, self.week + other.week, self.later + other.later)

    @property
    def total(self) -> int:
        """All of them."""
        return self.late + self.week + self.later


def count_spans(
    connection: Connection, reader: Actor, narrowed: Filter, moments: Moments
) -> dict[tuple[str, int], Spans]:
    """How near the limits of cases are, by workflow and by the unit that they are about."""
    key = (SCOPE.c.workflow, SCOPE.c.about)
    late = SCOPE.c.due_at <= moments.now
    week = and_(SCOPE.c.due_at > moments.now, SCOPE.c.due_at < moments.week_before)
    counts: dict[str, ColumnElement[int]] = {"n": func.count()}
    counts |= {"late": func.count().filter(late), "week": func.count().filter(week)}
    each = (
        select(*key, *((sign * count).label(name) for name, count in counts.items()))
        .where(share.of(reader, some))
        .group_by(*key)
        for sign, some in signed(narrowed)
        for share in shares_of(connection, reader, some)
    )
    counted: dict[tuple[str, int], Spans] = {}
    for part in together(each):
        for row in connection.execute(select(part)):
            spans = Spans(row.late, row.week, row.n - row.late - row.week)
            at = row.workflow, row.about
            counted[at] = counted.get(at, Spans()) + spans
    return {at: spans for at, spans in counted.items() if spans.total}
