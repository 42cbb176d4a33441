"""How a limit stands: a light, always with a word beside it, the days left and why that day.

Derived from (due, now, calendar) at the moment of showing, never stored (design, law 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.presenting.wording import with_weekday
from workflow.engine.calendar import Calendar, day_begins, local_day
from workflow.engine.definition import Definition
from workflow.engine.progress import behind
from workflow.engine.remaining import left_in_words, minute_in_words
from workflow.engine.sight import due_day
from workflow.engine.terms import Duration, Unit

NEAR_WORKING_DAYS = 3
"""From how many working days before its limit on a case counts as 临期."""

_TICK = timedelta(microseconds=1)

LIGHTS = {
    "late": "逾期",
    "near": "临期",
    "good": "正常",
    "still": "中止",
    "none": "无期限",
    "done": "办结",
}
"""Every light with its word. The name is also the CSS class; colours are in static/duban.css."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How a case's limit stands now; texts are empty where there is no limit."""

    light: str
    word: str
    left: str = ""
    day: str = ""
    iso: str = ""
    why: str = ""
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How progress stands against its plan: `light` is a class, `word` says what it means."""

    light: str
    word: str


def pace_of(
    definition: Definition, facts: Mapping[str, Any], opened_at: datetime, now: datetime
) -> Pace | None:
    """The light of a case's progress; None where there is no plan to measure it by."""
    progress = definition.progress
    if progress is None or not facts.get(progress.plan):
        return None
    points = behind(progress, facts, local_day(opened_at), local_day(now))
    if points < progress.yellow:
        return Pace("good", "进度正常")
    light = "late" if points > progress.red else "near"
    return Pace(light, f"进度落后 {points:g} 个百分点")


def near_before(calendar: Calendar, now: datetime) -> datetime:
    """A limit that ends before this instant, and has not passed, is near.

    That is a moment after the first working day begins that is too far off: what ends with the
    day before it is near.
    """
    too_far = calendar.add(Duration(NEAR_WORKING_DAYS + 1, Unit.WORKING_DAYS), now).at
    return too_far - timedelta(days=1) + _TICK


def week_before(now: datetime) -> datetime:
    """A limit that ends before this instant, and has not passed, ends this week.

    The limit of a Sunday ends with it, when Monday begins.
    """
    today = local_day(now)
    return day_begins(today + timedelta(days=7 - today.weekday())) + _TICK


def clock_of(
    due_at: datetime | None,
    why: str,
    *,
    provisional: bool,
    stopped: bool,
    closed: bool,
    calendar: Calendar,
    now: datetime,
) -> Clock:
    """The limit's light, words and derivation."""
    if closed or due_at is None:
        light = "done" if closed else "still" if stopped else "none"
        return Clock(light, LIGHTS[light], left="计时中止" if light == "still" else "")
    last = due_day(due_at)
    days = calendar.working_days_between(local_day(now), last)
    light = "still" if stopped else _light(days, late=now >= due_at)
    return Clock(
        light=light,
        word=LIGHTS[light],
        left="计时中止" if stopped else left_in_words(calendar, due_at, now),
        day=with_weekday(last) + minute_in_words(due_at),
        iso=last.isoformat(),
        why=why,
        provisional=provisional,
    )


def _light(days: int, *, late: bool) -> str:
    if late:
        return "late"
    return "near" if days <= NEAR_WORKING_DAYS else "good"
