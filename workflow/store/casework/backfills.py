"""Files that were taken over (补录), their cases, and how columns of ledgers were read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from workflow.engine.errors import NotFound
from workflow.store.driver.upsert import upsert
from workflow.store.tables.handles import BACKFILL, COLUMN_READING

MOST_READINGS = 20
"""Readings that one person keeps of one workflow's ledgers."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """A file that was taken over; `undone_at` when it was undone."""

    id: int
    workflow: str
    file: str
    lines: int
    person: int
    unit: int
    at: datetime
    undone_at: datetime | None
    undone_by: int | None
    reason: str | None


_COLUMNS = tuple(
    BACKFILL.c[name]
    for name in "id workflow file lines person_id unit_id at undone_at undone_by reason".split()
)


def begin(
    connection: Connection,
    *,
    workflow: str,
    file: str,
    sha256: str,
    lines: int,
    person: int,
    unit: int,
    now: datetime,
) -> int:
    """The row of a file that is being taken over; the database refuses one that stands already."""
    row = {
        "workflow": workflow,
        "file": file,
        "sha256": sha256,
        "lines": lines,
        "person_id": person,
        "unit_id": unit,
        "at": now,
    }
    made = connection.execute(insert(BACKFILL).values(row).returning(BACKFILL.c.id))
    return int(made.scalar_one())


def one(connection: Connection, id_: int, units: frozenset[int]) -> Backfill:
    """A file that one of these units took over, locked; raises NotFound."""
    query = select(*_COLUMNS).where(BACKFILL.c.id == id_, BACKFILL.c.unit_id.in_(units))
    row = connection.execute(query.with_for_update()).first()
    if row is None:
        raise NotFound("没有这次补录，或不是你单位的", {"backfill": id_})
    return Backfill(*row)


def of_units(
    connection: Connection, workflow: str, units: frozenset[int], limit: int = 50
) -> list[Backfill]:
    """The files that these units took over, the latest first."""
    query = (
        select(*_COLUMNS)
        .where(BACKFILL.c.workflow == workflow, BACKFILL.c.unit_id.in_(units))
        .order_by(BACKFILL.c.id.desc())
        .limit(limit)
    )
    return [Backfill(*row) for row in connection.execute(query)]


def standing(connection: Connection, workflow: str, sha256: str) -> datetime | None:
    """When this very file was taken over, if it was and still stands."""
    query = select(BACKFILL.c.at).where(
        BACKFILL.c.workflow == workflow, BACKFILL.c.sha256 == sha256, BACKFILL.c.live == 1
    )
    at: datetime | None = connection.execute(query).scalar()
    return at


def end(connection: Connection, id_: int, person: int, reason: str, now: datetime) -> None:
    """A file is undone, once and for all."""
    gone = {"live": None, "undone_at": now, "undone_by": person, "reason": reason}
    connection.execute(update(BACKFILL).where(BACKFILL.c.id == id_).values(gone))


# How columns were read


def keep_reading(
    connection: Connection,
    *,
    person: int,
    workflow: str,
    name: str,
    body: Mapping[str, Any],
    now: datetime,
) -> None:
    """Keep how somebody read a ledger's columns; the same name again replaces it, and the oldest
    of too many is forgotten.
    """
    row = {
        "person_id": person,
        "workflow": workflow,
        "name": name,
        "body": json.dumps(body, ensure_ascii=False, sort_keys=True),
        "at": now,
    }
    kept = upsert(connection, COLUMN_READING).values(row)
    key = ("person_id", "workflow", "name")
    connection.execute(
        kept.on_conflict_do_update(index_elements=key, set_={"body": row["body"], "at": now})
    )
    own = (COLUMN_READING.c.person_id == person, COLUMN_READING.c.workflow == workflow)
    old = (
        select(COLUMN_READING.c.id)
        .where(*own)
        .order_by(COLUMN_READING.c.at.desc(), COLUMN_READING.c.id.desc())
    )
    ids = list(connection.execute(old.offset(MOST_READINGS)).scalars())
    connection.execute(delete(COLUMN_READING).where(COLUMN_READING.c.id.in_(ids)))


def readings_of(connection: Connection, person: int, workflow: str) -> dict[str, dict[str, Any]]:
    """How somebody read ledgers before, by name, the latest first."""
    query = select(COLUMN_READING.c.name, COLUMN_READING.c.body).where(
        COLUMN_READING.c.person_id == person, COLUMN_READING.c.workflow == workflow
    )
    rows = connection.execute(
        query.order_by(COLUMN_READING.c.at.desc(), COLUMN_READING.c.id.desc())
    )
    return {row.name: json.loads(row.body) for row in rows}
