"""A page of a list out of several index ranges: each is read no further than the page is long,
and what they yield is merged here, each case once.

A list costs the same however many cases there are (`./dev bench P5`): every condition that comes
with it is a prefix of the index, one range for each value that it may have.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select, text, tuple_, union_all

from workflow.engine.case import Actor
from workflow.store.sight.scope import words_of
from workflow.store.tables.handles import SCOPE

_MOST_AT_ONCE = 100
"""Ranges of one statement; SQLite takes 500."""

Key = tuple[bool, datetime, int]
"""Where a case stands in a list: whether it is closed, its limit, its id."""
Range = Mapping[str, Any]
"""Columns of `scope` with the values that lead to one range of an index."""

PLACE = (SCOPE.c.closed, SCOPE.c.due_at, SCOPE.c.case_id)
_NEWEST = (SCOPE.c.case_id.desc(),)


def first_of(
    connection: Connection,
    ranges: Sequence[Range],
    query: Select[Any],
    after: Key | None,
    limit: int,
    *,
    newest: bool = False,
) -> list[Any]:
    """The first `limit` cases of some ranges after one, each once: rows of PLACE, which is their
    order unless the `newest` come first.

    `query` selects them from `scope` with every condition beyond the ranges.
    """
    order, sort = (_NEWEST, _by_age) if newest else (PLACE, _by_place)
    parts = [
        query.where(*_within(one), *beyond).order_by(*order).limit(limit)
        for one in ranges
        if (beyond := _beyond(one, after, newest=newest)) is not None
    ]
    found: dict[int, Any] = {}
    for at in range(0, len(parts), _MOST_AT_ONCE):
        for row in connection.execute(_together(parts[at : at + _MOST_AT_ONCE])):
            found.setdefault(row.case_id, row)
    return sorted(found.values(), key=sort)[:limit]


def _by_place(row: Any) -> Key:
    return row.closed, row.due_at, row.case_id


def _by_age(row: Any) -> int:
    return -int(row.case_id)


def _within(one: Range) -> Iterator[ColumnElement[bool]]:
    for name, value in one.items():
        column = SCOPE.c[name]
        yield column.is_(value) if isinstance(value, bool) else column == value


def _beyond(one: Range, after: Key | None, *, newest: bool) -> list[ColumnElement[bool]] | None:
    """The conditions for what comes after a place within a range; None when nothing does."""
    if after is None:
        return []
    if newest:
        return [SCOPE.c.case_id < after[-1]]
    if "closed" not in one:
        return [tuple_(*PLACE) > tuple_(*after)]
    if one["closed"] != after[0]:
        return [] if one["closed"] else None
    return [tuple_(*PLACE[1:]) > tuple_(*after[1:])]


def _together(parts: Sequence[Select[Any]]) -> Any:
    if len(parts) == 1:
        return parts[0]
    return union_all(*(select(part.subquery()) for part in parts))


# Both go from one value to the next in an index instead of reading every row.

_KINDS = text(
    "WITH RECURSIVE seen (unit_id, workflow) AS ("
    " SELECT id, (SELECT min(workflow) FROM scope WHERE unit_id = unit.id)"
    " FROM unit WHERE id IN :units"
    " UNION ALL"
    " SELECT unit_id, (SELECT min(scope.workflow) FROM scope WHERE scope.unit_id = seen.unit_id"
    " AND scope.workflow > seen.workflow)"
    " FROM seen WHERE workflow IS NOT NULL)"
    " SELECT unit_id, workflow FROM seen WHERE workflow IS NOT NULL"
).bindparams(bindparam("units", expanding=True))


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
