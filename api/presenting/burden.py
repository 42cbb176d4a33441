"""减负: what a unit was told and asked for week by week, and by whom."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from api.presenting.fields import Option
from api.presenting.lists import LedgerLink
from api.presenting.wording import Names, in_full
from workflow.burden import BY_CALENDAR
from workflow.engine.calendar import local_day
from workflow.engine.definition import Definition, Event
from workflow.engine.flow import events_in
from workflow.store.outgoing.burden import Beyond, Form, Letter, Reasons, Task


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A week: how many messages came, things were asked, reports among them; how often something
    was filled in, with how many fields; who came to visit.
    """

    label: str
    letters: int
    tasks: int
    reports: int
    forms: int
    fields: int
    visits: int


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """How much of a budget this week has used; `by` are workflows that declare it."""

    title: str
    used: int
    budget: int
    by: str


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
    budgets: tuple[BudgetRow, ...]
    asking: tuple[AskingRow, ...]
    beyond: tuple[BeyondRow, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Metered:
    """All that a unit was asked in some weeks; `visits` are days."""

    letters: Collection[Letter]
    tasks: Collection[Task]
    forms: Collection[Form]
    visits: Collection[date]


def weeks_of(
    metered: Metered, periodic: Collection[str], mondays: Iterable[date]
) -> tuple[WeekRow, ...]:
    """The figures week by week, in the order of these Mondays."""
    told = Counter(_monday(local_day(one.at)) for one in metered.letters)
    asked = Counter(_monday(local_day(one.at)) for one in metered.tasks)
    reports = Counter(
        _monday(local_day(one.at)) for one in metered.tasks if one.is_report(periodic)
    )
    forms = Counter(_monday(local_day(one.at)) for one in metered.forms)
    fields = Counter[date]()
    for one in metered.forms:
        fields[_monday(local_day(one.at))] += one.fields
    visits = Counter(map(_monday, metered.visits))
    return tuple(
        WeekRow(
            f"{day.month}月{day.day}日起一周",
            told[day],
            asked[day],
            reports[day],
            forms[day],
            fields[day],
            visits[day],
        )
        for day in mondays
    )


_BUDGETS: Mapping[str, str] = {
    "tasks": "要办的事（件）",
    "reports": "报告（份）",
    "forms": "填报（次）",
    "fields": "填写（项）",
    "messages": "消息（条）",
    "visits": "到场（次）",
}


def budgets_of(
    week: WeekRow, selector: str, definitions: Iterable[Definition]
) -> tuple[BudgetRow, ...]:
    """What this week has used of the tightest budget of each kind for units of this kind."""
    used = {
        "tasks": week.tasks,
        "reports": week.reports,
        "forms": week.forms,
        "fields": week.fields,
        "messages": week.letters,
        "visits": week.visits,
    }
    found: dict[str, list[tuple[int, str]]] = {}
    for definition in definitions:
        for _, event in _with_budgets(definition):
            for one in event.burden:
                if selector in one.a_week:
                    found.setdefault(one.counts, []).append(
                        (one.a_week[selector], definition.title)
                    )
    return tuple(
        BudgetRow(
            _BUDGETS[kind],
            used[kind],
            min(found[kind])[0],
            "、".join(dict.fromkeys(title for _, title in found[kind])),
        )
        for kind in _BUDGETS
        if kind in found
    )


def _with_budgets(definition: Definition) -> Iterator[tuple[str, Event]]:
    for state in definition.states:
        for name, event in events_in(definition, state):
            if event.burden:
                yield name, event


def asking_of(
    tasks: Iterable[Task],
    periodic: Collection[str],
    units: Callable[[int | None], str],
    titles: Callable[[str], str],
) -> tuple[AskingRow, ...]:
    """Who asked for what, the most first."""
    counts = Counter((one.by, one.workflow) for one in tasks)
    rows = [
        AskingRow(units(by) if by is not None else BY_CALENDAR, titles(name), n, name in periodic)
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


def reasons_of(definitions: Iterable[Definition], *, visits: bool = False) -> Reasons:
    """The facts that say why a budget was exceeded: of visits, or of everything else."""
    return {
        (definition.workflow, name): one.beyond
        for definition in definitions
        for name, event in _with_budgets(definition)
        for one in event.burden
        if (one.counts == "visits") == visits
    }


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def mondays_before(today: date, weeks: int) -> tuple[date, ...]:
    """The Mondays of this week and those before it, the latest first."""
    return tuple(_monday(today) - timedelta(weeks=one) for one in range(weeks))
