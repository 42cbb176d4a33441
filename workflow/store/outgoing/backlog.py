"""What is due and not done yet: how much, and for how long the oldest has waited."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, func, select

from workflow.store.tables.handles import OUTBOX, TIMER


@dataclass(frozen=True, slots=True)
class Backlog:
    """Timers and messages that are due; the ages are in seconds, 0 where nothing waits."""

    timers: int
    timer_lag: float
    messages: int
    message_age: float


def backlog(connection: Connection, now: datetime) -> Backlog:
    """The backlog at `now`, by the indexes that the sweeps themselves use."""
    return Backlog(*_due(connection, TIMER, now), *_due(connection, OUTBOX, now))


def _due(connection: Connection, table: Table, now: datetime) -> tuple[int, float]:
    wakes = table.c.wake_at
    query = select(func.count(), func.min(wakes)).where(wakes <= now)
    count, oldest = connection.execute(query).one()
    return count, (now - oldest).total_seconds() if oldest else 0.0
