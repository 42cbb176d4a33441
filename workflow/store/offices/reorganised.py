"""The queue of cases that have yet to follow a change of units."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    bindparam,
    delete,
    exists,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy import insert as insert_into

from workflow.store.driver import bulk
from workflow.store.sight.sights import INHERITED
from workflow.store.tables.handles import CASE, CHANGE, HISTORY, QUEUE, SCOPE, UNIT

WAITING = exists().where(QUEUE.c.case_id == CASE.c.id, QUEUE.c.error.is_(None))
"""Whether a case is about to follow a change."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that has yet to follow a change of that kind."""

    case: int
    change: int
    kind: str


def hold_still(connection: Connection) -> None:
    """Let no unit change until the transaction ends: what is read of them now will be written."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE reorganised IN ROW SHARE MODE"))


def wait_for_openings(connection: Connection) -> None:
    """Wait for those who hold the units still, and let nobody begin to: what they wrote is seen.

    Readers, the sweep and all who act without asking where a unit lies go on.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE reorganised IN EXCLUSIVE MODE"))


def enqueue_of(connection: Connection, change: int, units: Collection[int]) -> None:
    """Every case that these units see has yet to follow the change."""
    _enqueue(connection, change, SCOPE.c.unit_id.in_(units))


def enqueue_below(connection: Connection, change: int, unit: int) -> None:
    """Every open case has that a unit, or one below it, sees; what has ended stays as it was."""
    path = select(UNIT.c.path).where(UNIT.c.id == unit).scalar_subquery()
    below = select(UNIT.c.id).where(UNIT.c.path.like(path.concat("%")))
    _enqueue(connection, change, SCOPE.c.unit_id.in_(below) & SCOPE.c.closed.is_(False))


def _enqueue(connection: Connection, change: int, which: Any) -> None:
    there = exists().where(QUEUE.c.case_id == SCOPE.c.case_id, QUEUE.c.change_id == change)
    found = select(SCOPE.c.case_id, literal(change)).where(which, ~there).distinct()
    connection.execute(insert_into(QUEUE).from_select(["case_id", "change_id"], found))


def open_ones(connection: Connection, change: int) -> list[int]:
    """The open cases that have yet to follow a change."""
    query = (
        select(CASE.c.id)
        .join(QUEUE, QUEUE.c.case_id == CASE.c.id)
        .where(QUEUE.c.change_id == change, CASE.c.closed_at.is_(None))
    )
    return list(connection.execute(query.order_by(CASE.c.id)).scalars())


def waiting_for(connection: Connection, change: int) -> int:
    """How many cases have yet to follow a change."""
    query = select(func.count()).where(QUEUE.c.change_id == change)
    return int(connection.execute(query).scalar_one())


def waiting(connection: Connection, most: int) -> list[Waiting]:
    """Cases that wait, at most so many, whoever has them in hand."""
    found = bulk.fetch(connection, _FIRST_WAITING, {"most": most})
    return [Waiting(*row.values()) for row in found]


def take(connection: Connection, most: int, only: Waiting | None = None) -> list[Waiting]:
    """Cases that wait, at most so many and locked, or that one `only`; those of another worker are
    left to it.
    """
    query = _WAITING.limit(most)
    if only is not None:
        query = query.where(QUEUE.c.case_id == only.case, QUEUE.c.change_id == only.change)
    rows = connection.execute(query.with_for_update(of=QUEUE, skip_locked=True))
    return [Waiting(*row) for row in rows]


_WAITING = (
    select(QUEUE.c.case_id, QUEUE.c.change_id, CHANGE.c.kind)
    .join(CHANGE, CHANGE.c.id == QUEUE.c.change_id)
    .where(QUEUE.c.error.is_(None))
    .order_by(QUEUE.c.case_id, QUEUE.c.change_id)
)
_FIRST_WAITING = _WAITING.limit(bindparam("most", type_=Integer))


def done(connection: Connection, one: Waiting) -> None:
    """A case has followed; what it could not follow before is past as well."""
    mine = (QUEUE.c.case_id == one.case) & (QUEUE.c.change_id <= one.change)
    connection.execute(delete(QUEUE).where(mine))


def failed(connection: Connection, one: Waiting, why: str) -> None:
    """A case could not follow: it stays where it is, and the doctor says so."""
    mine = (QUEUE.c.case_id == one.case) & (QUEUE.c.change_id == one.change)
    connection.execute(update(QUEUE).where(mine).values(error=why[:200]))


def forget(connection: Connection, change: int) -> None:
    """Nothing follows a change that was taken back."""
    connection.execute(delete(QUEUE).where(QUEUE.c.change_id == change))


def has_followed(connection: Connection, units: Collection[int], since: datetime) -> bool:
    """Whether a case of these units has followed a change since an instant."""
    mine = SCOPE.c.unit_id.in_(units)
    rows = select(HISTORY.c.case_id).join(SCOPE, SCOPE.c.case_id == HISTORY.c.case_id)
    moved = rows.where(mine, HISTORY.c.event == "reorganise", HISTORY.c.at >= since)
    heir = SCOPE.alias("heir")
    shared = select(SCOPE.c.case_id).join(heir, heir.c.case_id == SCOPE.c.case_id)
    heirs = select(UNIT.c.successor_id).where(UNIT.c.id.in_(units))
    inherited = shared.where(mine, heir.c.unit_id.in_(heirs), heir.c.why == INHERITED)
    queries = (moved.limit(1), inherited.limit(1))
    return any(connection.execute(query).first() is not None for query in queries)
