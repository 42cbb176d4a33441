"""When a message may go: a digest at 09:00 of a working day, urgent ones by day, immediate ones at
once (减负).
"""

from datetime import datetime, time, timedelta

from workflow.engine.calendar import ZONE, Calendar, local_day

DIGEST_HOUR = 9
GRACE = timedelta(minutes=30)
"""What is owed shortly after the hour still belongs to that day's digest: reminders fire then."""
DAY_BEGINS, DAY_ENDS = time(8), time(20)


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
