"""Working days and deadlines of one place; every deadline says in Chinese how it came about.

Pure: the start is always passed and the notices are values. Instants are stored in UTC; a day is
a day in Shanghai and ends at 24:00 there (民法典 203).
"""

import calendar as gregorian
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import TypeAlias
from zoneinfo import ZoneInfo

from workflow.engine import clockwise
from workflow.engine.terms import Duration, FixedDate, Moment, Term, Unit

ZONE = ZoneInfo("Asia/Shanghai")
RUNG_HOUR = 9
"""The hour, in Shanghai, at which the rungs of a ladder fire."""

Suspension: TypeAlias = tuple[datetime, datetime]
"""When a clock stood still, from the first instant to the one at which it went on."""

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_UNNAMED = "节假日"


@dataclass(frozen=True, slots=True)
class YearNotice:
    """The State Council's notice on the holidays of one year (国务院办公厅放假安排).

    `rest` are the days off, with or without the weekends inside a holiday; `work` are the weekend
    days worked instead (调休); `names` calls days off by their holiday. A notice may reach into the
    last days of the year before.
    """

    year: int
    rest: frozenset[date]
    work: frozenset[date]
    names: Mapping[date, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if both := self.rest & self.work:
            raise ValueError(f"{min(both)} cannot be both a day off and a working day.")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of the due day, or the minute itself of a limit by the clock, and how it was found.

    A provisional deadline rests on a year whose notice is not out yet and has to be worked out
    again when it is.
    """

    at: datetime
    derivation: str
    provisional: bool

    @property
    def day(self) -> date:
        """The due day in Shanghai: the day that ends at `at`, or in which it falls."""
        return _day_ending(self.at)


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The working days of one place, as far as notices are known; Monday to Friday beyond.

    One calendar equals only itself: what was found by it is kept and looked up by it, a thousand
    times a second, and comparing all its days each time would cost more than finding it anew.

    `local_rest` are days off of that place alone, such as the anniversary of an autonomous
    prefecture, with their names.
    """

    version: int
    notices: Mapping[int, YearNotice] = field(hash=False)
    local_rest: Mapping[date, str] = field(default_factory=dict, hash=False)
    _off: frozenset[date] = field(init=False, repr=False, compare=False)
    _made_up: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _named: tuple[tuple[date, str], ...] = field(init=False, repr=False, compare=False)
    _years: dict[int, list[date]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay out what the notices say together, so that every question is a look-up."""
        work: frozenset[date] = frozenset().union(*(n.work for n in self.notices.values()))
        off = frozenset(self.local_rest).union(*(n.rest for n in self.notices.values()))
        names = dict.fromkeys(off, _UNNAMED)
        for notice in self.notices.values():
            names.update(notice.names)
        names.update(self.local_rest)
        fix = object.__setattr__
        fix(self, "_off", off)
        fix(self, "_made_up", tuple(sorted(work - off)))
        fix(self, "_named", tuple((d, names[d]) for d in sorted(names) if not self.is_working(d)))
        fix(self, "_years", {})

    # What kind of day

    def knows(self, year: int) -> bool:
        """Whether the notice of that year is known."""
        return year in self.notices

    def is_working(self, day: date) -> bool:
        """Whether people work on that day: Monday to Friday but for days off, and 调休 days."""
        return day not in self._off and (day.weekday() < 5 or day in self._made_up)

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days lie after `a` up to and including `b`; negative when b is past.

        From today to the due day this is the number in 还剩 3 个工作日, and 0 on the due day.
        """
        return self._count(a, b) if a <= b else -self._count(b, a)

    # Deadlines

    def add(
        self,
        term: Term,
        start: datetime,
        *,
        suspensions: tuple[Suspension, ...] = (),
        year: int | None = None,
    ) -> Deadline:
        """Find the deadline of a term that starts at an instant.

        Days that a suspension touches do not count. A fixed date lies in `year`, by default that
        of the start, and no suspension moves it. Hours and minutes ask for no calendar.
        """
        first = local_day(start)
        if isinstance(term, Duration) and term.unit.minutes:
            spans = tuple((a.astimezone(ZONE), b.astimezone(ZONE)) for a, b in suspensions)
            end, words = clockwise.end_of(term, start.astimezone(ZONE), spans)
            return Deadline(end.astimezone(UTC), words, provisional=False)
        return _deadline_of(self, term, first, suspensions, year)

    def _find(
        self, term: Term, first: date, suspensions: tuple[Suspension, ...], year: int | None
    ) -> Deadline:
        if isinstance(term, FixedDate):
            return self._by_date(term, first.year, year or first.year)
        paused = _paused_days(suspensions)
        if term.unit is Unit.WORKING_DAYS:
            return self._after_working_days(term, first, paused)
        return self._after_days(term, first, paused)

    def _after_working_days(self, term: Duration, first: date, paused: frozenset[date]) -> Deadline:
        """Count working days; the first day is not counted unless the term says so (民法典 201)."""
        origin = _origin(term, first)

        def lost(due: date) -> int:
            return sum(1 for day in paused if origin < day <= due and self.is_working(day))

        due = _reach(lambda more: self._step(origin, term.count + more), lost)
        parts = [
            _from_words(term, first),
            *self._holiday_words(origin, due, paused, first.year),
            *_pause_words(origin, due, paused, first.year),
            f"至 {_say(due, first.year)}",
        ]
        return self._deadline(due, parts, range((origin + _DAY).year, due.year + 1))

    def _after_days(self, term: Duration, first: date, paused: frozenset[date]) -> Deadline:
        """Count calendar days or months; an end on a day off moves to the next working day.

        Months end on the same day number or the month's last day (民法典 202); the move is 203.
        """
        origin = _origin(term, first)
        whole = term.count if term.unit is Unit.DAYS else days_in_months(origin, term.count)

        def lost(due: date) -> int:
            return sum(1 for day in paused if origin < day <= due)

        end = _reach(lambda more: origin + timedelta(days=whole + more), lost)
        due = end if self.is_working(end) else self._next_working(end, paused)
        parts = [
            _from_words(term, first),
            *_pause_words(origin, due, paused, first.year),
            _end_words(end, due, first.year),
        ]
        return self._deadline(due, parts, range(end.year, due.year + 1))

    def _by_date(self, term: FixedDate, start_year: int, year: int) -> Deadline:
        """Take the date as written, or the last working day on or before it."""
        written = date(year, term.month, term.day)
        if not term.last_working_day:
            return self._deadline(written, [f"至 {_say(written, start_year)}（固定日期）"], ())
        due = written if self.is_working(written) else self._step(written, -1)
        parts = [term.in_words(), _end_words(written, due, start_year)]
        return self._deadline(due, parts, range(due.year, written.year + 1))

    def _deadline(self, due: date, parts: list[str], years: Iterable[int]) -> Deadline:
        """Put a deadline together; `years` are those whose notices decided the date."""
        unknown = [str(year) for year in years if not self.knows(year)]
        note = f"（{'、'.join(unknown)} 年放假通知未发布，日期待校正）" if unknown else ""
        return Deadline(day_begins(due + _DAY), "，".join(parts) + note, bool(unknown))

    # Moments

    def moment(self, moment: Moment, due: datetime) -> datetime:
        """Find the instant of a moment around a deadline: "due" itself, otherwise 09:00.

        Hours and minutes are counted from the deadline, working days from the due day. Calendar
        days that end on a day off go on to the next working day in the direction in which they
        were counted.
        """
        if not moment.count:
            return due.astimezone(UTC)
        if moment.unit.minutes:
            return due.astimezone(UTC) + timedelta(minutes=moment.count * moment.unit.minutes)
        return _instant_of(self, moment, _day_ending(due))

    def _around(self, moment: Moment, day: date) -> datetime:
        if moment.unit is Unit.WORKING_DAYS:
            return _instant(self._step(day, moment.count), RUNG_HOUR)
        day += timedelta(days=moment.count)
        if not self.is_working(day):
            day = self._step(day, 1 if moment.count > 0 else -1)
        return _instant(day, RUNG_HOUR)

    def next_working_instant(self, now: datetime, hour: int) -> datetime:
        """Find the first working day's hour:00 in Shanghai that is at or after `now`."""
        day = local_day(now)
        if not self.is_working(day) or _instant(day, hour) < now:
            day = self._step(day, 1)
        return _instant(day, hour)

    # Counting: working days are listed once a year and found by bisection

    def _working(self, year: int) -> list[date]:
        if year not in self._years:
            days = (date(year, 1, 1) + timedelta(days=n) for n in range(_length(year)))
            self._years[year] = [day for day in days if self.is_working(day)]
        return self._years[year]

    def _count(self, after: date, until: date) -> int:
        """Working days after one day up to and including another, no earlier one."""
        whole_years = sum(len(self._working(year)) for year in range(after.year, until.year))
        reached = bisect_right(self._working(until.year), until)
        return whole_years + reached - bisect_right(self._working(after.year), after)

    def _step(self, day: date, count: int) -> date:
        """The count-th working day after a day, or before it when count is negative."""
        year, days = day.year, self._working(day.year)
        place = bisect_right(days, day) + count - 1 if count > 0 else bisect_left(days, day) + count
        while place >= len(days):
            place -= len(days)
            year += 1
            days = self._working(year)
        while place < 0:
            year -= 1
            days = self._working(year)
            place += len(days)
        return days[place]

    def _next_working(self, day: date, paused: frozenset[date]) -> date:
        """The first working day after a day on which the clock runs."""
        day = self._step(day, 1)
        while day in paused:
            day = self._step(day, 1)
        return day

    def _holiday_words(
        self, origin: date, due: date, paused: frozenset[date], year: int
    ) -> list[str]:
        """Name the holidays left out and the 调休 days counted in after origin up to due."""
        after = origin + _DAY
        off: dict[str, int] = {}
        for day, name in islice(self._named, bisect_left(self._named, (after, "")), None):
            if day > due:
                break
            if day not in paused:
                off[name] = off.get(name, 0) + 1
        i, j = bisect_left(self._made_up, after), bisect_right(self._made_up, due)
        made_up = [_say(day, year) for day in self._made_up[i:j] if day not in paused]
        words = []
        if off:
            words.append("扣除" + "、".join(f"{name} {n} 日" for name, n in off.items()))
        if made_up:
            words.append(f"计入 {'、'.join(made_up)}调休")
        return words


# Many cases share a term, a day and a calendar: what was worked out and said once is kept.


@lru_cache(maxsize=4096)
def _deadline_of(
    calendar: Calendar,
    term: Term,
    first: date,
    suspensions: tuple[Suspension, ...],
    year: int | None,
) -> Deadline:
    return calendar._find(term, first, suspensions, year)


@lru_cache(maxsize=4096)
def _instant_of(calendar: Calendar, moment: Moment, day: date) -> datetime:
    return calendar._around(moment, day)


def local_day(instant: datetime) -> date:
    """The day in Shanghai on which an instant falls; ValueError if the instant has no zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone.")
    return instant.astimezone(ZONE).date()


def day_begins(day: date) -> datetime:
    """The first instant of a day in Shanghai."""
    return _instant(day, 0)


# Days and instants


def _instant(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def _day_ending(end: datetime) -> date:
    return local_day(end - _TICK)


def _length(year: int) -> int:
    return 366 if gregorian.isleap(year) else 365


def days_in_months(day: date, months: int) -> int:
    """Days to the same day number some months later, or to that month's last day (民法典 202)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    last = gregorian.monthrange(year, month)[1]
    return (date(year, month, min(day.day, last)) - day).days


def _origin(term: Duration, first: date) -> date:
    """The day after which counting starts."""
    return first - _DAY if term.first_day else first


# Suspensions


def _paused_days(suspensions: tuple[Suspension, ...]) -> frozenset[date]:
    """The days that suspensions touch; one that ends at 0:00 does not touch the day beginning."""
    spans = [(local_day(a), _day_ending(b)) for a, b in suspensions if a < b]
    return frozenset(a + timedelta(days=n) for a, b in spans for n in range((b - a).days + 1))


def _reach(advance: Callable[[int], date], lost: Callable[[date], int]) -> date:
    """The first day that leaves a full term when the days lost on the way are added to it."""
    more = 0
    while (missing := lost(due := advance(more))) != more:
        more = missing
    return due


# Words


def _say(day: date, year: int) -> str:
    """A date in Chinese, with its year only where that is another one."""
    words = f"{day.month}月{day.day}日"
    return words if day.year == year else f"{day.year}年{words}"


def _from_words(term: Duration, first: date) -> str:
    since = "当日" if term.first_day else "次日"
    return f"{term.length_in_words()}，自 {_say(first, first.year)}{since}起"


def _pause_words(origin: date, due: date, paused: frozenset[date], year: int) -> list[str]:
    days = sorted(day for day in paused if origin < day <= due)
    if not days:
        return []
    firsts = [day for day in days if day - _DAY not in paused or day == days[0]]
    lasts = [day for day in days if day + _DAY not in paused or day == days[-1]]
    spans = (
        _say(a, year) + (f"—{_say(b, year)}" if a < b else "")
        for a, b in zip(firsts, lasts, strict=True)
    )
    return [f"中止计时 {len(days)} 日（{'、'.join(spans)}）"]


def _end_words(end: date, due: date, year: int) -> str:
    """Say where a term ends, and where to it moved if its last day is a day off."""
    if end == due:
        return f"至 {_say(due, year)}"
    moved = f"顺延至 {_say(due, year)}" if due > end else f"提前至 {_say(due, year)}"
    return f"期满日 {_say(end, year)}为休息日，{moved}"
