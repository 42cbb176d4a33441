"""Cadences in the database: who has a case of a period and who has none, what people have switched,
and for whom it was chosen to open.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, true

from workflow.engine.beginnings import Periodic
from workflow.engine.periods import Length, Period, numbers_of
from workflow.store.tables.handles import CASE, CHOICE, SWITCH, UNIT

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reached:
    """A unit that a cadence reaches; `parent` is the unit above it, itself if there is none."""

    id: int
    code: str
    name: str
    path: str
    parent: int


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
    runs: bool
    reason: str
    person: int
    at: datetime


# Units


def units_reached(connection: Connection, cadence: Periodic) -> list[Reached]:
    """The living units for which a cadence opens cases, in the order of their ids."""
    names = ("id", "code", "short_name", "path", "parent_id", "level", "kind")
    query = (
        select(*(UNIT.c[name] for name in names)).where(UNIT.c.until.is_(None)).order_by(UNIT.c.id)
    )
    if cadence.reporting:
        query = query.where(UNIT.c.reports.is_(True))
    levels = {kind.partition(" ")[0] for kind in cadence.among}
    rows = connection.execute(query.where(UNIT.c.level.in_(levels))).all()
    return [
        Reached(row.id, row.code, row.short_name, row.path, row.parent_id or row.id)
        for row in rows
        if (row.level if row.kind == "government" else f"{row.level} {row.kind}") in cadence.among
    ]


def units_with_case(connection: Connection, workflow: str, period: Period) -> set[int]:
    """The units that have their case of a period."""
    query = select(CASE.c.unit_id).where(CASE.c.workflow == workflow, CASE.c.period == int(period))
    return set(connection.execute(query).scalars())


# Choices


def chosen_below(connection: Connection, workflow: str, period: Period) -> set[int]:
    """The units for whose next lower ones it was chosen for a period."""
    query = select(CHOICE.c.unit_id).where(
        CHOICE.c.workflow == workflow, CHOICE.c.period == int(period)
    )
    return set(connection.execute(query).scalars())


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
    latest = select(func.max(SWITCH.c.id)).group_by(
        SWITCH.c.workflow, SWITCH.c.every, SWITCH.c.unit_id
    )
    return _read(connection, SWITCH.c.id.in_(latest))


def switched_ever(connection: Connection) -> list[Switched]:
    """Every time that a cadence was switched, the latest first."""
    return _read(connection, true())[::-1]


def _read(connection: Connection, which: Any) -> list[Switched]:
    columns = [SWITCH.c[name] for name in ("workflow", "every", "runs", "reason", "at")]
    ids = [SWITCH.c.unit_id.label("unit"), SWITCH.c.person_id.label("person"), UNIT.c.path]
    query = (
        select(*columns, *ids)
        .join(UNIT, UNIT.c.id == SWITCH.c.unit_id)
        .where(which)
        .order_by(SWITCH.c.id)
    )
    return [Switched(**row) for row in connection.execute(query).mappings()]


def switch(connection: Connection, row: Row) -> int:
    """Keep that somebody switched a cadence; the id of the row."""
    statement = insert(SWITCH).values(row).returning(SWITCH.c.id)
    id_: int = connection.execute(statement).scalar_one()
    return id_


def nearest(switches: Iterable[Switched], workflow: str, every: str, path: str) -> Switched | None:
    """The switch that counts for a unit at this path: that of the nearest unit above it."""
    above = [
        one
        for one in switches
        if (one.workflow, one.every) == (workflow, every) and path.startswith(one.path)
    ]
    return max(above, key=lambda one: len(one.path), default=None)
