"""Holiday notices (放假安排) in words: what a year's notice says, and the form to type one in."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from api.presenting.wording import in_its_year
from workflow.engine.calendar import YearNotice

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TypedHoliday:
    """A row of the form; `work` are the days worked instead, as they were typed."""

    name: str
    first: str = ""
    last: str = ""
    work: str = ""


USUAL = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""The holidays of a year (全国年节及纪念日放假办法)."""

SPARE_ROWS = 3
"""Rows for more: a place has days off of its own, such as the anniversary of a prefecture."""


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """What the notice of a year says; `entered` is by whom and when, empty for one not entered."""

    year: int
    lines: tuple[str, ...]
    work: str
    entered: str = ""

    @property
    def mark(self) -> str:
        """What tells it from another: a form says by this which one was looked at."""
        said = "\n".join((str(self.year), *self.lines, self.work))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class HolidaysPage:
    """放假通知: the years known, and the form, once `looked` at with what it says.

    `waiting` cases have limits still to be worked out by the newest notice; `works` is whether
    anybody is there to do so, `still` whether the page asks for itself no more. Of the notice that
    was looked at `moves` cases have limits, and `changed` is whether another was looked at before.
    """

    years: tuple[NoticeShown, ...]
    year: str
    rows: tuple[TypedHoliday, ...]
    waiting: int
    works: bool
    still: bool
    done: str = ""
    looked: NoticeShown | None = None
    moves: int = 0
    changed: bool = False
    problems: tuple[str, ...] = ()


def notice_shown(notice: YearNotice, entered: str = "") -> NoticeShown:
    """A notice as it is read out: each holiday from day to day, then the days worked instead."""
    work = "、".join(in_its_year(day, notice.year) for day in sorted(notice.work))
    return NoticeShown(notice.year, tuple(_holidays(notice)), work, entered)


def _holidays(notice: YearNotice) -> Iterator[str]:
    """春节：2月15日 周日 至 2月23日 周一，共 9 天."""
    for run in _runs(notice):
        name, days = notice.names.get(run[0], "节假日"), len(run)
        until = f" 至 {in_its_year(run[-1], notice.year)}" if days > 1 else ""
        yield f"{name}：{in_its_year(run[0], notice.year)}{until}，共 {days} 天"


def _runs(notice: YearNotice) -> Iterator[list[date]]:
    """Days off that follow one another under one name."""
    run: list[date] = []
    for day in sorted(notice.rest):
        same = run and day - run[-1] == _DAY and notice.names.get(day) == notice.names.get(run[0])
        if run and not same:
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def blank_rows() -> tuple[TypedHoliday, ...]:
    """The form before anything is typed: the usual holidays, and spare rows."""
    return (*(TypedHoliday(name) for name in USUAL), *_spare())


def rows_of(notice: YearNotice) -> tuple[TypedHoliday, ...]:
    """A notice as it would be typed, each day worked instead with the holiday next to it."""
    runs = list(_runs(notice))
    work: dict[date, list[str]] = {run[0]: [] for run in runs}
    for day in sorted(notice.work):
        work[_next_to(day, runs)].append(_as_typed(day, notice.year))
    return (*(_row(notice, run, work[run[0]]) for run in runs), *_spare())


def _next_to(day: date, runs: list[list[date]]) -> date:
    """The first day of the holiday that is nearest to a day."""
    return min(runs, key=lambda run: min(abs(day - run[0]), abs(day - run[-1])))[0]


def _row(notice: YearNotice, run: list[date], work: list[str]) -> TypedHoliday:
    first, last = run[0].isoformat(), run[-1].isoformat()
    return TypedHoliday(notice.names.get(run[0], "节假日"), first, last, "、".join(work))


def _as_typed(day: date, year: int) -> str:
    return f"{day.month}月{day.day}日" if day.year == year else day.isoformat()


def _spare() -> tuple[TypedHoliday, ...]:
    return (TypedHoliday(""),) * SPARE_ROWS
