"""When things are done: the days of a story's acts as instants, and the agenda that holds them.

Chance is seeded by what the act is about, never by a counter, so that a change to one case leaves
the days of the others alone.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Generic, TypeVar

from api.demo.story import Act, Range, Span
from workflow.engine.calendar import ZONE, Calendar, local_day
from workflow.engine.case import Case
from workflow.engine.sight import due_day
from workflow.engine.terms import Moment, parse_term

T = TypeVar("T")

OFFICE_OPENS, NOON, AFTERNOON, OFFICE_CLOSES = time(9), time(12), time(14), time(17, 30)
_STEP_MINUTES = 5
_STEP = timedelta(minutes=_STEP_MINUTES)
_NOON_REST = timedelta(hours=2)


def instant_of(text: str) -> datetime:
    """A date, or a date and a time, in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def plan(
    acts: Sequence[Act], case: Case, calendar: Calendar, seed: str, since: datetime
) -> list[tuple[datetime, Act]]:
    """When each act is done, one after the other; left out are those that are not for this case's
    lot, and optional ones that come too late.
    """
    planned: list[tuple[datetime, Act]] = []
    base = since
    lot = Random(f"{seed}|lot").randint(1, 100)
    for number, act in enumerate(acts):
        if act.lot is not None and not act.lot[0] <= lot <= act.lot[1]:
            continue
        at = _when(act, case, calendar, Random(f"{seed}|{number}"), base)
        planned.append((at, act))
        base = base if act.optional else at
    return [
        (at, act)
        for number, (at, act) in enumerate(planned)
        if not (act.optional and any(later <= at for later, _ in planned[number + 1 :]))
    ]


def _when(act: Act, case: Case, calendar: Calendar, chance: Random, base: datetime) -> datetime:
    if act.at is not None:
        return instant_of(act.at)
    if act.minutes is not None:
        return base + timedelta(minutes=chance.randint(*act.minutes))
    if act.between is not None:
        return max(moment_within(act.between, chance, calendar), base)
    if case.due is not None and (act.before is not None or act.late is not None):
        day = due_day(case.due.at)
        if days := _days_from_due(act.before, act.late, chance):
            day = local_day(calendar.moment(Moment(days), case.due.at))
        return _in_office_hours(max(_hour(day, chance), base), base, calendar)
    days = chance.randint(*(act.after or (0, 0)))
    if days == 0:
        later = base + timedelta(minutes=_STEP_MINUTES * chance.randint(4, 24))
        return _in_office_hours(later, base, calendar)
    reached = calendar.add(parse_term(f"{days} working days"), base)
    return _hour(reached.day, chance)


def _days_from_due(before: Range | None, late: Range | None, chance: Random) -> int:
    return chance.randint(*late) if late is not None else -chance.randint(*(before or (0, 0)))


def moment_within(span: Span, chance: Random, calendar: Calendar) -> datetime:
    """An instant in office hours on some working day of a span."""
    first, last = span
    day = first + timedelta(days=chance.randint(0, (last - first).days))
    at = _hour(day, chance)
    return at if calendar.is_working(day) else calendar.next_working_instant(at, OFFICE_OPENS.hour)


def spread(span: Span, number: int, chance: Random, calendar: Calendar) -> Iterator[datetime]:
    """As many instants as wanted in office hours, spread evenly over a span."""
    first, last = span
    days = (last - first).days + 1
    for at in range(number):
        begins, ends = days * at // number, max(days * at // number, days * (at + 1) // number - 1)
        part = first + timedelta(days=begins), first + timedelta(days=ends)
        yield moment_within(part, chance, calendar)


def _hour(day: date, chance: Random) -> datetime:
    """Some time of the day in office hours."""
    office = timedelta(hours=OFFICE_CLOSES.hour - OFFICE_OPENS.hour, minutes=30) - _NOON_REST
    offset = timedelta(minutes=_STEP_MINUTES * chance.randint(0, office // _STEP))
    return _after_noon((datetime.combine(day, OFFICE_OPENS, ZONE) + offset).astimezone(UTC))


def _after_noon(at: datetime) -> datetime:
    """What would be done from noon on is done when the rest at noon is over."""
    return at + _NOON_REST if at.astimezone(ZONE).time() >= NOON else at


def _in_office_hours(at: datetime, base: datetime, calendar: Calendar) -> datetime:
    """The instant itself, or the next morning when the office is closed then."""
    at = at if at > base else base + _STEP
    local = at.astimezone(ZONE)
    if NOON <= local.time() < AFTERNOON:
        at = at + _NOON_REST
        local = at.astimezone(ZONE)
    if OFFICE_OPENS <= local.time() <= OFFICE_CLOSES and calendar.is_working(local.date()):
        return at
    return calendar.next_working_instant(at, OFFICE_OPENS.hour) + 4 * _STEP


def next_slot(at: datetime, minutes: int) -> datetime:
    """The next instant, or this one, that is so many minutes, or a multiple, after the hour."""
    over = timedelta(minutes=at.minute % minutes, seconds=at.second, microseconds=at.microsecond)
    return at + timedelta(minutes=minutes) - over if over else at


class Agenda(Generic[T]):
    """What is to be done when; of things at one instant, what was entered first comes first."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, T]] = []
        self._numbers = count()

    def enter(self, at: datetime, thing: T) -> None:
        """Something will be done at an instant."""
        heappush(self._heap, (at, next(self._numbers), thing))

    @property
    def next(self) -> datetime | None:
        """When the next thing is due; None when nothing is left."""
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: datetime) -> list[T]:
        """Everything due at `now`, taken off the agenda."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heappop(self._heap)[2])
        return due
