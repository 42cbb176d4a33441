"""Figures of indicators: entered in batches, replaced but never changed, read by unit or series."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, or_, select, text, update

from workflow.engine.case import Actor
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.sight.scope import units_of
from workflow.store.tables.handles import BATCH, FIGURE, UNIT

Row = Mapping[str, Any]
_SERIES = (
    FIGURE.c.unit_id,
    FIGURE.c.period,
    FIGURE.c.value,
    FIGURE.c.note,
    UNIT.c.short_name,
    UNIT.c.code,
)


_REPLACED = (
    update(FIGURE)
    .where(
        FIGURE.c.indicator == bindparam("indicator_"),
        FIGURE.c.unit_id == bindparam("unit_"),
        FIGURE.c.period == bindparam("period_"),
        FIGURE.c.live == 1,
    )
    .values(live=None)
)
"""The figure in force of a place is so no more."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure to enter; without a value the unit is exempt, and the note says why."""

    indicator: str
    unit: int
    period: str
    value: float | None
    note: str | None = None


def hold_entries(connection: Connection) -> None:
    """Let nobody else enter figures until the transaction ends: a file that is sent twice is found,
    and of two figures for one place the later one stands.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE figure_batch IN EXCLUSIVE MODE"))


def entered(connection: Connection, digest: str) -> bool:
    """Whether a file has been taken already."""
    query = select(BATCH.c.id).where(BATCH.c.digest == digest)
    return connection.execute(query).first() is not None


def enter(
    connection: Connection, entries: Sequence[Entry], digest: str, person: int, now: datetime
) -> int:
    """Enter figures, each in the place of the one there was; the id of their batch."""
    batch = {"digest": digest, "person_id": person, "at": now, "figures": len(entries)}
    id_: int = connection.execute(insert(BATCH).values(batch).returning(BATCH.c.id)).scalar_one()
    places = [
        {"indicator_": entry.indicator, "unit_": entry.unit, "period_": entry.period}
        for entry in entries
    ]
    connection.execute(_REPLACED, places)
    rows = [
        {
            "indicator": entry.indicator,
            "unit_id": entry.unit,
            "period": entry.period,
            "value": entry.value,
            "note": entry.note,
            "batch_id": id_,
            "live": 1,
        }
        for entry in entries
    ]
    connection.execute(insert(FIGURE), rows)
    data = {"figures": len(entries), "batch": id_}
    audit.record(connection, Act("import", person, ("figure_batch", id_), data=data), now)
    return id_


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody works: the unit of the post, its office, `county.lead`, and the government
    there, with its place in the tree.
    """

    unit: int
    office: str
    government: int
    name: str
    selector: str
    path: str


def homes(connection: Connection, actor: Actor) -> tuple[Home, ...]:
    """The homes of somebody's posts: what lies below their governments they see."""
    own = UNIT.alias()
    above = (own.c.id == UNIT.c.parent_id) & (UNIT.c.kind != "government")
    columns = [own.c[name].label(f"above_{name}") for name in ("id", "short_name", "path")]
    query = select(UNIT, *columns).outerjoin(own, above).order_by(UNIT.c.path)
    rows = connection.execute(query.where(UNIT.c.id.in_(units_of(actor)))).mappings()
    return tuple(
        Home(
            row["id"],
            f"{row['level']}.{row['function']}",
            row["above_id"] or row["id"],
            row["above_short_name"] or row["short_name"],
            row["level"],
            row["above_path"] or row["path"],
        )
        for row in rows
    )


def of_units(connection: Connection, units: Collection[int], year: int) -> list[Row]:
    """The figures in force of some units in a year."""
    query = select(FIGURE.c.indicator, FIGURE.c.unit_id, FIGURE.c.period, FIGURE.c.value).where(
        FIGURE.c.unit_id.in_(units), FIGURE.c.live == 1, FIGURE.c.period.like(f"{year}%")
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def told_of(connection: Connection, seen: Collection[Home]) -> set[str]:
    """The indicators of which there are figures in force below where somebody works."""
    if not seen:
        return set()
    query = (
        select(FIGURE.c.indicator)
        .distinct()
        .join(UNIT, UNIT.c.id == FIGURE.c.unit_id)
        .where(FIGURE.c.live == 1, _below(seen))
    )
    return set(connection.execute(query).scalars())


def series(connection: Connection, indicator: str, seen: Collection[Home]) -> list[Row]:
    """The figures in force of an indicator, with their units, below where somebody works."""
    if not seen:
        return []
    query = (
        select(*_SERIES)
        .join(UNIT, UNIT.c.id == FIGURE.c.unit_id)
        .where(FIGURE.c.indicator == indicator, FIGURE.c.live == 1, _below(seen))
        .order_by(UNIT.c.code, FIGURE.c.period)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _below(seen: Collection[Home]) -> ColumnElement[bool]:
    return or_(*(UNIT.c.path.like(f"{home.path}%") for home in seen))


def history(connection: Connection, indicator: str, unit: int, period: str) -> list[Row]:
    """Every figure that was ever entered for a unit and period, the newest first."""
    query = (
        select(FIGURE.c.value, FIGURE.c.note, FIGURE.c.live, BATCH.c.at, BATCH.c.person_id)
        .join(BATCH, BATCH.c.id == FIGURE.c.batch_id)
        .where(
            FIGURE.c.indicator == indicator,
            FIGURE.c.unit_id == unit,
            FIGURE.c.period == period,
        )
        .order_by(FIGURE.c.id.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]
