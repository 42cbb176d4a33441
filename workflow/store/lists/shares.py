"""What somebody sees, to be counted: a share for each unit through which they see it.

A case that they see through several units is counted in one share only: in that of the unit that
sees the most. So it is what the others see that is looked up, and they see less.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, text

from workflow.engine.case import Actor
from workflow.store.lists.queries import Filter, on_scope
from workflow.store.lists.ranges import KINDS, of_kinds
from workflow.store.sight.scope import in_sight, not_kept_from, units_of
from workflow.store.tables.handles import SCOPE

_ENOUGH = 50_000
"""Units that see more than that of a workflow are taken to see as much."""

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

    def of(self, reader: Actor, narrowed: Filter) -> ColumnElement[bool]:
        """The condition for its rows of `scope` under a filter."""
        asked = on_scope(replace(narrowed, workflows=self.workflows))
        mine = and_(SCOPE.c.unit_id == self.unit, not_kept_from(reader), *asked)
        if not self.before:
            return mine
        first = SCOPE.alias("first")
        before = first.c.unit_id.in_(self.before)
        seen = exists().where(first.c.case_id == SCOPE.c.case_id, before, in_sight(reader, first))
        return and_(mine, ~seen)


def shares_of(
    connection: Connection, reader: Actor, narrowed: Filter, enough: int = _ENOUGH
) -> list[Share]:
    """The shares of the reader; none of a unit that sees nothing of these workflows. Which of two
    units sees more is not told where both see `enough`.
    """
    units = sorted(units_of(reader))
    if len(units) == 1 and narrowed.workflows is not None:
        return [Share(units[0], narrowed.workflows, ())] if narrowed.workflows else []
    return list(_shared(_sizes(connection, units, narrowed, enough)))


def _sizes(
    connection: Connection, units: Sequence[int], narrowed: Filter, enough: int
) -> dict[int, dict[str, int]]:
    """How much each unit sees of each workflow, where more than one has to be told."""
    rows: list[tuple[int, str, int]]
    if len(units) > 1:
        found = connection.execute(_SIZES, {"units": units, "enough": enough})
        rows = [(row.unit_id, row.workflow, row.size) for row in found]
    else:
        rows = [(one["unit_id"], one["workflow"], 1) for one in of_kinds(connection, units)]
    sizes: dict[int, dict[str, int]] = {}
    for unit, workflow, size in rows:
        if narrowed.workflows is None or workflow in narrowed.workflows:
            sizes.setdefault(unit, {})[workflow] = size
    return sizes


def _shared(sizes: dict[int, dict[str, int]]) -> Iterator[Share]:
    before: tuple[int, ...] = ()
    for unit, kinds in sorted(sizes.items(), key=lambda one: (-sum(one[1].values()), one[0])):
        yield Share(unit, tuple(sorted(kinds)), before)
        before += (unit,)
