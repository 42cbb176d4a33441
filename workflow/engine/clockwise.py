"""Limits that run by the clock, in hours and minutes: at night and on rest days as by day.

Instants come in and go out in the zone in which they are said.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from workflow.engine.terms import Duration


def end_of(
    term: Duration, start: datetime, stops: Iterable[tuple[datetime, datetime]]
) -> tuple[datetime, str]:
    """When so many hours or minutes have run since `start`, and how that came about.

    A clock that was stopped goes on with what was left; the end is not moved by anything else.
    """
    end, stood = start + timedelta(minutes=term.count * term.unit.minutes), timedelta()
    since = start
    for stopped, resumed in sorted(stops):
        stands = max(stopped, since)
        if stands < end and stands < resumed:
            still, since = resumed - stands, resumed
            end, stood = end + still, stood + still
    words = [f"{term.length_in_words()}，自 {say(start)} 起"]
    if stood:
        words.append(f"中止计时 {length_in_words(stood)}")
    return end, "，".join([*words, f"至 {say(end)}"])


def say(instant: datetime) -> str:
    """A minute of a day, in Chinese: "3月7日 23:40"."""
    return f"{instant.month}月{instant.day}日 {instant:%H:%M}"


def length_in_words(length: timedelta) -> str:
    """A length of time by the clock, in Chinese: "1 小时 35 分钟"; what is begun is not counted."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    parts = [f"{hours} 小时"] * bool(hours) + [f"{minutes} 分钟"] * bool(minutes or not hours)
    return " ".join(parts)
