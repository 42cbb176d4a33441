"""A page of a list out of several index ranges: each is read no further than the page is long,
and what they yield is merged here, each case once.

A list costs the same however many cases there are (`./dev bench P5`): every condition that comes
with it is a prefix of the index, one range for each value that it may have.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    select,
    text,
    tuple_,
    union_all,
)

from workflow.engine.case import Actor
from workflow.store.sight.scope import words_of
from workflow.store.tables.handles import SCOPE

_MOST_AT_ONCE = 100
"""Ranges of one statement; SQLite takes 500."""

Key = tuple[Any, ...]
"""Where a case stands in a list: its values of the columns of the order."""
Range = Mapping[str, Any]
"""Columns of `scope` with the values that lead to one range of an index."""

PLACE = (
    SCOPE.c.closed,
    SCOPE.c.due_at,
    SCOPE.c.case_id,
    SCOPE.c.about,
    SCOPE.c.entered_at,
)
"""What a query of a list selects: whatever a list may be sorted by."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by; within each of its ranges that is the order of an index."""

    columns: tuple[Column[Any], ...]
    backwards: bool = False

    def key_of(self, row: Any) -> Key:
        """Where a row of PLACE stands."""
        return tuple(getattr(row, column.name) for column in self.columns)

    @property
    def instant(self) -> str:
        """The column of the instant that its places carry."""
        return "entered_at" if self.columns[0] is SCOPE.c.entered_at else "due_at"

    def sorted(self, rows: Collection[Any]) -> list[Any]:
        """Rows of PLACE in this order."""
        key = attrgetter(*(column.name for column in self.columns))
        return sorted(rows, key=key, reverse=self.backwards)

    def is_beyond(self, row: Any, after: Key) -> bool:
        """Whether a row of PLACE comes after a place."""
        key = self.key_of(row)
        return key < after if self.backwards else key > after

    def clauses(self) -> list[ColumnElement[Any]]:
        """The order in SQL."""
        return [column.desc() if self.backwards else column.asc() for column in self.columns]


BY_LIMIT = Order((SCOPE.c.closed, SCOPE.c.due_at, SCOPE.c.case_id))
"""Open before closed, soonest limit first."""
BY_UNIT = Order((SCOPE.c.closed, SCOPE.c.about, SCOPE.c.due_at, SCOPE.c.case_id))
"""The same unit by unit."""
LAST_MOVED = Order((SCOPE.c.entered_at, SCOPE.c.case_id), backwards=True)
"""What came into its state last first."""
LONGEST_STILL = Order((SCOPE.c.entered_at, SCOPE.c.case_id))
"""What has been in its state for longest first."""
NEWEST = Order((SCOPE.c.case_id,), backwards=True)
"""What was opened last first."""

ORDERS: Mapping[str, Order] = {
    "": BY_LIMIT,
    "newest": NEWEST,
    "moved": LAST_MOVED,
    "unit": BY_UNIT,
}
"""Every order by the name that addresses have for it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Where the cases of a list are: `query` selects PLACE from `scope` with every condition beyond
    the ranges. `few` where that leaves so few cases that they are looked up by key.
    """

    query: Select[Any]
    ranges: Sequence[Range]
    few: bool = False


def first_of(
    connection: Connection,
    listing: Listing,
    after: Key | None,
    limit: int,
    order: Order = BY_LIMIT,
) -> list[Any]:
    """The first `limit` cases of a list in an order after one, each once: rows of PLACE."""
    parts = _whole(listing) if listing.few else _ahead(listing, after, limit, order)
    found = {row.case_id: row for row in _rows(connection, parts)}
    in_order = order.sorted(found.values())
    if listing.few and after is not None:
        in_order = [row for row in in_order if order.is_beyond(row, after)]
    return in_order[:limit]


def _whole(listing: Listing) -> list[Select[Any]]:
    """Few cases are read whole and put in order here: PostgreSQL takes what comes after a place for
    hardly anything, and would go through half an index instead of looking up the few.
    """
    return [listing.query.where(*_within(one)) for one in listing.ranges]


def _ahead(listing: Listing, after: Key | None, limit: int, order: Order) -> list[Select[Any]]:
    return [
        listing.query.where(*_within(one), *beyond).order_by(*order.clauses()).limit(limit)
        for one in listing.ranges
        if (beyond := _beyond(one, after, order)) is not None
    ]


def _rows(connection: Connection, parts: Sequence[Select[Any]]) -> Iterable[Any]:
    for at in range(0, len(parts), _MOST_AT_ONCE):
        yield from connection.execute(_together(parts[at : at + _MOST_AT_ONCE]))


def _within(one: Range) -> Iterator[ColumnElement[bool]]:
    for name, value in one.items():
        column = SCOPE.c[name]
        yield column.is_(value) if isinstance(value, bool) else column == value


def _beyond(one: Range, after: Key | None, order: Order) -> list[ColumnElement[bool]] | None:
    """The conditions for what comes after a place within a range; None when nothing does."""
    if after is None:
        return []
    columns, key = list(order.columns), list(after)
    while columns and columns[0].name in one:  # the whole range stands before or after the place
        here, there = one[columns.pop(0).name], key.pop(0)
        if here != there:
            return [] if (here > there) != order.backwards else None
    if len(columns) == 1:
        return [columns[0] < key[0] if order.backwards else columns[0] > key[0]]
    left, right = tuple_(*columns), tuple_(*key)
    return [left < right if order.backwards else left > right]


def _together(parts: Sequence[Select[Any]]) -> Any:
    if len(parts) == 1:
        return parts[0]
    return union_all(*(select(part.subquery()) for part in parts))


# Both go from one value to the next in an index instead of reading every row.

KINDS = (
    "WITH RECURSIVE seen (unit_id, workflow) AS ("
    " SELECT id, (SELECT min(workflow) FROM scope WHERE unit_id = unit.id)"
    " FROM unit WHERE id IN :units"
    " UNION ALL"
    " SELECT unit_id, (SELECT min(scope.workflow) FROM scope WHERE scope.unit_id = seen.unit_id"
    " AND scope.workflow > seen.workflow)"
    " FROM seen WHERE workflow IS NOT NULL) "
)
"""`seen`: of each of the `units` the workflows of which it sees a case, and after them none."""

_KINDS = text(f"{KINDS}SELECT unit_id, workflow FROM seen WHERE workflow IS NOT NULL").bindparams(
    bindparam("units", expanding=True)
)


def of_kinds(connection: Connection, units: Collection[int]) -> list[Range]:
    """The ranges of units by workflow; one that a unit sees no case of is left out: PostgreSQL
    plans for a millisecond a range.
    """
    found = connection.execute(_KINDS, {"units": sorted(units)}) if units else ()
    return [{"unit_id": unit, "workflow": workflow} for unit, workflow in found]


_WAITING = text(
    "WITH RECURSIVE waiting (unit_id, acts) AS ("
    " SELECT id, (SELECT min(acts) FROM scope WHERE unit_id = unit.id AND closed = :no)"
    " FROM unit WHERE id IN :units"
    " UNION ALL"
    " SELECT unit_id, (SELECT min(scope.acts) FROM scope WHERE scope.unit_id = waiting.unit_id"
    " AND closed = :no AND scope.acts > waiting.acts)"
    " FROM waiting WHERE acts IS NOT NULL)"
    " SELECT unit_id, acts FROM waiting WHERE acts IS NOT NULL"
).bindparams(bindparam("units", expanding=True), no=False)


def work_of(connection: Connection, actor: Actor) -> list[Range]:
    """The ranges of open cases on which somebody can do something now."""
    words = words_of(actor)
    waiting = connection.execute(_WAITING, {"units": sorted(words)}) if words else ()
    return [
        {"unit_id": unit, "closed": False, "acts": acts}
        for unit, acts in waiting
        if not words[unit].isdisjoint(acts.strip(",").split(","))
    ]
