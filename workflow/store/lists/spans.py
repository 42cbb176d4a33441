"""Counts of cases by the span of time that an instant of theirs lies in: the months and days of
boards, and what parts the lights.

A span is a range of an index, which the database counts as it goes through it. What SQLite groups
it sorts before, which takes four times as long as to go through it: there units come as one text a
span, and are counted here. PostgreSQL groups a span by a hash table (decision 0085).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    func,
    literal,
    select,
    true,
    union_all,
)

from workflow.engine.case import Actor
from workflow.store.lists.shares import Part, together
from workflow.store.sight.sights import NO_LIMIT
from workflow.store.tables.handles import SCOPE

FIRST, END = datetime(1, 1, 1, tzinfo=UTC), NO_LIMIT + timedelta(days=1)
"""Before every instant, and after the last."""
TICK = timedelta(microseconds=1)
"""What parts an instant from the next: a span begins with its first and ends before its last."""

At = Column[datetime]


class Found(NamedTuple):
    """How many cases about a unit lie in a span; less than none of what is to be taken off."""

    workflow: str
    unit: int
    span: int
    n: int


def count(
    connection: Connection, reader: Actor, parts: Iterable[Part], at: At, bounds: Sequence[datetime]
) -> list[int]:
    """How many cases there are between one bound and the next."""
    counted = [0] * (len(bounds) - 1)
    spans = _spans(at, bounds)
    number: ColumnElement[Any] = func.count()
    each = (
        select(spans.c.span, literal(part.sign), _of(part, reader, at, spans, number))
        for part in parts
    )
    for some in together(each):
        for span, sign, n in connection.execute(select(some)):
            counted[span] += sign * n
    return counted


def count_units(
    connection: Connection, reader: Actor, parts: Iterable[Part], at: At, bounds: Sequence[datetime]
) -> Iterator[Found]:
    """The same by workflow and by the unit that cases are about; one may come several times."""
    counting = _hashed if connection.dialect.name == "postgresql" else _listed
    yield from counting(connection, reader, parts, at, _spans(at, bounds))


def _listed(
    connection: Connection, reader: Actor, parts: Iterable[Part], at: At, spans: CTE
) -> Iterator[Found]:
    """SQLite hands over the units of a span as a text."""
    units = func.group_concat(SCOPE.c.about)
    each = []
    for part in parts:
        kinds = _kinds(part.share.workflows)
        found = _of(part, reader, at, spans, units, kinds.c.workflow)
        query = select(literal(part.sign), kinds.c.workflow, spans.c.span, found)
        each.append(query.select_from(kinds.join(spans, true())))
    for some in together(each):
        for sign, workflow, span, text in connection.execute(select(some)):
            for unit, n in Counter(text.split(",") if text else ()).items():
                yield Found(workflow, int(unit), span, sign * n)


def _hashed(
    connection: Connection, reader: Actor, parts: Iterable[Part], at: At, spans: CTE
) -> Iterator[Found]:
    """PostgreSQL counts them in a hash table, a span after the other."""
    each = []
    for part in parts:
        kinds = _kinds(part.share.workflows)
        mine = _within(part, reader, at, spans, kinds.c.workflow)
        units = select(SCOPE.c.about, func.count().label("n")).where(mine)
        found = units.group_by(SCOPE.c.about).lateral()
        n = literal(part.sign) * found.c.n
        query = select(kinds.c.workflow, found.c.about, spans.c.span, n)
        each.append(query.select_from(kinds.join(spans, true()).join(found, true())))
    for some in together(each):
        yield from map(Found._make, connection.execute(select(some)))


def _of(
    part: Part,
    reader: Actor,
    at: At,
    spans: CTE,
    what: ColumnElement[Any],
    workflow: ColumnElement[str] | None = None,
) -> ScalarSelect[Any]:
    """What there is of a part in each span, as a value of that span's row."""
    mine = _within(part, reader, at, spans, workflow)
    return select(what).select_from(SCOPE).where(mine).scalar_subquery()


def _within(
    part: Part, reader: Actor, at: At, spans: CTE, workflow: ColumnElement[str] | None
) -> ColumnElement[bool]:
    """The condition for the rows of a part in the span of another table's row."""
    mine = part.share.of(reader, part.narrowed, workflow)
    return and_(mine, at >= spans.c.begins, at < spans.c.ends)


def _spans(at: At, bounds: Sequence[datetime]) -> CTE:
    """Their numbers and ends as a table, written so that SQLAlchemy compiles a statement once."""
    each = (
        select(
            literal(n).label("span"),
            literal(begins, at.type).label("begins"),
            literal(ends, at.type).label("ends"),
        )
        for n, (begins, ends) in enumerate(pairwise(bounds))
    )
    return union_all(*each).cte("spans")


def _kinds(workflows: tuple[str, ...]) -> CTE:
    return union_all(*(select(literal(one).label("workflow")) for one in workflows)).cte()
