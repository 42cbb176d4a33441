"""减负: what a unit was told and asked for week by week, and by whom."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from api.presenting.fields import Option
from api.presenting.lists import LedgerLink
from api.presenting.wording import Names, in_full
from workflow.engine.calendar import local_day
from workflow.engine.definition import Definition
from workflow.engine.flow import events_in
from workflow.store.outgoing.burden import Beyond, Letter, Task

CLOCK = "系统定期发起"


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A week: how many messages came, things were asked, reports among them."""

    label: str
    letters: int
    tasks: int
    reports: int


@dataclass(frozen=True, slots=True)
class AskingRow:
    """Whoever asked, in which workflow, how often; whether for a report."""

    unit: str
    workflow: str
    tasks: int
    report: bool


@dataclass(frozen=True, slots=True)
class BeyondRow:
    """Something asked beyond the budget: when, by whom, and why."""

    when: str
    unit: str
    person: str
    workflow: str
    reason: str


@dataclass(frozen=True, slots=True)
class BurdenPage:
    """What one unit was told and asked for."""

    tabs: tuple[LedgerLink, ...]
    unit: str
    units: tuple[Option, ...]
    people: int
    weeks: tuple[WeekRow, ...]
    asking: tuple[AskingRow, ...]
    beyond: tuple[BeyondRow, ...]
    more: bool


def weeks_of(
    letters: Iterable[Letter],
    tasks: Collection[Task],
    periodic: Collection[str],
    mondays: Iterable[date],
) -> tuple[WeekRow, ...]:
    """The figures week by week, in the order of these Mondays."""
    told = Counter(_monday(local_day(one.at)) for one in letters)
    asked = Counter(_monday(local_day(one.at)) for one in tasks)
    reports = Counter(_monday(local_day(one.at)) for one in tasks if one.workflow in periodic)
    return tuple(
        WeekRow(f"{day.month}月{day.day}日起一周", told[day], asked[day], reports[day])
        for day in mondays
    )


def asking_of(
    tasks: Iterable[Task],
    periodic: Collection[str],
    units: Callable[[int | None], str],
    titles: Callable[[str], str],
) -> tuple[AskingRow, ...]:
    """Who asked for what, the most first."""
    counts = Counter((one.by, one.workflow) for one in tasks)
    rows = [
        AskingRow(units(by) if by is not None else CLOCK, titles(name), n, name in periodic)
        for (by, name), n in counts.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.tasks, row.unit, row.workflow)))


def beyond_of(rows: Iterable[Beyond], named: Names) -> tuple[BeyondRow, ...]:
    """What was asked beyond a budget, each under its author's name."""
    return tuple(
        BeyondRow(
            in_full(local_day(one.at)),
            named.unit(one.unit),
            named.person(one.person),
            named.workflow(one.workflow),
            one.reason,
        )
        for one in rows
    )


def reasons_of(definitions: Iterable[Definition]) -> dict[tuple[str, str], str]:
    """The facts that say why a budget was exceeded, by workflow and event."""
    return {
        (definition.workflow, name): event.burden.beyond
        for definition in definitions
        for state in definition.states
        for name, event in events_in(definition, state)
        if event.burden is not None
    }


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def mondays_before(today: date, weeks: int) -> tuple[date, ...]:
    """The Mondays of this week and those before it, the latest first."""
    return tuple(_monday(today) - timedelta(weeks=one) for one in range(weeks))
