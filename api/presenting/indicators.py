"""Indicators: a table of units by periods, each row with its line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.presenting.fields import Option
from api.presenting.lists import LedgerLink
from api.presenting.wording import NOTHING
from workflow.measuring import periods
from workflow.measuring.model import Indicator

PERIODS = 12
"""How many periods are columns, the latest ones."""
_WIDE, _HIGH, _EDGE = 120, 28, 3
EVERY = {"year": "每年", "quarter": "每季", "month": "每月"}
BETTER = {"more": "越高越好", "less": "越低越好"}


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A unit's figures; `line` are the points of a polyline, empty for fewer than two."""

    unit: str
    cells: tuple[str, ...]
    share: int
    line: str


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    """One indicator of the units that a reader sees."""

    tabs: tuple[LedgerLink, ...]
    note: str
    options: tuple[Option, ...]
    title: str
    facts: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[SeriesRow, ...]


def facts_of(one: Indicator, office: str) -> tuple[str, ...]:
    """What is to be known of an indicator, in short sentences."""
    facts = [f"计量：{one.measure}", EVERY[one.every], BETTER[one.better], f"填报：{office}"]
    return (*facts, *([f"来源：{one.source}"] if one.source else []))


def series_rows(
    found: Sequence[Mapping[str, Any]],
) -> tuple[tuple[str, ...], tuple[SeriesRow, ...]]:
    """The heads of the latest periods, and a row a unit."""
    shown = sorted({row["period"] for row in found})[-PERIODS:]
    units: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in found:
        units.setdefault(row["short_name"], {})[row["period"]] = row
    values = [row["value"] for row in found if row["value"] is not None]
    low, high = min(values, default=0.0), max(values, default=0.0)
    rows = []
    for unit, by_period in units.items():
        own = [by_period[one]["value"] if one in by_period else None for one in shown]
        known = [value for value in own if value is not None]
        latest = known[-1] if known else None
        cells = tuple(
            NOTHING if one not in by_period else number(by_period[one]["value"]) for one in shown
        )
        share = 0 if latest is None or high <= 0 else max(0, round(100 * latest / high))
        rows.append(SeriesRow(unit, cells, share, _line(own, low, high)))
    return tuple(map(periods.in_words, shown)), tuple(rows)


def number(value: float | None) -> str:
    """A figure with separators; 不适用 where it does not apply."""
    if value is None:
        return "不适用"
    return f"{int(value):,}" if value == int(value) else f"{value:,.2f}".rstrip("0")


def _line(values: Iterable[float | None], low: float, high: float) -> str:
    """The points of a polyline over the periods, higher figures higher."""
    own = list(values)
    span, step = (high - low) or 1, (_WIDE - 2 * _EDGE) / max(1, len(own) - 1)
    points = [
        f"{_EDGE + at * step:.1f},{_HIGH - _EDGE - (value - low) / span * (_HIGH - 2 * _EDGE):.1f}"
        for at, value in enumerate(own)
        if value is not None
    ]
    return " ".join(points) if len(points) > 1 else ""
