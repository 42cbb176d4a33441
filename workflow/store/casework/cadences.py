"""Cadences in the database: who has a case of a period and who has none, what people have switched,
and for whom it was chosen to open.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, bindparam, case, func, insert, select

from workflow.engine.beginnings import Periodic
from workflow.engine.periods import Length, Period, numbers_of
from workflow.store.driver import bulk
from workflow.store.tables.handles import CASE, CHOICE, SWITCH, UNIT

Row = Mapping[str, Any]


class Reached(NamedTuple):
    """A unit that a cadence may reach; `parent` is the unit above it, itself if there is none,
    `kind` what definitions call it (`county department`).
    """

    id: int
    code: str
    name: str
    path: str
    parent: int
    kind: str
    reports: bool

    @property
    def level(self) -> str:
        return self.kind.partition(" ")[0]

    def by(self, cadence: Periodic) -> bool:
        """Whether a cadence reaches it."""
        return self.kind in cadence.among and (self.reports or not cadence.reporting)


Served = Collection[tuple[str, int, int]]
"""Workflow, period and unit of what is settled."""


@dataclass(frozen=True, slots=True)
class Choice:
    """That it was chosen for which of the units right below one cases open, by lot with a seed."""

    parent: int
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class Switched:
    """What somebody said of a cadence for all units below a path, and why."""

    workflow: str
    every: str
    unit: int
    path: str
    level: str
    runs: bool
    reason: str
    person: int
    at: datetime


# Units


def living_units(connection: Connection, periodic: Iterable[Periodic]) -> list[Reached]:
    """The living units of the levels that some cadences reach, in the order of their ids."""
    levels = {kind.partition(" ")[0] for cadence in periodic for kind in cadence.among}
    return [Reached._make(row) for row in connection.execute(_LIVING, {"levels": sorted(levels)})]


_LIVING = (
    select(
        UNIT.c.id,
        UNIT.c.code,
        UNIT.c.short_name,
        UNIT.c.path,
        func.coalesce(UNIT.c.parent_id, UNIT.c.id),
        case((UNIT.c.kind == "government", UNIT.c.level), else_=UNIT.c.level + " " + UNIT.c.kind),
        UNIT.c.reports,
    )
    .where(UNIT.c.until.is_(None), UNIT.c.level.in_(bindparam("levels", expanding=True)))
    .order_by(UNIT.c.id)
)


def served(connection: Connection, periods: Collection[tuple[str, Period]]) -> Served:
    """The units that have their case of a period, of some workflows with their periods."""
    return _of_periods(connection, CASE, periods)


# Choices


def chosen_below(connection: Connection, periods: Collection[tuple[str, Period]]) -> Served:
    """The units for whose next lower ones it was chosen for a period."""
    return _of_periods(connection, CHOICE, periods)


def _of_periods(
    connection: Connection, table: Table, periods: Collection[tuple[str, Period]]
) -> Served:
    """Rows of these workflows and periods; those of other pairs of the two do no harm."""
    if not periods:
        return set()
    asked = {
        "workflows": sorted({workflow for workflow, _ in periods}),
        "periods": sorted({int(period) for _, period in periods}),
    }
    found = connection.execute(_rows_of_periods(table), asked)
    return {(workflow, period, unit) for workflow, period, unit in found}


@cache
def _rows_of_periods(table: Table) -> Select[Any]:
    """Made once: it is asked at every beat."""
    return select(table.c.workflow, table.c.period, table.c.unit_id).where(
        table.c.workflow.in_(bindparam("workflows", expanding=True)),
        table.c.period.in_(bindparam("periods", expanding=True)),
    )


def drawn_before(
    connection: Connection, workflow: str, every: Length, units: Collection[int]
) -> Sequence[int]:
    """Which of these units had a case of an earlier period of this length, the latest first."""
    numbers = numbers_of(every)
    query = (
        select(CASE.c.unit_id)
        .where(CASE.c.workflow == workflow, CASE.c.unit_id.in_(units))
        .where(CASE.c.period.between(numbers[0], numbers[-1]))
        .order_by(CASE.c.period.desc(), CASE.c.id.desc())
    )
    return list(connection.execute(query).scalars())


def choose(
    connection: Connection, workflow: str, period: Period, chosen: Choice, now: datetime
) -> None:
    """Keep that it was chosen; a second time for the same period is refused by the database."""
    row = {"workflow": workflow, "period": int(period), "at": now}
    row |= {"unit_id": chosen.parent, "seed": chosen.seed}
    connection.execute(insert(CHOICE).values(row))


# Switches


def switched(connection: Connection) -> list[Switched]:
    """The switches in force: the latest of each cadence and unit."""
    return _read(connection, _IN_FORCE)


def switched_ever(connection: Connection) -> list[Switched]:
    """Every time that a cadence was switched, the latest first."""
    return _read(connection, _EVER)[::-1]


def _read(connection: Connection, query: Select[Any]) -> list[Switched]:
    return [Switched(*row.values()) for row in bulk.fetch(connection, query, {})]


_EVER = (
    select(
        SWITCH.c.workflow,
        SWITCH.c.every,
        SWITCH.c.unit_id,
        UNIT.c.path,
        UNIT.c.level,
        SWITCH.c.runs,
        SWITCH.c.reason,
        SWITCH.c.person_id,
        SWITCH.c.at,
    )
    .join(UNIT, UNIT.c.id == SWITCH.c.unit_id)
    .order_by(SWITCH.c.id)
)
_IN_FORCE = _EVER.where(
    SWITCH.c.id.in_(
        select(func.max(SWITCH.c.id)).group_by(SWITCH.c.workflow, SWITCH.c.every, SWITCH.c.unit_id)
    )
)


def switch(connection: Connection, row: Row) -> int:
    """Keep that somebody switched a cadence; the id of the row."""
    statement = insert(SWITCH).values(row).returning(SWITCH.c.id)
    id_: int = connection.execute(statement).scalar_one()
    return id_


def nearest(
    switches: Iterable[Switched], workflow: str, cadence: Periodic, path: str, level: str
) -> Switched | None:
    """The switch that counts for a unit at this path: that of the nearest place above it whose
    posts have the say there.
    """
    mine, says = (workflow, cadence.every), cadence.said_at(level)
    above = [
        one
        for one in switches
        if (one.workflow, one.every) == mine and one.level == says and path.startswith(one.path)
    ]
    return max(above, key=lambda one: len(one.path), default=None)
