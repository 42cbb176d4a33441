"""Boards: what counts, months, days and delays look like on a page, and how units add up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from api.presenting.fields import Option
from api.presenting.lists import LedgerLink, WorkItem
from workflow.engine.calendar import Calendar
from workflow.engine.definition import Definition

Row = Mapping[str, Any]
STEPS = 5
"""Shades of a heat table, besides none."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its word; `url` shows the cases behind it, `light` is a class of lights."""

    label: str
    number: str
    url: str = ""
    light: str = ""


@dataclass(frozen=True, slots=True)
class SpanRow:
    """What is open of a workflow or a unit, and of it what is overdue or due this week."""

    label: str
    open: Figure
    week: Figure
    late: Figure
    share: int


@dataclass(frozen=True, slots=True)
class RungLine:
    """How many overdue cases of a workflow stand at a rung, and what that rung did."""

    workflow: str
    when: str
    follows: str
    number: str


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """督办总览."""

    tabs: tuple[LedgerLink, ...]
    day: str
    figures: tuple[Figure, ...]
    workflows: tuple[SpanRow, ...]
    units: tuple[SpanRow, ...]
    worst: tuple[WorkItem, ...]
    rungs: tuple[RungLine, ...]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One number of a heat table; `shade` is 0 to STEPS, and the number always stands in it."""

    number: str
    shade: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A unit and its months."""

    label: str
    cells: tuple[HeatCell, ...]
    total: str


@dataclass(frozen=True, slots=True)
class HeatPage:
    """Units by months."""

    tabs: tuple[LedgerLink, ...]
    workflows: tuple[Option, ...]
    whats: tuple[Option, ...]
    months: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class MonthRow:
    """What came in and what was closed in a month; shares are 0 to 100 of the most."""

    label: str
    opened: str
    closed: str
    opened_share: int
    closed_share: int


@dataclass(frozen=True, slots=True)
class StayRow:
    """How long cases stay in a state: the median in days, out of how many stays."""

    state: str
    days: str
    stays: str
    share: int


@dataclass(frozen=True, slots=True)
class TrendPage:
    """Months, and how long each state takes where `one` workflow is chosen."""

    tabs: tuple[LedgerLink, ...]
    workflows: tuple[Option, ...]
    months: tuple[MonthRow, ...]
    stays: tuple[StayRow, ...]
    sample: str
    one: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar; `weekday` is 1 for a Monday."""

    number: int
    label: str
    weekday: int
    rests: bool
    today: bool
    past: bool
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """Which limits end on which day of a month."""

    tabs: tuple[LedgerLink, ...]
    title: str
    previous: str
    following: str
    days: tuple[Day, ...]
    total: int
    chosen: str
    items: tuple[WorkItem, ...]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One unit's case of a period."""

    item: WorkItem
    marks: tuple[str, ...]
    closed: str


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """Who has reported and who is late, for one period of one workflow; `more` where there
    are units neither listed nor in the figures.
    """

    tabs: tuple[LedgerLink, ...]
    workflows: tuple[Option, ...]
    years: tuple[Option, ...]
    figures: tuple[Figure, ...]
    rows: tuple[ReportRow, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Pain:
    """One of the things that hurt: what, how bad, and the cases or lines that show it."""

    title: str
    sentence: str
    items: tuple[WorkItem, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BriefPage:
    """One page for a leader."""

    tabs: tuple[LedgerLink, ...]
    day: str
    pains: tuple[Pain, ...]


_TABS = (
    ("/boards", "总览"),
    ("/boards/brief", "一页看清"),
    ("/boards/calendar", "期限日历"),
    ("/boards/visits", "走访日历"),
    ("/boards/reports", "定期报告"),
    ("/boards/units", "单位和月份"),
    ("/boards/trends", "趋势"),
    ("/boards/burden", "减负"),
    ("/indicators", "监测指标"),
    ("/assessments", "考核"),
    ("/duties", "责任清单"),
)


def tabs(here: str) -> tuple[LedgerLink, ...]:
    """The boards to choose from."""
    return tuple(LedgerLink(url, title, here=url == here) for url, title in _TABS)


def heads_of(paths: Mapping[int, str]) -> dict[int, int]:
    """For each unit the one it is added up under: the child, on its way, of what all have above.

    A board of a prefecture adds up by county, one of a county by township; `paths` are /1/2/7/.
    """
    ways = {unit: [int(one) for one in path.strip("/").split("/")] for unit, path in paths.items()}
    common = _common(list(ways.values()))
    return {unit: way[min(common, len(way) - 1)] for unit, way in ways.items()}


def _common(ways: Sequence[Sequence[int]]) -> int:
    """How many units from the top all have in common."""
    common = 0
    for step in zip(*ways, strict=False):
        if len(set(step)) > 1:
            break
        common += 1
    return common


def shade(number: int, most: int) -> int:
    """The shade of a number in a table whose greatest is `most`; none where that is not said."""
    return max(1, -(-STEPS * number // most)) if number and most else 0


def heat_row(label: str, numbers: Sequence[int], most: int) -> HeatRow:
    """A row of a heat table."""
    cells = tuple(HeatCell(f"{n:,}" if n else "", shade(n, most)) for n in numbers)
    return HeatRow(label, cells, f"{sum(numbers):,}")


def month_rows(
    labels: Sequence[str], opened: Sequence[int], closed: Sequence[int]
) -> tuple[MonthRow, ...]:
    """Months with their bars."""
    most = max(*opened, *closed, 1)
    return tuple(
        MonthRow(label, f"{n:,}", f"{m:,}", 100 * n // most, 100 * m // most)
        for label, n, m in zip(labels, opened, closed, strict=True)
    )


def stays_of(definition: Definition, moves: Iterable[Row]) -> tuple[StayRow, ...]:
    """The median stay in each state that cases have left, in the definition's order."""
    stays: dict[str, list[float]] = {}
    case, state, since = None, "", None
    for move in moves:
        if move["case_id"] != case or since is None:
            case, state, since = move["case_id"], move["to_state"], move["at"]
        elif move["to_state"] != state:
            stays.setdefault(state, []).append((move["at"] - since).total_seconds() / 86_400)
            state, since = move["to_state"], move["at"]
    medians = {
        name: median(stays[name])
        for name, spec in definition.states.items()
        if name in stays and not spec.final
    }
    most = max(medians.values(), default=0) or 1
    return tuple(
        StayRow(
            definition.states[name].title,
            f"{days:.1f} 天" if days >= 1 else "不到一天",
            f"{len(stays[name])} 次",
            int(100 * days / most),
        )
        for name, days in medians.items()
    )


def day_label(calendar: Calendar, day: date) -> str:
    """A day as a phone reads it: 3月6日 周五，休息日."""
    rest = "" if calendar.is_working(day) else "，休息日"
    return f"{day.month}月{day.day}日 周{'一二三四五六日'[day.weekday()]}{rest}"
