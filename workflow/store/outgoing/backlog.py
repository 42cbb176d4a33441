"""What is due and not done yet: how much, and for how long the oldest has waited."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from workflow.store.outgoing.outbox import waits
from workflow.store.tables.handles import OUTBOX, TIMER


@dataclass(frozen=True, slots=True)
class Backlog:
    """Timers and messages that are due; the ages are in seconds, 0 where nothing waits.

    A message that was put off is due since then: that its provider asks for another hour, again and
    again, makes it no younger.
    """

    timers: int
    timer_lag: float
    messages: int
    message_age: float
    put_off: int
    """How many of the messages were put off."""


def backlog(connection: Connection, now: datetime) -> Backlog:
    """The backlog at `now`, by the indexes that the sweeps themselves use."""
    wakes = TIMER.c.wake_at
    due = select(func.count(), func.min(wakes)).where(wakes <= now)
    timers, oldest_timer = connection.execute(due).one()
    wakes, since = OUTBOX.c.wake_at, OUTBOX.c.put_off_since
    owed = select(func.count(), func.min(func.coalesce(since, wakes)), func.count(since))
    owed = owed.where(waits(), or_(wakes <= now, since.is_not(None)))
    messages, oldest, put_off = connection.execute(owed).one()
    return Backlog(timers, _age(oldest_timer, now), messages, _age(oldest, now), put_off)


def _age(oldest: datetime | None, now: datetime) -> float:
    return (now - oldest).total_seconds() if oldest else 0.0
