"""When a message may go: a digest at 09:00 of a working day, urgent ones by day, immediate ones at
once (减负).
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from workflow.engine.calendar import ZONE, Calendar, local_day

DIGEST_HOUR = 9
GRACE = timedelta(minutes=30)
"""What is owed shortly after the hour still belongs to that day's digest: reminders fire then."""
DAY_BEGINS, DAY_ENDS = time(8), time(20)


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a working day at which somebody wants to be told; `immediate` minds none."""

    begins: int = DAY_BEGINS.hour
    ends: int = DAY_ENDS.hour


def may_go_at(calendar: Calendar, urgency: str, now: datetime) -> datetime:
    """The first instant at or after `now` at which a message of this urgency may go."""
    if urgency == "immediate":
        return now
    if urgency == "digest":
        return max(now, calendar.next_working_instant(now - GRACE, DIGEST_HOUR))
    local = now.astimezone(ZONE)
    if calendar.is_working(local_day(now)) and DAY_BEGINS <= local.time() < DAY_ENDS:
        return now
    before_dawn = local.time() < DAY_BEGINS
    from_ = now if before_dawn else now + timedelta(hours=4)  # past 20:00 is the next day by then
    return calendar.next_working_instant(from_, DAY_BEGINS.hour)


def may_go_again_at(calendar: Calendar, urgency: str, now: datetime) -> datetime:
    """The first instant at or after `now` at which what could not go before may be tried again.

    A digest is tried all through the day it is for, but on no day before its hour.
    """
    if urgency == "immediate":
        return now
    by_day = may_go_at(calendar, "urgent", now)
    if urgency == "digest" and by_day.astimezone(ZONE).hour < DIGEST_HOUR:
        return calendar.next_working_instant(by_day, DIGEST_HOUR)
    return by_day


def within(hours: Hours, calendar: Calendar, urgency: str, at: datetime) -> datetime:
    """The first instant at or after `at` within somebody's hours."""
    if urgency == "immediate":
        return at
    local = at.astimezone(ZONE)
    if calendar.is_working(local.date()) and hours.begins <= local.hour < hours.ends:
        return at
    late = local.hour >= hours.ends
    from_ = at + timedelta(hours=24 - hours.ends) if late else at
    return calendar.next_working_instant(from_, hours.begins)
