"""Counts of cases in scope by what they have in common, a statement a count.

A light is not stored (design, law 6): it is found from the limit and two instants that the caller
has taken from the calendar.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from workflow.engine.case import Actor
from workflow.store.lists.queries import Filter, in_scope
from workflow.store.lists.ranges import of_kinds
from workflow.store.sight.scope import units_of
from workflow.store.sight.sights import NO_LIMIT
from workflow.store.tables.handles import SCOPE, UNIT

MOST_GROUPS = 500


@dataclass(frozen=True, slots=True)
class Moments:
    """What parts the lights: `now`, and the instants before which a limit is near, or ends this
    week.
    """

    now: datetime
    near_before: datetime
    week_before: datetime


def _light(moments: Moments) -> ColumnElement[str]:
    return case(
        (SCOPE.c.closed, "done"),
        (SCOPE.c.due_at >= NO_LIMIT, "none"),
        (SCOPE.c.due_at <= moments.now, "late"),
        (SCOPE.c.due_at < moments.near_before, "near"),
        else_="good",
    )


def _span(moments: Moments) -> ColumnElement[str]:
    return case(
        (SCOPE.c.due_at <= moments.now, "late"),
        (SCOPE.c.due_at < moments.week_before, "week"),
        else_="later",
    )


def _keys(moments: Moments) -> Mapping[str, ColumnElement[object]]:
    class_ = select(UNIT.c.class_).where(UNIT.c.id == SCOPE.c.about).scalar_subquery()
    return {
        "workflow": SCOPE.c.workflow,
        "unit": SCOPE.c.about,
        "state": SCOPE.c.state,
        "class": class_,
        "light": _light(moments),
        "span": _span(moments),
    }


def by_kind(connection: Connection, reader: Actor, narrowed: Filter) -> Filter:
    """The same with the workflows by name: so an index leads on to what it has behind them, and
    whoever counts reads nothing else.
    """
    if narrowed.workflows is not None:
        return narrowed
    kinds = {one["workflow"] for one in of_kinds(connection, units_of(reader))}
    return replace(narrowed, workflows=tuple(sorted(kinds)))


def count_up_to(connection: Connection, reader: Actor, narrowed: Filter, most: int) -> int:
    """How many cases there are, counted no further than `most`."""
    narrowed = by_kind(connection, reader, narrowed)
    some = in_scope(reader, narrowed).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


Group = tuple[Any, ...]


def count_cases(
    connection: Connection,
    reader: Actor,
    narrowed: Filter,
    by: Collection[str],
    moments: Moments,
    *,
    most: int = MOST_GROUPS,
) -> dict[Group, int]:
    """How many cases there are for each combination of `by`, the most first.

    `by` are of: workflow, unit, state, class, light, span (late, this week, later).
    """
    keys = _keys(moments)
    columns = [keys[name].label(f"by_{name}") for name in by]
    narrowed = by_kind(connection, reader, narrowed)
    each = in_scope(reader, narrowed).add_columns(*columns).subquery()
    group = [each.c[f"by_{name}"] for name in by]
    query = (
        select(*group, func.count().label("n"))
        .group_by(*group)
        .order_by(func.count().desc(), *group)
        .limit(most)
    )
    return {tuple(row[:-1]): row[-1] for row in connection.execute(query)}
