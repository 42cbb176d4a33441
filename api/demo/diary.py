"""When things are done: the days of a story's acts as instants, and the agenda that holds them.

Chance is seeded by what the act is about, never by a counter, so that a change to one case leaves
the days of the others alone.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any, Generic, TypeVar

from api.demo.story import Act
from workflow.engine.calendar import ZONE, Calendar, local_day
from workflow.engine.case import Case
from workflow.engine.sight import due_day
from workflow.engine.terms import Moment, parse_term

T = TypeVar("T")

OFFICE_OPENS, NOON, AFTERNOON, OFFICE_CLOSES = time(9), time(12), time(14), time(17, 30)
_STEP_MINUTES = 5
_STEP = timedelta(minutes=_STEP_MINUTES)
_NOON_REST = timedelta(hours=2)
_LATER = re.compile(r"\+(\d+ (?:working )?days?)")


def instant_of(text: str) -> datetime:
    """A date, or a date and a time, in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def plan(
    acts: Sequence[Act], case: Case, calendar: Calendar, seed: str, since: datetime
) -> list[tuple[datetime, Act]]:
    """When each act is done, one after the other; optional ones that come too late left out."""
    planned: list[tuple[datetime, Act]] = []
    base = since
    for number, act in enumerate(acts):
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
    if act.before is not None and case.due is not None:
        days = chance.randint(*act.before)
        day = due_day(case.due.at)
        if days:
            day = local_day(calendar.moment(Moment(-days), case.due.at))
        return _in_office_hours(max(_hour(day, chance), base), base, calendar)
    days = chance.randint(*(act.after or (0, 0)))
    if days == 0:
        later = base + timedelta(minutes=_STEP_MINUTES * chance.randint(4, 24))
        return _in_office_hours(later, base, calendar)
    reached = calendar.add(parse_term(f"{days} working days"), base)
    return _hour(reached.day, chance)


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


def written(value: Any, words: dict[str, Any], calendar: Calendar, now: datetime) -> Any:
    """What is written into a fact: `{name}` filled in, `today` and `+5 working days` as dates."""
    if isinstance(value, list):
        return [written(one, words, calendar, now) for one in value]
    if isinstance(value, dict):
        return {name: written(one, words, calendar, now) for name, one in value.items()}
    if not isinstance(value, str):
        return value
    if value == "today":
        return local_day(now).isoformat()
    if later := _LATER.fullmatch(value):
        return calendar.add(parse_term(later[1]), now).day.isoformat()
    return value.format_map(words) if "{" in value else value


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
