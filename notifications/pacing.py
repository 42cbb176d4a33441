"""How fast and how much: messages a minute by a way, and a day to one number.

Two days of downtime must not become a thousand messages in the first minute, nor may a number get
more in a day than its provider lets through. What counts is asked of the rows, so that any number
of workers keep the same pace. What is `immediate` waits for neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from workflow.engine.calendar import day_begins, local_day
from workflow.store.outgoing import sent
from workflow.store.outgoing.outbox import DIGEST

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """What an installation allows itself, by way; a way that is not named has no limit."""

    a_minute: Mapping[str, int] = field(default_factory=dict)
    a_day: Mapping[str, int] = field(default_factory=dict)


FREE = Pace()


BY_DAY = ("urgent", DIGEST)
"""Urgencies that keep to the hours of the day, and to a pace."""


def room(
    connection: Connection, pace: Pace, way: str, now: datetime, most: int, lease: timedelta
) -> int:
    """How many may go by a way now, at most `most`; what another worker has taken in hand within
    this minute, by a lease of such a length, counts as gone.
    """
    if way not in pace.a_minute:
        return most
    went = sent.sent_by(connection, way, now - _MINUTE, now)
    ends = now + lease
    went += sent.in_hand(connection, way, BY_DAY, ends - _MINUTE, ends + _MINUTE)
    return max(min(most, pace.a_minute[way] - went), 0)


def had_enough(connection: Connection, pace: Pace, way: str, address: str, now: datetime) -> bool:
    """Whether as much went to a number or robot today as a day allows, to whomever of those who
    share it.
    """
    if way not in pace.a_day:
        return False
    today = day_begins(local_day(now))
    return sent.sent_to(connection, way, address, today) >= pace.a_day[way]


def tomorrow(now: datetime) -> datetime:
    """The midnight after `now`."""
    return day_begins(local_day(now) + timedelta(days=1))
