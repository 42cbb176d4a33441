"""The page on which a table is turned into cases."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.presenting.indicators import number
from api.spreadsheets.figure_list import FigureLine, FigureReport
from workflow.measuring.model import Indicator
from workflow.measuring.periods import in_words


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What became of a row, and what it is `about`; `errors` are sentences by column."""

    row: int
    about: str
    ok: bool
    url: str
    number: str
    errors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The form, and once a file was `looked` at or its rows `committed`, what became of them.

    `kept` is the file that the next form sends, in base64; empty when it has to be chosen again.
    """

    workflow: str
    title: str
    template: str
    problem: str
    looked: bool
    committed: bool
    wrong: int
    rows: tuple[ImportRow, ...]
    kept: str


@dataclass(frozen=True, slots=True)
class FigureLineShown:
    """What became of a row of figures: in words, or what is wrong by column."""

    row: int
    words: str
    errors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FigureImportPage:
    """The form, and what became of a file's figures; at most `MOST_SHOWN` rows are shown."""

    problem: str = ""
    looked: bool = False
    committed: bool = False
    wrong: int = 0
    rows: tuple[FigureLineShown, ...] = ()
    total: int = 0
    kept: str = ""


MOST_SHOWN = 500


def figure_rows(
    report: FigureReport, indicators: Mapping[str, Indicator]
) -> tuple[FigureLineShown, ...]:
    """The rows in words, those that are wrong first."""
    lines = sorted(report.lines, key=lambda line: (line.entry is not None, line.row))
    return tuple(_figure_row(line, indicators) for line in lines[:MOST_SHOWN])


def _figure_row(line: FigureLine, indicators: Mapping[str, Indicator]) -> FigureLineShown:
    entry = line.entry
    if entry is None:
        return FigureLineShown(line.row, "", tuple(line.errors.items()))
    one = indicators[entry.indicator]
    value = f"{number(entry.value)} {one.measure}" if entry.value is not None else "不适用"
    return FigureLineShown(line.row, f"{one.title} {in_words(entry.period)} {value}", ())
