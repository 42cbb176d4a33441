"""减负: what a unit was asked for week by week, and by whom."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from api.presenting.fields import Option
from api.presenting.lists import LedgerLink
from workflow.engine.calendar import local_day
from workflow.store.outgoing.weekly_burden import Asked

Some = Collection[Asked]
Key = TypeVar("Key")

CLOCK = "系统定期发起"


@dataclass(frozen=True, slots=True)
class BurdenRow:
    """A week, or whoever asked: how many messages came, forms were filled, reports among them."""

    label: str
    messages: int
    forms: int
    reports: int


@dataclass(frozen=True, slots=True)
class BurdenPage:
    """What one unit was asked for."""

    tabs: tuple[LedgerLink, ...]
    unit: str
    units: tuple[Option, ...]
    people: int
    weeks: tuple[BurdenRow, ...]
    asking: tuple[BurdenRow, ...]
    more: bool


def weeks_of(
    messages: Some, steps: Some, periodic: Collection[str], mondays: Iterable[date]
) -> tuple[BurdenRow, ...]:
    """The figures week by week, in the order of these Mondays."""
    counts = _counted(messages, steps, periodic, lambda one: _monday(local_day(one.at)))
    return tuple(
        BurdenRow(f"{day.month}月{day.day}日起一周", *counts.get(day, (0, 0, 0))) for day in mondays
    )


def asking_of(
    messages: Some, steps: Some, periodic: Collection[str], titles: Callable[[str], str]
) -> tuple[BurdenRow, ...]:
    """The same by who began the case and in which workflow, the most first."""
    counts = _counted(
        messages, steps, periodic, lambda one: (one.by_unit or CLOCK, titles(one.workflow))
    )
    rows = [BurdenRow(f"{unit}：{title}", *some) for (unit, title), some in counts.items()]
    return tuple(sorted(rows, key=lambda row: (-row.messages - row.forms, row.label)))


def _counted(
    messages: Some, steps: Some, periodic: Collection[str], key: Callable[[Asked], Key]
) -> dict[Key, tuple[int, int, int]]:
    told = Counter(map(key, messages))
    filled = Counter(map(key, steps))
    reports = Counter(key(one) for one in steps if one.workflow in periodic)
    return {one: (told[one], filled[one], reports[one]) for one in told | filled}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def mondays_before(today: date, weeks: int) -> tuple[date, ...]:
    """The Mondays of this week and those before it, the latest first."""
    return tuple(_monday(today) - timedelta(weeks=one) for one in range(weeks))
