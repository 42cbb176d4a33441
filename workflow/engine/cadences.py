"""The day on which a cadence opens its cases: the little language of `periodic.on`.

A day is named inside its period ("friday", "day 5", "10-15"), may be moved by rest days, or is
counted in working days. It never leaves its period: a week without any working day has no
"working day 1", and nothing opens in it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice
from typing import Literal

from workflow.engine.beginnings import Periodic
from workflow.engine.calendar import Calendar
from workflow.engine.periods import Length, Period, period_of

_DAY = timedelta(days=1)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COMMON_YEAR = 2001
"""Any year without a 29 February: the calendar has to open its cases every year."""

_MOST: Mapping[Length, int] = {"week": 7, "month": 28, "quarter": 90, "year": 365}
"""How many days every period of that length has."""

_MOVED = {"first working day on or after ": 1, "last working day on or before ": -1}
_MOVED_IN_WORDS = {0: "", 1: "，逢休息日顺延", -1: "，逢休息日提前"}
_EACH: Mapping[Length, str] = {"week": "每周", "month": "每月", "quarter": "每季度", "year": "每年"}

EXAMPLES: Mapping[Length, str] = {
    "week": "friday、last working day on or before friday、working day 1",
    "month": "day 5、first working day on or after day 5、working day 3、last working day",
    "quarter": "working day 5、last working day、first working day on or after day 10",
    "year": "10-15、first working day on or after 01-05、last working day on or before 12-20",
}


@dataclass(frozen=True, slots=True)
class OpeningDay:
    """A day of a period: the `count`-th of its days, or of its working days (-1 is the last one).

    A day of the year is `count` as month * 100 + day. `moved` says whither rest days move it: 1
    to the next working day, -1 to the one before, 0 not at all.
    """

    length: Length
    kind: Literal["day", "working day", "date"]
    count: int
    moved: Literal[-1, 0, 1] = 0

    def in_words(self) -> str:
        """The day as a page says it: 每周五，逢休息日提前."""
        each = _EACH[self.length]
        if self.kind == "working day":
            which = "最后一个工作日" if self.count < 0 else f"第 {self.count} 个工作日"
            return each + which
        return each + self._named() + _MOVED_IN_WORDS[self.moved]

    def _named(self) -> str:
        if self.kind == "date":
            return f"{self.count // 100}月{self.count % 100}日"
        if self.length == "week":
            return "一二三四五六日"[self.count - 1]
        return f"{self.count}日" if self.length == "month" else f"第 {self.count} 日"

    def on(self, period: Period, calendar: Calendar) -> date | None:
        """The day in a period, or None if that period has no such day."""
        if self.kind == "working day":
            days = _days(period) if self.count > 0 else reversed([*_days(period)])
            working = (day for day in days if calendar.is_working(day))
            return next(islice(working, abs(self.count) - 1, None), None)
        day = self.unmoved(period)
        while self.moved and not calendar.is_working(day):
            day += self.moved * _DAY
        return day if period.first <= day <= period.last else None

    def unmoved(self, period: Period) -> date:
        """The day in a period as it is named, whether or not anybody works on it."""
        if self.kind == "date":
            return date(period.year, self.count // 100, self.count % 100)
        return period.first + (self.count - 1) * _DAY


def _days(period: Period) -> Iterator[date]:
    day = period.first
    while day <= period.last:
        yield day
        day += _DAY


@cache
def parse_day(length: Length, text: str) -> OpeningDay:
    """Read a day as definitions write it; raises ValueError."""
    if text == "last working day":
        return OpeningDay(length, "working day", -1)
    if counted := re.fullmatch(r"working day ([1-9]\d?)", text):
        if int(counted[1]) <= _MOST[length]:
            return OpeningDay(length, "working day", int(counted[1]))
    for words, moved in (*_MOVED.items(), ("", 0)):
        if text.startswith(words) and (named := _named(length, text.removeprefix(words))):
            return OpeningDay(length, *named, moved)  # type: ignore[arg-type]
    raise ValueError(f"{text} is no day of a {length}")


def in_words(every: Length, text: str) -> str:
    """The day on which a cadence opens its cases, as a page says it."""
    return parse_day(every, text).in_words()


def last_working_day(period: Period, calendar: Calendar) -> date:
    """The last working day of a period, or its last day if nobody works in it."""
    return parse_day(period.length, "last working day").on(period, calendar) or period.last


def opening_days(cadence: Periodic, first: date, last: date, calendar: Calendar) -> Iterator[date]:
    """The days from `first` to `last` on which a cadence opens its cases."""
    opens, period = parse_day(cadence.every, cadence.on), period_of(cadence.every, first)
    while period.first <= last:
        day = opens.on(period, calendar)
        if day is not None and first <= day <= last:
            yield day
        period = period.after


def _named(length: Length, text: str) -> tuple[str, int] | None:
    if length == "week":
        return ("day", _WEEKDAYS.index(text) + 1) if text in _WEEKDAYS else None
    if length == "year":
        return ("date", int(text[:2]) * 100 + int(text[3:])) if _every_year(text) else None
    found = re.fullmatch(r"day ([1-9]\d?)", text)
    return ("day", int(found[1])) if found and int(found[1]) <= _MOST[length] else None


def _every_year(month_day: str) -> bool:
    try:
        date.fromisoformat(f"{_COMMON_YEAR}-{month_day}")
    except ValueError:
        return False
    return re.fullmatch(r"\d\d-\d\d", month_day) is not None


def words_for(length: Length) -> list[str]:
    """The words that a day of such a period may be written with: what a mistaken one may mean."""
    names = {"week": list(_WEEKDAYS), "year": ["10-15"]}.get(length, ["day 5"])
    moved = [f"{words}{name}" for words in _MOVED for name in names]
    return [*names, *moved, "working day 1", "last working day"]
