"""Another way where one failed: given up, taken over but not delivered, or not opened in time.

The order of the ways is the installation's. A way is never used twice for the same: the outbox's
unique keys hold that. In the inbox everything stands from the first minute, whatever the ways do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from notifications.channels import Channel
from workflow.engine.calendar import Calendar, local_day
from workflow.engine.pace import may_go_at
from workflow.store.database import Database
from workflow.store.outgoing import (
    addressees,
    bad_addresses,
    reading,
    relevance,
    replacing,
    reports,
)
from workflow.store.outgoing.addressees import Addressee
from workflow.store.outgoing.messages import Message, messages_by_id
from workflow.store.outgoing.replacing import Why
from workflow.store.outgoing.reports import Fate

ORDER = ("email", "sms", "chat")
"""The ways outside in the order in which they are tried, where nothing else is wanted."""

UNREAD_DAYS = 2
"""Working days after which what nobody has opened goes by another way as well."""

LOOKED_BACK = timedelta(days=7)
"""Reports and unread messages older than this have had their turn, downtime included."""


AT_ONCE = 50
"""Messages that are gone through in one transaction: on SQLite whoever writes waits for its end."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """What an installation does when a way fails; `order` holds only ways that it has."""

    order: Sequence[str]
    calendar: Calendar

    def stand_in(self, connection: Connection, message: int, why: Why, now: datetime) -> bool:
        """Owe the message by the first other way that may work; False if there is none."""
        found = messages_by_id(connection, [message])[message]
        to = addressees.addressee(connection, found.person_id)
        if to is None or to.disabled or relevance.is_settled(connection, message):
            return False
        pace = "immediate" if found.urgency == "immediate" else "urgent"
        wake_at = may_go_at(self.calendar, pace, now)
        return any(
            replacing.replace(connection, message, way, why, wake_at, now)
            for way in self.order
            if way != found.way and _may_work(connection, found, to, way)
        )


def _may_work(connection: Connection, found: Message, to: Addressee, way: str) -> bool:
    address = to.address(way)
    if not address:
        return False
    return bad_addresses.why_bad(connection, found.person_id or 0, way, address) is None


def fallback_of(ways: Mapping[str, Channel], calendar: Calendar, order: Sequence[str]) -> Fallback:
    """The fallback of an installation that has these ways."""
    return Fallback([way for way in order if way in ways], calendar)


def fall_back(database: Database, fallback: Fallback, now: datetime) -> int:
    """Let other ways stand in for what was returned or not opened; how many messages that made."""
    unread_since = _working_days_before(fallback.calendar, now)
    with database.reading() as connection:
        suspects = reports.returned_since(connection, now - LOOKED_BACK)
        told = reports.stories(connection, suspects)
        lost = [one for one in suspects if told[one].fate is Fate.UNDELIVERED]
        unread = reading.unread_urgent(connection, unread_since - LOOKED_BACK, unread_since)
        replaced = replacing.replaced_among(connection, lost + unread)  # most, from the second look
    owed: list[tuple[int, Why]] = [(one, "undelivered") for one in lost if one not in replaced]
    owed += [(one, "unread") for one in unread if one not in replaced]
    made = 0
    for at in range(0, len(owed), AT_ONCE):
        with database.unit_of_work() as connection:
            made += sum(
                fallback.stand_in(connection, one, why, now) for one, why in owed[at : at + AT_ONCE]
            )
    return made


def _working_days_before(calendar: Calendar, now: datetime) -> datetime:
    """The last instant since which so many working days have gone by."""
    back = now
    while calendar.working_days_between(local_day(back), local_day(now)) < UNREAD_DAYS:
        back -= timedelta(days=1)
    return back
