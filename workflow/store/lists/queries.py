"""What pages and REST read: one scope filter for all of it, keyset paging, columns instead of
objects.

Whatever is about cases takes the reader, and sees what `scope.in_sight` lets them see.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import eq
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Column, ColumnElement, Connection, Select, and_, exists, or_, select

from workflow.engine.case import Actor
from workflow.store.casework import cases
from workflow.store.driver.among import among
from workflow.store.evidence.archive import EVERY_TIMER
from workflow.store.lists import ranges
from workflow.store.lists.ranges import BY_LIMIT, BY_UNIT, NEWEST, Order
from workflow.store.sight.scope import in_sight, not_kept_from, units_of
from workflow.store.tables.handles import CASE, PERSON, SCOPE, SIGN_OFF, UNIT

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; None means all. `under` is a unit with all below it, `class_`
    the class (分类) of the unit that a case is about, `settled` the
    states, with their workflows, that count as closed.
    """

    workflows: tuple[str, ...] | None = None
    state: str | None = None
    unit: int | None = None
    under: int | None = None
    class_: str | None = None
    closed: bool | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    parent: int | None = None
    period: int | None = None
    settled: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list ended: the next one begins after it. `at` is the instant by which the
    list is sorted, `about` the unit.
    """

    at: datetime
    case_id: int
    closed: bool = False
    about: int = 0

    def __str__(self) -> str:
        words = f"{self.at.astimezone(UTC).isoformat()}~{self.case_id}"
        if not (self.closed or self.about):
            return words
        words += "~closed" if self.closed else "~open"
        return f"{words}~{self.about}" if self.about else words

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place in a text made by `str`; raises ValueError."""
        found = _PLACE.fullmatch(text)
        at = datetime.fromisoformat(found[1]) if found else None
        if found is None or at is None or at.tzinfo is None:
            raise ValueError("no place that a list has given")
        return cls(at, int(found[2]), found[3] == "closed", int(found[4] or 0))


_PLACE = re.compile(r"([^~]+)~([0-9]{1,16})(?:~(open|closed)(?:~([0-9]{1,16}))?)?")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and where the next begin; None at the end."""

    rows: list[Row]
    next: Place | None


_COLUMNS = tuple(
    CASE.c[name]
    for name in (
        "id seq definition_id workflow number headline unit_id state cycle due_at provisional"
        " opened_at closed_at period parent_id child_name body"
    ).split()
)


def list_cases(
    connection: Connection,
    reader: Actor,
    narrowed: Filter,
    *,
    after: Place | None = None,
    limit: int = 50,
    order: Order = BY_LIMIT,
    also: ColumnElement[bool] | None = None,
) -> Page:
    """Cases in scope, open ones before closed ones, soonest limit first and those without a limit
    last: the order of the index `scope_list`. Or in another order, that of another index.

    `also` is a further condition on the row of `scope`.
    """
    listing = _listed(connection, reader, narrowed, also, order)
    return _page(connection, listing, after, limit, order)


def first_cases(
    connection: Connection,
    reader: Actor,
    narrowed: Filter,
    limit: int,
    also: ColumnElement[bool] | None = None,
    order: Order = BY_LIMIT,
) -> list[int]:
    """The ids of the first cases of a list, for a page that shows several lists and reads the rows
    of all of them at once.
    """
    listing = _listed(connection, reader, narrowed, also, order, order.columns)
    return [row.case_id for row in ranges.first_of(connection, listing, None, limit, order)]


def list_work(
    connection: Connection, actor: Actor, *, after: Place | None = None, limit: int = 50
) -> Page:
    """Open cases on which the actor can do something now, soonest limit first."""
    query = select(*ranges.PLACE).where(not_kept_from(actor))
    listing = ranges.Listing(query, ranges.work_of(connection, actor))
    return _page(connection, listing, after, limit)


def _listed(
    connection: Connection,
    reader: Actor,
    narrowed: Filter,
    also: ColumnElement[bool] | None,
    order: Order,
    columns: Sequence[Column[Any]] = ranges.PLACE,
) -> ranges.Listing:
    """Where the cases of a list are, with these columns of their rows."""
    units, few = units_of(reader), list(_of_few(narrowed))
    also_asked = [also] if also is not None else []
    query = select(*columns).where(not_kept_from(reader), *on_scope(narrowed), *also_asked)
    if order is NEWEST or few:  # in the order of the primary key, or a few cases by key
        return ranges.Listing(query, [{"unit_id": unit} for unit in sorted(units)], bool(few))
    return ranges.Listing(query, _ranges(connection, units, narrowed))


def _ranges(connection: Connection, units: Collection[int], narrowed: Filter) -> list[ranges.Range]:
    """The ranges of `scope` that together are a list of these units."""
    kinds = (
        [{"unit_id": u, "workflow": w} for u in sorted(units) for w in narrowed.workflows]
        if narrowed.workflows is not None
        else ranges.of_kinds(connection, units)
    )
    either = narrowed.closed is None or (narrowed.closed and narrowed.settled)
    closed = (False, True) if either else (narrowed.closed,)
    narrower = {"state": narrowed.state, "about": narrowed.unit}
    fixed = {name: value for name, value in narrower.items() if value is not None}
    return [{**kind, **fixed, "closed": end} for kind in kinds for end in closed]


def in_scope(reader: Actor, narrowed: Filter, *, with_cases: bool = False) -> Select[Any]:
    """Some cases in the reader's scope, each once: by the row of the first unit that sees it. What
    counts all of them takes `shares`.
    """
    query = select(SCOPE.c.case_id).where(in_sight(reader), *on_scope(narrowed))
    if with_cases:
        query = query.join(CASE, CASE.c.id == SCOPE.c.case_id)
    if len(units_of(reader)) == 1:
        return query
    first = SCOPE.alias("first")
    same = and_(first.c.case_id == SCOPE.c.case_id, first.c.unit_id < SCOPE.c.unit_id)
    return query.where(~exists().where(same, in_sight(reader, first)))


def on_scope(narrowed: Filter) -> Iterator[Any]:
    """What a filter asks, as conditions on the rows of `scope`."""
    if narrowed.closed is not None:
        yield _has_ended(narrowed)
    if narrowed.state is not None:
        yield SCOPE.c.state == narrowed.state
    if narrowed.unit is not None:
        yield SCOPE.c.about == narrowed.unit
    if narrowed.workflows is not None:
        yield SCOPE.c.workflow.in_(narrowed.workflows)
    if narrowed.due_from is not None:
        yield SCOPE.c.due_at >= narrowed.due_from
    if narrowed.due_before is not None:
        yield SCOPE.c.due_at < narrowed.due_before
    if narrowed.under is not None:
        yield SCOPE.c.about.in_(units_below(narrowed.under))
    if narrowed.class_ is not None:
        yield SCOPE.c.about.in_(select(UNIT.c.id).where(UNIT.c.class_ == narrowed.class_))
    if narrowed.period is not None:
        one = CASE.alias("one")
        yield exists().where(one.c.id == SCOPE.c.case_id, one.c.period == narrowed.period)
    yield from _of_few(narrowed)


def _has_ended(narrowed: Filter) -> ColumnElement[bool]:
    """Whether a case has ended, or has not, as the filter wants it: what is settled has."""
    closed = SCOPE.c.closed.is_(narrowed.closed)
    if not narrowed.settled:
        return closed
    at = (SCOPE.c.workflow, SCOPE.c.state)
    settled = or_(*(and_(*map(eq, at, one)) for one in narrowed.settled))
    return or_(closed, settled) if narrowed.closed else and_(closed, ~settled)


def _of_few(narrowed: Filter) -> Iterator[Any]:
    """What leaves only so many cases that they are looked up by key and put in order."""
    if narrowed.parent is not None:
        few = CASE.alias("few")
        yield SCOPE.c.case_id.in_(select(few.c.id).where(few.c.parent_id == narrowed.parent))


def units_below(unit: int) -> Select[Any]:
    """A unit and all below it, by the paths of the tree."""
    top = select(UNIT.c.path).where(UNIT.c.id == unit).scalar_subquery()
    return select(UNIT.c.id).where(UNIT.c.path.like(top.concat("%")))


def _page(
    connection: Connection,
    listing: ranges.Listing,
    after: Place | None,
    limit: int,
    order: Order = BY_LIMIT,
) -> Page:
    """The cases of a page with their columns, in order."""
    key = None if after is None else order.key_of(_Row.at(after))
    found = ranges.first_of(connection, listing, key, limit + 1, order)
    shown = found[:limit]
    rows = rows_of(connection, [row.case_id for row in shown])
    return Page(rows, _place_of(shown[-1], order) if len(found) > limit else None)


class _Row(NamedTuple):
    """A place as a row of a list has it, whichever instant the list is sorted by."""

    closed: bool
    due_at: datetime
    case_id: int
    about: int
    entered_at: datetime

    @classmethod
    def at(cls, place: Place) -> "_Row":
        return cls(place.closed, place.at, place.case_id, place.about, place.at)


def _place_of(row: Any, order: Order) -> Place:
    return Place(
        getattr(row, order.instant), row.case_id, row.closed, row.about if order is BY_UNIT else 0
    )


def rows_of(connection: Connection, ids: Sequence[int]) -> list[Row]:
    """Rows of a list by the ids of their cases, in that order; whether they are in scope has been
    asked before.
    """
    if not ids:
        return []
    names = [column.name for column in _COLUMNS]
    found: dict[int, Row] = {}
    for values in connection.execute(select(*_COLUMNS).where(CASE.c.id.in_(ids))):
        row = dict(zip(names, values, strict=True))
        row["body"] = orjson.loads(row["body"])
        found[row["id"]] = row
    return [found[id_] for id_ in ids]


def history_of(connection: Connection, case_id: int) -> list[Row]:
    """A case's history in order, its JSON read."""
    rows = cases.history_of(connection, case_id)
    for row in rows:
        row |= {name: json.loads(row[name]) for name in ("inputs", "seen", "effects")}
    return rows


def timers_of(connection: Connection, case_id: int) -> list[Row]:
    """A case's timers, those to come first."""
    query = (
        select(EVERY_TIMER)
        .where(EVERY_TIMER.c.case_id == case_id)
        .order_by(EVERY_TIMER.c.wake_at.is_(None), EVERY_TIMER.c.due_at, EVERY_TIMER.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def sign_offs_of(connection: Connection, case_id: int) -> list[Row]:
    """A case's sign-offs, those that lost force included."""
    query = select(SIGN_OFF).where(SIGN_OFF.c.case_id == case_id).order_by(SIGN_OFF.c.seq)
    return [dict(row) for row in connection.execute(query).mappings()]


def unit_names(connection: Connection, units: Collection[int]) -> Mapping[int, str]:
    """Short names of units by id."""
    query = select(UNIT.c.id, UNIT.c.short_name).where(UNIT.c.id.in_(units))
    return {row.id: row.short_name for row in connection.execute(query)}


def person_names(connection: Connection, people: Collection[int]) -> Mapping[int, str]:
    """Names of people by id."""
    query = select(PERSON.c.id, PERSON.c.name).where(PERSON.c.id.in_(people))
    return {row.id: row.name for row in connection.execute(query)}


def list_units(
    connection: Connection, *, under: int | None = None, after: int = 0, limit: int = 200
) -> list[Row]:
    """Units by id, all or those below one."""
    query = select(UNIT).where(UNIT.c.id > after).order_by(UNIT.c.id).limit(limit)
    if under is not None:
        path = connection.execute(select(UNIT.c.path).where(UNIT.c.id == under)).scalar()
        query = query.where(UNIT.c.path.like(f"{path}%")) if path else query.where(UNIT.c.id < 0)
    return [dict(row) for row in connection.execute(query).mappings()]


# What only pages read


def cases_by_id(connection: Connection, reader: Actor, ids: Collection[int]) -> list[Row]:
    """Those of these cases that are in scope, as rows of a list."""
    query = in_scope(reader, Filter()).where(SCOPE.c.case_id.in_(ids))
    order = query.order_by(SCOPE.c.due_at, SCOPE.c.case_id)
    return rows_of(connection, list(connection.execute(order).scalars()))


def units_by_id(connection: Connection, ids: Collection[int]) -> list[Row]:
    """Whole rows of units."""
    rows = connection.execute(select(UNIT).where(UNIT.c.id.in_(ids))).mappings()
    return [dict(row) for row in rows]


def unit_paths(connection: Connection, ids: Collection[int]) -> Mapping[int, str]:
    """Where units are in the tree, by id."""
    query = select(UNIT.c.id, UNIT.c.path).where(among(connection, UNIT.c.id, ids))
    return {row.id: row.path for row in connection.execute(query)}
