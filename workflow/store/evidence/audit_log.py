"""Reading the audit log: a page of it, newest first, and the checkpoints that were exported."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select

from workflow.store.tables.handles import AUDIT, CHECKPOINT, PERSON

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a page of the log ends: instant, strand and row of its last line."""

    at: datetime
    strand: int
    seq: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts are wanted; what is None is any. `since` counts, `until` does not."""

    kind: str | None = None
    outcome: str | None = None
    people: tuple[int, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


def read_log(
    connection: Connection, wanted: Wanted, *, limit: int, after: Spot | None = None
) -> list[Row]:
    """Acts, newest first, from behind a spot."""
    query = select(AUDIT).where(*_conditions(wanted))
    if after is not None:
        query = query.where(_behind(after))
    order = (AUDIT.c.at.desc(), AUDIT.c.strand.desc(), AUDIT.c.seq.desc())
    rows = connection.execute(query.order_by(*order).limit(limit))
    return [dict(row) for row in rows.mappings()]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        found.append(AUDIT.c.kind == wanted.kind)
    if wanted.outcome is not None:
        found.append(AUDIT.c.outcome == wanted.outcome)
    if wanted.people is not None:
        found.append(AUDIT.c.person_id.in_(wanted.people) if wanted.people else false())
    if wanted.since is not None:
        found.append(AUDIT.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(AUDIT.c.at < wanted.until)
    return found


def _behind(spot: Spot) -> ColumnElement[bool]:
    same_strand = and_(AUDIT.c.strand == spot.strand, AUDIT.c.seq < spot.seq)
    same_moment = and_(AUDIT.c.at == spot.at, or_(AUDIT.c.strand < spot.strand, same_strand))
    return or_(AUDIT.c.at < spot.at, same_moment)


def people_called(connection: Connection, text: str) -> tuple[int, ...]:
    """The ids of people with this name, login name or, as #17, number."""
    if text.startswith("#") and text[1:].isascii() and text[1:].isdigit() and len(text) < 18:
        return (int(text[1:]),)
    query = select(PERSON.c.id).where(or_(PERSON.c.name == text, PERSON.c.username == text))
    return tuple(connection.execute(query).scalars())


def list_checkpoints(connection: Connection, limit: int) -> list[Row]:
    """The newest checkpoints, without their text."""
    columns = (CHECKPOINT.c[name] for name in ("number", "at", "cases", "history_rows", "hash"))
    query = select(*columns).order_by(CHECKPOINT.c.number.desc()).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def checkpoint_text(connection: Connection, number: int) -> str | None:
    """The file of a checkpoint; None when there is none with this number."""
    query = select(CHECKPOINT.c.body).where(CHECKPOINT.c.number == number)
    found: str | None = connection.execute(query).scalar()
    return found
