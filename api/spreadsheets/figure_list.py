"""Figures of indicators from one table: 指标, 单位, 期别, 数值, 说明; a row a figure.

A value left empty with a remark says that the indicator does not apply to the unit (不适用).
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from api.auth import Someone
from api.context import Duban
from api.inspecting.refusing import BadFile
from api.spreadsheets.case_table import WHOLE_ROW, UnitNames, UnreadableFile
from api.spreadsheets.paper import HEAD, set_up_print
from api.spreadsheets.reading import Cell, NumberedRow, read_list
from workflow.assessing import check_keeper
from workflow.engine.errors import InvalidInput, Refusal
from workflow.measuring import periods
from workflow.measuring.model import Indicator
from workflow.measuring.shelf import InForce
from workflow.store.lists.units import units_of_kinds
from workflow.store.measuring.figures import Entry

HEADS = ("指标", "单位", "期别", "数值", "说明")
_MOST_UNITS = 100_000
_LONGEST_NOTE = 400


class FiguresRefused(InvalidInput):
    """Some rows are wrong, so no figure was entered; `data` has the report."""

    code = "rows_refused"


@dataclass(frozen=True, slots=True)
class FigureLine:
    """What became of a row: the figure it means, or what is wrong by column."""

    row: int
    entry: Entry | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FigureReport:
    """What became of a file."""

    lines: tuple[FigureLine, ...]
    committed: bool = False

    @property
    def wrong(self) -> int:
        """How many rows are refused."""
        return sum(line.entry is None for line in self.lines)


def import_figures(duban: Duban, someone: Someone, content: bytes, *, commit: bool) -> FigureReport:
    """Preview a file, or enter its figures, all or none; raises UnreadableFile, FiguresRefused."""
    in_force = duban.shelf.in_force()
    try:
        sheet = list(read_list(content, person=someone.person))
    except BadFile as error:
        raise UnreadableFile(error.sentence, {"reason": error.code}) from None
    if not sheet or [_text(cell) for cell in sheet[0][1]][: len(HEADS) - 1] != [*HEADS[:-1]]:
        raise UnreadableFile(f"表头应为：{'、'.join(HEADS)}。可以先下载模板")
    with duban.database.reading() as connection:
        lines = _read(connection, in_force, someone, sheet[1:])
    report = FigureReport(lines)
    if not commit:
        return report
    if report.wrong or not lines:
        data = {
            "rows": [{"row": one.row, "errors": dict(one.errors)} for one in lines if one.errors]
        }
        raise FiguresRefused(f"有 {report.wrong} 行有误，一个数也没有导入；改正后请重新上传", data)
    entries = [line.entry for line in lines if line.entry]
    digest = hashlib.sha256(b"figures\n" + content).hexdigest()
    duban.assessing.enter(in_force, entries, digest, someone.actor, duban.clock())
    return FigureReport(lines, committed=True)


def _read(
    connection: Connection, in_force: InForce, someone: Someone, rows: Sequence[NumberedRow]
) -> tuple[FigureLine, ...]:
    units = UnitNames(units_of_kinds(connection, None, _MOST_UNITS))
    names = {one.title: name for name, one in in_force.indicators.items()}
    lines: list[FigureLine] = []
    seen: set[tuple[str, int, str]] = set()
    for number, cells in rows:
        line = _line(number, cells, names, in_force.indicators, units)
        if entry := line.entry:
            key = (entry.indicator, entry.unit, entry.period)
            if key in seen:
                line = FigureLine(number, errors={WHOLE_ROW: "同一指标、单位、期别出现了两次"})
            seen.add(key)
        lines.append(line)
    return tuple(_kept(connection, in_force, someone, lines))


def _kept(
    connection: Connection, in_force: InForce, someone: Someone, lines: Sequence[FigureLine]
) -> list[FigureLine]:
    """The lines, refused where another office keeps the indicator."""
    refused: dict[str, str] = {}
    for name in {line.entry.indicator for line in lines if line.entry}:
        entries = [one.entry for one in lines if one.entry and one.entry.indicator == name]
        try:
            check_keeper(connection, in_force, entries, someone.actor)
        except Refusal as refusal:
            refused[name] = refusal.sentence
    return [
        FigureLine(line.row, errors={HEADS[0]: refused[line.entry.indicator]})
        if line.entry and line.entry.indicator in refused
        else line
        for line in lines
    ]


def _line(
    number: int,
    cells: Sequence[Cell],
    names: Mapping[str, str],
    indicators: Mapping[str, Indicator],
    units: UnitNames,
) -> FigureLine:
    given = [*cells, *[None] * len(HEADS)][: len(HEADS)]
    name = _text(given[0])
    name = names.get(name, name)
    if name not in indicators:
        return FigureLine(number, errors={HEADS[0]: f"没有“{name[:40]}”这个指标"})
    one, errors, found = indicators[name], {}, {}
    readers: Sequence[tuple[str, Any]] = (
        (HEADS[1], lambda: units.find(_text(given[1]), one.among, only=True)),
        (HEADS[2], lambda: periods.read(one.every, _text(given[2]))),
        (HEADS[3], lambda: read_value(one, given[3], _text(given[4]))),
    )
    for title, read in readers:
        try:
            found[title] = read()
        except ValueError as error:
            errors[title] = str(error)
    if errors:
        return FigureLine(number, errors=errors)
    note = _text(given[4])[:_LONGEST_NOTE] or None
    return FigureLine(number, Entry(name, found[HEADS[1]], found[HEADS[2]], found[HEADS[3]], note))


def read_value(one: Indicator, cell: Cell, note: str) -> float | None:
    """A figure within its bounds, None where it does not apply; raises ValueError in Chinese."""
    text = _text(cell).replace(",", "").replace("，", "").removesuffix("%").strip()
    if not text:
        if note:
            return None
        raise ValueError("请填写数值；不适用的，在说明里写明理由")
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"“{text[:20]}”不是数字") from None
    if value != value or abs(value) > 1e15:
        raise ValueError("应为数字")
    least = one.min if one.min is not None else value
    most = one.max if one.max is not None else value
    if not least <= value <= most:
        raise ValueError(f"应在 {least:g} 至 {most:g} 之间")
    return value


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) else repr(cell)
    return str(cell if cell is not None else "").strip()


_WIDTHS = (44, 24, 14, 14, 24)
_INDICATOR_HEADS = (("指标", 44), ("计量单位", 14))


def template(indicators: Mapping[str, Indicator]) -> bytes:
    """The xlsx to fill in, with the indicators to choose from."""
    import xlsxwriter  # only here: not needed to start

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(content, options)
    sheet, told = book.add_worksheet("指标数值"), book.add_worksheet("指标")
    bold = book.add_format({"bold": True, "bg_color": "#eef3f8", "border": 1, **HEAD})
    _heads(sheet, tuple(zip(HEADS, _WIDTHS, strict=True)), bold)
    _heads(told, _INDICATOR_HEADS, bold)
    for row, one in enumerate(indicators.values(), start=1):
        told.write_string(row, 0, one.title)
        told.write_string(row, 1, one.measure)
    if indicators:
        source = f"=指标!$A$2:$A${len(indicators) + 1}"
        sheet.data_validation(1, 0, 20_000, 0, {"validate": "list", "source": source})
    set_up_print(sheet, sum(_WIDTHS), "指标数值")
    set_up_print(told, sum(width for _, width in _INDICATOR_HEADS), "指标")
    book.close()
    return content.getvalue()


def _heads(sheet: Any, heads: Sequence[tuple[str, int]], style: Any) -> None:
    for at, (title, width) in enumerate(heads):
        sheet.write_string(0, at, title, style)
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 0)
