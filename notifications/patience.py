"""How often and for how long a way is tried before another one is, by what a message is for.

A provider that asks to wait is obeyed, and so is a day that had enough; but a message that waits
for ever is lost as surely as one that was refused, only that nobody is told.
"""

from datetime import UTC, datetime, time, timedelta

from notifications.pacing import tomorrow
from workflow.engine.calendar import ZONE, Calendar
from workflow.store.outgoing.outbox import DIGEST

MOST_ATTEMPTS = 8

LAST_TRY = time(19, 30)
"""Of a day that ends at eight: half an hour is left for the next way."""

AT_ONCE = timedelta(hours=1)
"""What is `immediate` waits no longer, by day or night."""

WORKING_DAYS = {"urgent": 1, DIGEST: 2}
"""What minds quiet hours waits until that so-manieth working day after is over."""

IN_WORDS = {"immediate": "一小时", "urgent": "一个工作日", DIGEST: "两个工作日"}


def end_of_wait(calendar: Calendar, urgency: str, since: datetime) -> datetime:
    """When what was first put off then has waited long enough: it is tried once more, and then no
    longer by this way.

    Working days are whole ones: what was put off in the evening has the next day to go.
    """
    if urgency == "immediate":
        return since + AT_ONCE
    day = since
    for _ in range(WORKING_DAYS[urgency]):
        day = calendar.next_working_instant(tomorrow(day), 0)
    return datetime.combine(day.astimezone(ZONE), LAST_TRY, ZONE).astimezone(UTC)


def has_waited_enough(
    calendar: Calendar, urgency: str, since: datetime | None, now: datetime
) -> bool:
    """Whether the end of the wait has come, if it ever began."""
    return since is not None and now >= end_of_wait(calendar, urgency, since)
