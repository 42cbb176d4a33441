"""How a limit is said: its last day, or its minute, and how long is left until then."""

from datetime import datetime, time, timedelta

from workflow.engine import clockwise
from workflow.engine.calendar import ZONE, Calendar, local_day
from workflow.engine.sight import due_day

_MINUTE = timedelta(minutes=1)


def ends_with_a_day(due_at: datetime) -> bool:
    """Whether a limit ends with its day, as all do that are not counted in hours or minutes."""
    return due_at.astimezone(ZONE).time() == time()


def minute_in_words(due_at: datetime) -> str:
    """The minute of a limit that runs by the clock, to stand behind its day; else nothing."""
    return "" if ends_with_a_day(due_at) else f" {due_at.astimezone(ZONE):%H:%M}"


def due_in_words(due_at: datetime) -> str:
    """When a limit ends: "2026年3月9日", or "2026年3月8日 01:40" where it runs by the clock."""
    day = due_day(due_at)
    return f"{day.year}年{day.month}月{day.day}日{minute_in_words(due_at)}"


def left_in_words(calendar: Calendar, due_at: datetime, now: datetime) -> str:
    """How long a limit has left, or since when it is over."""
    late, day = now >= due_at, due_day(due_at)
    days = calendar.working_days_between(local_day(now), day)
    if not ends_with_a_day(due_at) and abs(days) <= 1:
        if abs(due_at - now) < _MINUTE:
            return "已到期" if late else "即将到期"
        length = clockwise.length_in_words(abs(due_at - now))
        return f"已逾期 {length}" if late else f"还剩 {length}"
    if late:
        return f"已逾期 {-days} 个工作日" if days else "已到期"
    return f"还剩 {days} 个工作日" if days else "今天到期"
