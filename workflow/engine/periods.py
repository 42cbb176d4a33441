"""Periods of the calendar: weeks from Monday to Sunday, months, quarters and years.

A case keeps its period as one number, of which no two kinds of period have the same: `2026` is a
year, `20264` a quarter, `202611` a month, `2026048` a week (ISO 8601: the week with the first
Thursday of the year is its first).
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Length = Literal["week", "month", "quarter", "year"]

_DIGITS: dict[Length, int] = {"year": 0, "quarter": 1, "month": 2, "week": 3}
"""How many digits stand behind the year."""

_YEAR_DIGITS = 4
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """One period: the `at`-th of its length in a year, from 1; a year itself has `at` 0."""

    length: Length
    year: int
    at: int = 0

    def __int__(self) -> int:
        """The number by which a case keeps it."""
        shift: int = 10 ** _DIGITS[self.length]
        return self.year * shift + self.at

    def __str__(self) -> str:
        """As a page says it: 2026年第48周, 2026年11月, 2026年四季度, 2026年."""
        if self.length == "week":
            return f"{self.year}年第{self.at}周"
        if self.length == "month":
            return f"{self.year}年{self.at}月"
        if self.length == "quarter":
            return f"{self.year}年{'一二三四'[self.at - 1]}季度"
        return f"{self.year}年"

    @property
    def first(self) -> date:
        """Its first day."""
        if self.length == "week":
            return date.fromisocalendar(self.year, self.at, 1)
        return date(self.year, (max(self.at, 1) - 1) * _MONTHS[self.length] + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        if self.length == "week":
            return self.first + _WEEK - _DAY
        months = self.first.month - 1 + _MONTHS[self.length]
        return date(self.year + months // 12, months % 12 + 1, 1) - _DAY

    @property
    def before(self) -> "Period":
        """The one that ended when this one began."""
        return period_of(self.length, self.first - _DAY)

    @property
    def after(self) -> "Period":
        """The one that begins when this one has ended."""
        return period_of(self.length, self.last + _DAY)


GREATEST = int(Period("week", 9999, 52))
"""No period that a calendar knows has a greater number."""


def period_of(length: Length, day: date) -> Period:
    """The period of that length in which a day lies."""
    if length == "week":
        year, week, _ = day.isocalendar()
        return Period("week", year, week)
    if length == "year":
        return Period("year", day.year)
    return Period(length, day.year, (day.month - 1) // _MONTHS[length] + 1)


def numbers_of(length: Length) -> range:
    """The numbers by which cases keep periods of a length."""
    digits = _YEAR_DIGITS + _DIGITS[length]
    return range(10 ** (digits - 1), 10**digits)


def recent(length: Length, day: date, count: int) -> Iterator[Period]:
    """The period in which a day lies and those before it, `count` together, the latest first."""
    period = period_of(length, day)
    for _ in range(count):
        yield period
        period = period.before


def period_called(text: str, lengths: Iterable[Length]) -> Period:
    """The period of one of these lengths that pages call so, or 2026 for a year; raises
    ValueError.
    """
    said = "".join(text.split()).removesuffix("年")
    year = int(said[:_YEAR_DIGITS]) if said[:_YEAR_DIGITS].isdecimal() else 0
    if 2000 <= year < 2200:
        for length in lengths:
            period = period_of(length, date(year, 1, 4))  # of the first week, whatever the year
            while period.year == year:
                if str(period).removesuffix("年") == said:
                    return period
                period = period.after
    raise ValueError(f"没有“{text[:40]}”这一期")


def read_period(number: int) -> Period:
    """The period that a case keeps as this number; raises ValueError, also where there is none."""
    digits = len(str(number)) - _YEAR_DIGITS
    for length, more in _DIGITS.items():
        if more == digits:
            year, at = divmod(number, 10**digits)
            period = Period(length, year, at)
            with suppress(ValueError):  # no such month or week has a first day
                if period_of(length, period.first) == period:
                    return period
    raise ValueError(f"{number} is no period")
