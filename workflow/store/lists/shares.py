"""What somebody sees, to be counted: a share for each unit through which they see it.

A case that they see through several units is counted in one share only: in that of the unit that
sees the most. So it is what the others see that is looked up, and they see less.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    text,
    union_all,
)

from workflow.engine.case import Actor
from workflow.store.lists.queries import Filter, on_scope
from workflow.store.lists.ranges import KINDS, of_kinds
from workflow.store.sight.scope import not_kept_from, units_of
from workflow.store.tables.handles import SCOPE

MOST_AT_ONCE = 100
"""Counts of one statement; SQLite takes 500."""
_ENOUGH = 50_000
"""Units that see more than that of a workflow are taken to see as much."""
_GLANCE = 2_000
"""How far that is counted at first: mostly all of them but one see little."""

Seeing = tuple[int, dict[str, int]]
"""A unit, and how much it sees of each workflow."""

_SIZES = text(
    f"{KINDS}SELECT unit_id, workflow, (SELECT count(*) FROM (SELECT 1 FROM scope"
    " WHERE scope.unit_id = seen.unit_id AND scope.workflow = seen.workflow LIMIT :enough)"
    " AS counted) AS size FROM seen WHERE workflow IS NOT NULL"
).bindparams(bindparam("units", expanding=True))


@dataclass(frozen=True, slots=True)
class Share:
    """What is counted through one unit: of these workflows, by name so that an index leads on to
    what it has behind them, what is not seen through the units `before` it.
    """

    unit: int
    workflows: tuple[str, ...]
    before: tuple[int, ...]

    def of(
        self, reader: Actor, narrowed: Filter, workflow: ColumnElement[str] | None = None
    ) -> ColumnElement[bool]:
        """The condition for its rows of `scope` under a filter; of one workflow where another table
        has its name.
        """
        kinds = self.workflows if workflow is None else None
        asked = list(on_scope(replace(narrowed, workflows=kinds)))
        asked += [] if workflow is None else [SCOPE.c.workflow == workflow]
        mine = and_(SCOPE.c.unit_id == self.unit, not_kept_from(reader), *asked)
        if not self.before:
            return mine
        first = SCOPE.alias("first")
        before = first.c.unit_id.in_(self.before), not_kept_from(reader, first)
        seen = exists().where(first.c.case_id == SCOPE.c.case_id, *before)
        return and_(mine, ~seen)


@dataclass(frozen=True, slots=True)
class Part:
    """What is counted of one share: put to the others or, where `sign` is -1, taken off."""

    sign: int
    share: Share
    narrowed: Filter


def parts_of(shares: Sequence[Share], narrowed: Filter) -> Iterator[Part]:
    """What to count for a filter: what has ended by itself, and what is settled put to that or
    taken off, which no index of limits tells from another.
    """
    yield from (Part(1, share, replace(narrowed, settled=())) for share in shares)
    if narrowed.closed is None:
        return
    for one in settled_of(narrowed):
        yield from (
            Part(1 if narrowed.closed else -1, replace(share, workflows=one.workflows), one)
            for share in shares
            if one.workflows is not None and one.workflows[0] in share.workflows
        )


def settled_of(narrowed: Filter) -> Iterator[Filter]:
    """The open cases of each settled state under a filter."""
    for workflow, state in narrowed.settled:
        of_others = narrowed.workflows is not None and workflow not in narrowed.workflows
        if not of_others and narrowed.state in (None, state):
            one = replace(narrowed, workflows=(workflow,), state=state, closed=False)
            yield replace(one, settled=())


def shares_of(
    connection: Connection, reader: Actor, narrowed: Filter, enough: int = _ENOUGH
) -> list[Share]:
    """The shares of the reader; none of a unit that sees nothing of these workflows. Which of two
    units sees more is not told where both see `enough`.
    """
    units = sorted(units_of(reader))
    if len(units) == 1 and narrowed.workflows is not None:
        return [Share(units[0], narrowed.workflows, ())] if narrowed.workflows else []
    return list(_shared(_told(connection, units, narrowed, enough)))


def together(parts: Iterable[Select[Any]]) -> Iterator[Any]:
    """Counts as one table, or as several where they are too many for one statement."""
    every = list(parts)
    for at in range(0, len(every), MOST_AT_ONCE):
        some = every[at : at + MOST_AT_ONCE]
        yield (union_all(*some) if len(some) > 1 else some[0]).subquery()


def _told(
    connection: Connection, units: Sequence[int], narrowed: Filter, enough: int
) -> list[Seeing]:
    """How much each unit sees, counted until it is told which of them sees the most."""
    if len(units) <= 1:
        ranges = of_kinds(connection, units)
        return _by_size(((one["unit_id"], one["workflow"], 1) for one in ranges), narrowed)
    for far in sorted({min(_GLANCE, enough), enough}):
        found = connection.execute(_SIZES, {"units": units, "enough": far})
        seeing = _by_size(((row.unit_id, row.workflow, row.size) for row in found), narrowed)
        if all(size < far for _, sizes in seeing[1:] for size in sizes.values()):
            break
    return seeing


def _by_size(rows: Iterable[tuple[int, str, int]], narrowed: Filter) -> list[Seeing]:
    """Units with what they see of each workflow that is asked for, the most first."""
    found: dict[int, dict[str, int]] = {}
    for unit, workflow, size in rows:
        if narrowed.workflows is None or workflow in narrowed.workflows:
            found.setdefault(unit, {})[workflow] = size
    return sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0]))


def _shared(seeing: Iterable[Seeing]) -> Iterator[Share]:
    before: tuple[int, ...] = ()
    for unit, sizes in seeing:
        yield Share(unit, tuple(sorted(sizes)), before)
        before += (unit,)
