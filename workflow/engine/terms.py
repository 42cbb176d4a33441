"""The little language of terms and moments that definitions are written in.

A *term* says how long something may take ("10 working days", "2 hours") or by when it is due
("12-31"). A *moment* is a place before or after a deadline ("due - 7 working days"). Both are read
here into frozen values and say themselves in Chinese; which date they mean is worked out in
calendar.py.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias


class Unit(StrEnum):
    """What a term is counted in; the text of each rule decides (行政许可法 82, 民法典 200)."""

    WORKING_DAYS = "working day"
    DAYS = "day"
    MONTHS = "month"
    HOURS = "hour"
    MINUTES = "minute"

    @property
    def minutes(self) -> int:
        """How long one is by the clock; 0 for what is counted in days, of which no two need be
        equally long.
        """
        return {Unit.HOURS: 60, Unit.MINUTES: 1}.get(self, 0)

    def counted(self, count: int) -> str:
        """Say a number of this unit as a definition would: "1 working day", "3 months"."""
        return f"{count} {self.value}{'' if count == 1 else 's'}"


_MEASURE = {
    Unit.WORKING_DAYS: "个工作日",
    Unit.DAYS: "日",
    Unit.MONTHS: "个月",
    Unit.HOURS: "小时",
    Unit.MINUTES: "分钟",
}
_ROUGH_MINUTES = {Unit.WORKING_DAYS: 2016, Unit.DAYS: 1440, Unit.HOURS: 60, Unit.MINUTES: 1}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time from a start, e.g. "10 working days".

    The start day is not counted (民法典 201) unless `first_day` says so, as public notices do.
    Hours and minutes run from the very minute, at any hour of any day.
    """

    count: int
    unit: Unit
    first_day: bool = False

    def __str__(self) -> str:
        tail = " counting the first day" if self.first_day else ""
        return self.unit.counted(self.count) + tail

    def length_in_words(self) -> str:
        """Say the bare length in Chinese: "5 个工作日"."""
        return f"{self.count} {_MEASURE[self.unit]}"

    def in_words(self) -> str:
        """Say the whole term in Chinese: "5 个工作日（含首日）"."""
        return self.length_in_words() + ("（含首日）" if self.first_day else "")


@dataclass(frozen=True, slots=True)
class FixedDate:
    """A month and day of the year of the period, e.g. "12-31" for 每年12月底前.

    With `last_working_day` the last working day on or before it is meant; otherwise the date
    stands as the text has it and is not moved.
    """

    month: int
    day: int
    last_working_day: bool = False

    def __str__(self) -> str:
        head = "last working day on or before " if self.last_working_day else ""
        return f"{head}{self.month:02}-{self.day:02}"

    def in_words(self) -> str:
        """Say the term in Chinese: "12月31日或此前最后一个工作日"."""
        tail = "或此前最后一个工作日" if self.last_working_day else ""
        return f"{self.month}月{self.day}日{tail}"


Term: TypeAlias = Duration | FixedDate


@dataclass(frozen=True, slots=True)
class Moment:
    """A place relative to a deadline: `count` units after it, before it when negative, 0 at it."""

    count: int = 0
    unit: Unit = Unit.WORKING_DAYS

    def __str__(self) -> str:
        if not self.count:
            return "due"
        return f"due {'-' if self.count < 0 else '+'} {self.unit.counted(abs(self.count))}"

    def in_words(self) -> str:
        """Say the moment in Chinese: "到期前 7 个工作日"."""
        if not self.count:
            return "到期时"
        side = "到期前" if self.count < 0 else "到期后"
        return f"{side} {abs(self.count)} {_MEASURE[self.unit]}"

    def position(self) -> int:
        """Where the moment stands on a ladder: the sort key, in minutes.

        A working day is taken as 7/5 of a day, so moments in different units are ordered only
        roughly; within one unit the order is exact.
        """
        return self.count * _ROUGH_MINUTES[self.unit]


_TERMS_ALLOWED = (
    'allowed are "10 working days" or "30 days" (each may end with "counting the first day"), '
    '"3 months", "2 hours", "30 minutes", a date such as "12-31", and "last working day on or '
    'before 12-31", '
    "with whole numbers from 1 to 999"
)
_MOMENTS_ALLOWED = (
    'allowed are "due", "due - 7 working days", "due + 1 working day", "due - 30 days", '
    '"due + 2 hours" and "due + 30 minutes", '
    "with whole numbers from 1 to 999"
)
_LENGTH = r"(?P<count>[1-9][0-9]{0,2}) (?P<unit>working day|day|month|hour|minute)s?"
_DURATION = re.compile(_LENGTH + r"(?P<first> counting the first day)?")
_DATE = re.compile(
    r"(?P<last>last working day on or before )?(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
)
_MOMENT = re.compile(rf"due(?: (?P<sign>[+-]) {_LENGTH})?")
# Any year without a 29 February: a fixed date has to exist every year.
_COMMON_YEAR = 2001


@lru_cache(maxsize=256)
def parse_term(text: str) -> Term:
    """Read a term as definitions write it; ValueError tells the author what is allowed."""
    if found := _DURATION.fullmatch(text):
        return _duration(text, found)
    if found := _DATE.fullmatch(text):
        return _fixed_date(text, found)
    raise ValueError(f'"{text}" is not a term: {_TERMS_ALLOWED}.')


def parse_moment(text: str) -> Moment:
    """Read a moment as definitions write it; ValueError tells the author what is allowed."""
    found = _MOMENT.fullmatch(text)
    if not found or found["unit"] == Unit.MONTHS:
        raise ValueError(f'"{text}" is not a moment: {_MOMENTS_ALLOWED}.')
    if not found["sign"]:
        return Moment()
    return Moment(int(found["sign"] + found["count"]), Unit(found["unit"]))


def _duration(text: str, found: re.Match[str]) -> Duration:
    unit, first_day = Unit(found["unit"]), bool(found["first"])
    if first_day and unit not in (Unit.WORKING_DAYS, Unit.DAYS):
        raise ValueError(f'"{text}" counts the first day of what has none: {_TERMS_ALLOWED}.')
    return Duration(int(found["count"]), unit, first_day)


def _fixed_date(text: str, found: re.Match[str]) -> FixedDate:
    month, day = int(found["month"]), int(found["day"])
    try:
        date(_COMMON_YEAR, month, day)
    except ValueError:
        raise ValueError(
            f'"{text}" names a day that not every year has: {_TERMS_ALLOWED}.'
        ) from None
    return FixedDate(month, day, last_working_day=bool(found["last"]))
