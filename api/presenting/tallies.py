"""统计: what a case counts of others, as a table whose numbers lead to the cases behind them."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.presenting.indicators import number
from api.presenting.lists import WorkItem
from api.presenting.wording import NOTHING
from workflow.engine.definition import Definition
from workflow.store.lists.tallies import Below
from workflow.tallying import Numbers, Tallied


@dataclass(frozen=True, slots=True)
class TallyCell:
    """A number; without an address there is nothing behind it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class TallyRow:
    """The numbers of one unit."""

    unit: str
    cells: tuple[TallyCell, ...]


@dataclass(frozen=True, slots=True)
class TallyTable:
    """The tallies of a case at this moment: a row for the whole, and one for each unit below."""

    case: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[TallyRow, ...]


@dataclass(frozen=True, slots=True)
class BehindPage:
    """The cases behind a number, as far as the reader sees them."""

    case: str
    title: str
    count: str
    hidden: str
    items: tuple[WorkItem, ...]


def tally_table(definition: Definition, found: Tallied, case: int) -> TallyTable:
    """The table of a case."""
    return TallyTable(
        case=f"/cases/{case}",
        title=f"{found.period}统计（此刻的数字）",
        heads=tuple(
            _head(tally.title, tally.per is not None) for tally in definition.tallies.values()
        ),
        rows=(
            _row("合计", found.unit, found.whole, definition, case),
            *(_row(one.name, one, numbers, definition, case) for one, numbers in found.below),
        ),
    )


def _head(title: str, share: bool) -> str:
    return f"{title}（%）" if share else title


def _row(label: str, unit: Below, numbers: Numbers, definition: Definition, case: int) -> TallyRow:
    return TallyRow(label, tuple(_cells(unit, numbers, definition, case)))


def _cells(unit: Below, numbers: Numbers, definition: Definition, case: int) -> Iterator[TallyCell]:
    for name in definition.tallies:
        value = numbers[name]
        there = f"/cases/{case}/tallies/{name}?unit={unit.id}" if value else ""
        yield TallyCell(NOTHING if value is None else number(value), there)
