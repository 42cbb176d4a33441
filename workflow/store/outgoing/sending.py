"""How far sending has come, and whether the outbox is held.

The row's number rises before anything is sent. Whoever finds a higher one outside the database
knows that the database was restored from a backup: what it owes may have gone out already.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    text,
    update,
)

from workflow.store.driver import bulk
from workflow.store.driver.upsert import upsert
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.tables.handles import OUTBOX, SENDING

Because = Literal["restored", "new_place", "asked"]
"""A database older than its mark, a mark that is not there, or somebody's wish."""

_SENDING = select(SENDING)

DROPPED = "恢复备份以前应发，可能已经发出，由管理员作废"


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is sent since then; what was due until `sent_until` may have gone out already."""

    since: datetime
    because: Because
    sent_until: datetime


@dataclass(frozen=True, slots=True)
class Sending:
    """How far sending has come; number 0 is that nothing was ever sent."""

    number: int
    at: datetime | None = None
    hold: Hold | None = None


def read(connection: Connection) -> Sending:
    """Where sending stands."""
    found = bulk.fetch(connection, _SENDING, {})
    if not found:
        return Sending(0)
    row, since = found[0], found[0]["held_since"]
    held = Hold(since, row["held_because"], row["sent_until"]) if since else None
    return Sending(row["number"], row["at"], held)


def step_on(connection: Connection, now: datetime) -> int:
    """Note that something is about to be sent; the new number."""
    return int(connection.execute(_STEP_ON, {"now": now}).scalar_one())


_STEP_ON = text(
    "INSERT INTO sending (id, number, at) VALUES (1, 1, :now)"
    " ON CONFLICT (id) DO UPDATE SET number = sending.number + 1, at = excluded.at"
    " RETURNING number"
)


def hold(
    connection: Connection,
    because: Because,
    now: datetime,
    *,
    number: int = 0,
    sent_until: datetime | None = None,
    by: int | None = None,
) -> bool:
    """Hold the outbox; False if it is held. `number` is the highest that was found outside."""
    values = {"held_since": now, "held_because": because, "sent_until": sent_until or now}
    new: Any = upsert(connection, SENDING).values(id=1, number=number, at=now, **values)
    greater = case((SENDING.c.number < number, number), else_=SENDING.c.number)
    held = new.on_conflict_do_update(
        index_elements=["id"],
        set_={**values, "number": greater},
        where=SENDING.c.held_since.is_(None),
    )
    if connection.execute(held.returning(SENDING.c.id)).first() is None:
        return False
    act = Act("setting", by, data={"act": "hold_messages", "code": because})
    audit.record(connection, act, now)
    return True


def note_further(connection: Connection, number: int, sent_until: datetime) -> None:
    """Another machine's file says that sending had come further than whoever held it knew."""
    until = literal(sent_until, SENDING.c.sent_until.type)
    later = case((SENDING.c.sent_until < until, until), else_=SENDING.c.sent_until)
    further = (SENDING.c.held_since.is_not(None), SENDING.c.number < number)
    connection.execute(update(SENDING).where(*further).values(number=number, sent_until=later))


def release(
    connection: Connection,
    now: datetime,
    *,
    drop_until: datetime | None = None,
    by: int | None = None,
) -> int | None:
    """Let messages go again; None if they were not held.

    What may have gone until `drop_until` is called off: how many.
    """
    if read(connection).hold is None:
        return None
    free = {"held_since": None, "held_because": None, "sent_until": None}
    connection.execute(update(SENDING).values(free))
    dropped = _drop(connection, drop_until) if drop_until is not None else 0
    act = Act("setting", by, data={"act": "release_messages", "rows": dropped})
    audit.record(connection, act, now)
    return dropped


def _drop(connection: Connection, until: datetime) -> int:
    off = {"status": "cancelled", "wake_at": None, "leased_until": None, "detail": DROPPED}
    return connection.execute(update(OUTBOX).where(_may_have_gone(until)).values(off)).rowcount


def waiting(connection: Connection, until: datetime) -> int:
    """How many messages may have gone until then (`_may_have_gone`)."""
    query = select(func.count()).where(_may_have_gone(until))
    return int(connection.execute(query).scalar_one())


def _may_have_gone(until: datetime) -> ColumnElement[bool]:
    """What was due, and what a worker had in hand when the backup was taken: nothing is taken in
    hand while the outbox is held. What a restored clock fires a second time is owed only later, but
    was planned for before.
    """
    again = and_(OUTBOX.c.created_at > until, OUTBOX.c.planned_at <= until)
    due = and_(OUTBOX.c.status == "waiting", or_(OUTBOX.c.wake_at <= until, again))
    return or_(due, OUTBOX.c.status == "leased")
