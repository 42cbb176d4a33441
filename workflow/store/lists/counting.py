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
    shares = shares_of(connection, reader, narrowed)
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
    for one in _settled_of(narrowed, by):
        found = _counted(connection, reader, one, by, moments)
        if not narrowed.closed:
            counted.subtract(found)
        if narrowed.closed is not False:
            counted.update({"done": sum(found.values())} if by == "light" else found)
    return dict(sorted((+counted).items(), key=lambda one: (-one[1], str(one[0]))))


def _settled_of(narrowed: Filter, by: str) -> Iterator[Filter]:
    """The open cases of each settled state, where it makes a difference that they are settled."""
    if narrowed.closed is None and by != "light":
        return
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

    def __sub__(self, other: "Spans") -> "Spans":
        return Spans(self.late - other.late, self.week - other.week, self.later - other.later)

    @property
    def total(self) -> int:
        """All of them."""
        return self.late + self.week + self.later


def count_spans(
    connection: Connection, reader: Actor, filters: Iterable[Filter], moments: Moments
) -> dict[tuple[str, int], Spans]:
    """How near the limits of cases are that one of the filters leaves, each of them other cases, by
    workflow and by the unit that they are about.
    """
    key = (SCOPE.c.workflow, SCOPE.c.about)
    late = SCOPE.c.due_at <= moments.now
    week = and_(SCOPE.c.due_at > moments.now, SCOPE.c.due_at < moments.week_before)
    columns = (func.count().filter(late), func.count().filter(week), func.count())
    named = [one.label(name) for one, name in zip(columns, ("late", "week", "n"), strict=True)]
    each = (
        select(*key, *named).where(share.of(reader, narrowed)).group_by(*key)
        for narrowed in filters
        for share in shares_of(connection, reader, narrowed)
    )
    counted: dict[tuple[str, int], Spans] = {}
    for part in together(each):
        for row in connection.execute(select(part)):
            spans = Spans(row.late, row.week, row.n - row.late - row.week)
            at = row.workflow, row.about
            counted[at] = counted.get(at, Spans()) + spans
    return counted
