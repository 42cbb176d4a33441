"""Counts of cases in scope by what they have in common, a statement a count.

A light is not stored (design, law 6): it is found from the limit and two instants that the caller
has taken from the calendar. Every count is of ranges of an index; what is grouped stands in that
index in order, and what would not is told apart by ranges (`spans`).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from workflow.engine.case import Actor
from workflow.store.lists import spans
from workflow.store.lists.queries import Filter
from workflow.store.lists.shares import Part, parts_of, shares_of, together
from workflow.store.lists.spans import END, FIRST, TICK
from workflow.store.sight.sights import NO_LIMIT
from workflow.store.tables.handles import SCOPE, UNIT


@dataclass(frozen=True, slots=True)
class Moments:
    """What parts the lights: `now`, and the instants before which a limit is near, or ends this
    week.
    """

    now: datetime
    near_before: datetime
    week_before: datetime

    @property
    def fortnight_before(self) -> datetime:
        """The instant before which a limit ends this week or next: on a Friday this one is over."""
        return self.week_before + timedelta(days=7)


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
    """How many cases there are of each `unit`, `state`, `class` or `light`, the most first."""
    counted: Counter[Any] = Counter()
    if by == "light":
        counted.update(_lights(connection, reader, narrowed, moments))
    else:
        for key, n in _grouped(connection, reader, narrowed, by):
            counted[key] += n
    return dict(sorted((+counted).items(), key=lambda one: (-one[1], str(one[0]))))


def _lights(
    connection: Connection, reader: Actor, narrowed: Filter, moments: Moments
) -> dict[str, int]:
    """Each light of what is open is a span of limits; what has ended has one for all of it."""
    shares, counted = shares_of(connection, reader, narrowed), {}
    if not narrowed.closed:
        now = moments.now + TICK
        bounds = (FIRST, now, max(now, moments.near_before), NO_LIMIT, END)
        open_ = parts_of(shares, replace(narrowed, closed=False))
        numbers = spans.count(connection, reader, open_, SCOPE.c.due_at, bounds)
        counted = dict(zip(("late", "near", "good", "none"), numbers, strict=True))
    if narrowed.closed is not False:
        ended = parts_of(shares, replace(narrowed, closed=True))
        (done,) = spans.count(connection, reader, ended, SCOPE.c.due_at, (FIRST, END))
        counted["done"] = done
    return counted


def _grouped(
    connection: Connection, reader: Actor, narrowed: Filter, by: str
) -> Iterator[tuple[Any, int]]:
    parts = parts_of(shares_of(connection, reader, narrowed), narrowed)
    for some in together(query for part in parts for query in _groups(part, reader, by)):
        key = some.c.key
        query = select(key, some.c.sign, some.c.n)
        if by == "class":
            query = select(UNIT.c.class_, some.c.sign, some.c.n).join(UNIT, UNIT.c.id == key)
        yield from ((found, sign * n) for found, sign, n in connection.execute(query))


def _groups(part: Part, reader: Actor, by: str) -> Iterator[Select[Any]]:
    """Units stand in order behind whether a case is closed, states before that. Those of one state
    are sorted: for their order alone SQLite would look up what state each case of theirs is in.
    """
    narrowed = part.narrowed
    ends = [narrowed.closed] if by == "state" or narrowed.closed is not None else [False, True]
    unit = SCOPE.c.about if narrowed.state is None else SCOPE.c.about + 0
    by_: ColumnElement[Any] = SCOPE.c.state if by == "state" else unit
    sign, n = literal(part.sign).label("sign"), func.count().label("n")
    for closed in ends:
        seen = part.share.of(reader, replace(narrowed, closed=closed))
        yield select(by_.label("key"), sign, n).where(seen).group_by(by_)


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


_SPANS = ("late", "week", "later")


def count_spans(
    connection: Connection, reader: Actor, narrowed: Filter, moments: Moments
) -> dict[tuple[str, int], Spans]:
    """How near the limits of cases are, by workflow and by the unit that they are about."""
    now = moments.now + TICK
    bounds = (FIRST, now, max(now, moments.week_before), END)
    parts = parts_of(shares_of(connection, reader, narrowed), narrowed)
    counted: dict[tuple[str, int], Spans] = {}
    for one in spans.count_units(connection, reader, parts, SCOPE.c.due_at, bounds):
        at = one.workflow, one.unit
        counted[at] = counted.get(at, Spans()) + Spans(**{_SPANS[one.span]: one.n})
    return {at: found for at, found in counted.items() if found.total}
