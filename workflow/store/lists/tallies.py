"""Cases counted for tallies (统计): by the unit that they are about, and the cases behind a number.

A tally is the same for everybody: it counts without regard to who reads. So whatever is kept from
anybody is left out: a confidential case is in no tally, and in no list behind one.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Table,
    Text,
    and_,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from workflow.engine.tallies import Listing, Tally
from workflow.store.sight.scope import is_confidential
from workflow.store.tables.handles import ARCHIVED_HISTORY, CASE, HISTORY, SCOPE, UNIT

VoidStates = Collection[tuple[str, str]]
"""Workflow and state of cases that count as never opened."""


Path = str | ScalarSelect[str]
"""Where a unit lies in the tree, or a query that tells it."""


@dataclass(frozen=True, slots=True)
class Window:
    """The period that is counted, until before `until`, and the present instant."""

    since: datetime
    until: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Below:
    """A unit right below another, or that one itself, with its place in the tree."""

    id: int
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A case of a listing: the unit that it is about, the unit's class, and its facts."""

    unit: str
    class_: str | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """A unit, those right below it that report by themselves, for each tally how many cases there
    are by the paths of the units that they are about, and the cases of each listing.
    """

    top: Below
    below: tuple[Below, ...]
    counts: Mapping[str, Counter[str]]
    listed: Mapping[str, list[Listed]]


def counted(
    connection: Connection,
    tallies: Mapping[str, Tally],
    window: Window,
    unit: int,
    void: VoidStates,
    listings: Mapping[str, Listing],
    period: int,
) -> Counted:
    """The tallies of a unit, and the cases of a period that are listed, in the order of their
    units' codes: in one statement, for the page that asks has others to make.
    """
    path = select(UNIT.c.path).where(UNIT.c.id == unit).scalar_subquery()
    parts = [_units_part(unit)]
    parts += [_counted_part(name, tally, window, path, void) for name, tally in tallies.items()]
    parts += [_listed_part(name, listing, period, path) for name, listing in listings.items()]
    counts: dict[str, Counter[str]] = {name: Counter() for name in tallies}
    found: dict[str, list[Any]] = {name: [] for name in (_UNITS, *listings)}
    for row in connection.execute(union_all(*parts)):
        if row.tally in found:
            found[row.tally].append(row)
        elif row.body is None or _is_marked(tallies[row.tally], row.body):
            counts[row.tally][row.place] += row.n
    units = [Below(row.n, row.name, row.place) for row in found.pop(_UNITS)]
    units.sort(key=lambda one: one.id)
    (top,) = [one for one in units if one.id == unit]
    below = tuple(one for one in units if one.id != unit)
    return Counted(top, below, counts, {name: _in_order(rows) for name, rows in found.items()})


_UNITS = ""
"""What stands where a tally's name would, in rows that tell of units."""


def _row(
    name: str, place: Any, n: Any, body: Any = None, unit: Any = None, class_: Any = None
) -> list[ColumnElement[Any]]:
    """The columns of every part: whose row it is, a unit's path or code, how many cases or which
    one, the body of a case, a unit's name and class.
    """
    texts = {"body": body, "name": unit, "class_": class_}
    return [
        literal(name).label("tally"),
        place.label("place"),
        n.label("n"),
        *(cast(null() if one is None else one, Text).label(key) for key, one in texts.items()),
    ]


def _units_part(unit: int) -> Select[Any]:
    right_below = and_(UNIT.c.parent_id == unit, UNIT.c.reports.is_(True), UNIT.c.until.is_(None))
    columns = _row(_UNITS, UNIT.c.path, UNIT.c.id, unit=UNIT.c.short_name)
    return select(*columns).where(or_(UNIT.c.id == unit, right_below))


def _counted_part(
    name: str, tally: Tally, window: Window, path: Path, void: VoidStates
) -> Select[Any]:
    """How many cases by path, or each with the body whose marks are to be read."""
    found = _cases(tally, window, path, void)
    if tally.marked or tally.unmarked:
        return found.with_only_columns(*_row(name, UNIT.c.path, literal(1), CASE.c.body))
    return found.with_only_columns(*_row(name, UNIT.c.path, func.count())).group_by(UNIT.c.path)


def _listed_part(name: str, listing: Listing, period: int, path: Path) -> Select[Any]:
    """The cases of a listing that count a period and are about units below a path."""
    query = (
        select(*_row(name, UNIT.c.code, CASE.c.id, CASE.c.body, UNIT.c.short_name, UNIT.c.class_))
        .join(UNIT, UNIT.c.id == CASE.c.unit_id)
        .where(CASE.c.workflow == listing.of, CASE.c.period == period)
        .where(UNIT.c.path.like(_below(path)), ~is_confidential(CASE.c.id))
    )
    return query.where(CASE.c.state.in_(listing.at)) if listing.at else query


@dataclass(frozen=True, slots=True)
class Behind:
    """A case behind a number."""

    id: int
    number: str
    headline: str
    unit: str


def cases_behind(
    connection: Connection, tally: Tally, window: Window, path: str, void: VoidStates
) -> Iterator[Behind]:
    """The cases that a tally counts below a path, the oldest first."""
    for _, case in cases_behind_each(connection, {"": tally}, window, path, void):
        yield case


def cases_behind_each(
    connection: Connection,
    tallies: Mapping[str, Tally],
    window: Window,
    path: str,
    void: VoidStates,
) -> Iterator[tuple[str, Behind]]:
    """The same of several tallies, each case with the tally's name: in one statement, for the page
    that asks has others to make.
    """
    columns = (CASE.c.id, CASE.c.number, CASE.c.headline, UNIT.c.short_name, CASE.c.body)
    parts = [
        _cases(tally, window, path, void).with_only_columns(literal(name), *columns)
        for name, tally in tallies.items()
    ]
    every = union_all(*parts).subquery()
    for name, *case, body in connection.execute(select(every).order_by(every.c.id)):
        if _is_marked(tallies[name], body):
            yield name, Behind(*case)


def _cases(tally: Tally, window: Window, path: Path, void: VoidStates) -> Select[Any]:
    query = (
        select(CASE.c.id)
        .join(UNIT, UNIT.c.id == CASE.c.unit_id)
        .where(CASE.c.workflow.in_(tally.of), UNIT.c.path.like(_below(path)))
        .where(_counted(tally, window), ~is_confidential(CASE.c.id))
    )
    if tally.at and tally.count != "arrived":
        query = query.where(CASE.c.state.in_(tally.at))
    if tally.not_at:
        query = query.where(CASE.c.state.not_in(tally.not_at))
    if void:
        query = query.where(tuple_(CASE.c.workflow, CASE.c.state).not_in(list(void)))
    # a mark stands in the body as a word in quotes: what has none of them need not be read
    if tally.marked:
        words = [CASE.c.body.contains(f'"{mark}"', autoescape=True) for mark in tally.marked]
        query = query.where(or_(*words))
    return query


def _below(path: Path) -> Any:
    return f"{path}%" if isinstance(path, str) else path.concat("%")


def _counted(tally: Tally, window: Window) -> ColumnElement[bool]:
    if tally.count == "opened":
        return and_(CASE.c.opened_at >= window.since, CASE.c.opened_at < window.until)
    if tally.count == "closed":
        return and_(CASE.c.closed_at >= window.since, CASE.c.closed_at < window.until)
    if tally.count == "arrived":
        came = or_(*(_came(rows, tally, window) for rows in (HISTORY, ARCHIVED_HISTORY)))
        ended_before = CASE.c.closed_at < window.since
        return and_(or_(CASE.c.closed_at.is_(None), ~ended_before), came)
    if tally.count == "overdue":
        late = SCOPE.alias("late")  # where a clock that stands still has no limit
        passed = exists().where(late.c.case_id == CASE.c.id, late.c.due_at <= window.now)
        return and_(CASE.c.closed_at.is_(None), passed)
    return CASE.c.closed_at.is_(None)


def _came(rows: Table, tally: Tally, window: Window) -> ColumnElement[bool]:
    """Whether a case came into one of the tally's states within the window."""
    return exists().where(
        rows.c.case_id == CASE.c.id,
        rows.c.to_state.in_(tally.at),
        rows.c.from_state != rows.c.to_state,
        rows.c.at >= window.since,
        rows.c.at < window.until,
    )


def _is_marked(tally: Tally, body: str) -> bool:
    if not (tally.marked or tally.unmarked):
        return True
    marks = set(orjson.loads(body)["marks"])
    return (not tally.marked or bool(marks & {*tally.marked})) and not marks & {*tally.unmarked}


def _in_order(rows: list[Any]) -> list[Listed]:
    rows.sort(key=lambda row: row.place)
    return [Listed(row.name, row.class_, orjson.loads(row.body)["facts"]) for row in rows]
