"""The xlsx that is filled in to open many cases: headers, formats, lists to choose from."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.spreadsheets.case_table import Column, columns_of
from api.spreadsheets.paper import HEAD, head_height, set_up_print
from api.spreadsheets.reading import MOST_ROWS
from workflow.engine.definition import Definition
from workflow.engine.periods import period_of

Sheet = Any
"""xlsxwriter ships no annotations."""

_WIDE, _NARROW = 40, 16
_SOME_DAY = date(2026, 11, 27)
"""In each of the periods that are given as an example."""
_UNIT_HEADS = (("编码", 14), ("简称", 28), ("全称", 48), ("上级", 24))


@dataclass(frozen=True, slots=True)
class Offered:
    """A unit that a column offers: by its short name, or by its code where that name is not its
    alone.
    """

    code: str
    short: str
    name: str
    above: str
    by_code: bool = False

    @property
    def said(self) -> str:
        return self.code if self.by_code else self.short


def template(definition: Definition, units: Sequence[Offered]) -> bytes:
    """The template of a workflow; a second sheet tells the codes and names of the units."""
    import xlsxwriter  # only here: not needed to start

    columns = columns_of(definition)
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(definition.title[:31])
    _tell_units(book, units)
    lists = book.add_worksheet("选项")
    lists.hide()
    formats = {
        "needed": book.add_format({"bold": True, "bg_color": "#fde9e7", "border": 1, **HEAD}),
        "optional": book.add_format({"bg_color": "#eef3f8", "border": 1, **HEAD}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"num_format": "@", "text_wrap": True}),
        "number": book.add_format(),
    }
    looks = [_look(definition, column, formats) for column in columns]
    widths = [width for width, _ in looks]
    titles = [column.title for column in columns]
    sheet.set_row(0, head_height(list(zip(titles, widths, strict=True))))
    for at, column in enumerate(columns):
        heading = "needed" if column.required else "optional"
        sheet.write_string(0, at, column.title, formats[heading])
        sheet.set_column(at, at, *looks[at])
        choices = [one.said for one in units] if column.party else _choices(definition, column)
        _offer(sheet, lists, at, column, choices)
        _remark(sheet, at, definition, column)
    sheet.freeze_panes(1, 0)
    set_up_print(sheet, sum(widths), f"{definition.title}登记表")
    book.close()
    return content.getvalue()


def _tell_units(book: Any, units: Sequence[Offered]) -> None:
    """Which units there are, to look up and to copy from."""
    sheet = book.add_worksheet("单位")
    head = book.add_format({"bold": True, "bg_color": "#eef3f8", "border": 1, **HEAD})
    text = book.add_format({"num_format": "@"})
    for at, (title, width) in enumerate(_UNIT_HEADS):
        sheet.set_column(at, at, width, text)
        sheet.write_string(0, at, title, head)
    for row, one in enumerate(units, start=1):
        for at, cell in enumerate((one.code, one.short, one.name, one.above)):
            sheet.write_string(row, at, cell, text)
    sheet.freeze_panes(1, 0)
    set_up_print(sheet, sum(width for _, width in _UNIT_HEADS), "单位")


def _choices(definition: Definition, column: Column) -> list[str]:
    if column.period:
        return []
    fact = definition.facts[column.name]
    return ["是", "否"] if fact.type == "yes_no" else list(fact.options)


def _look(definition: Definition, column: Column, formats: dict[str, Any]) -> tuple[int, Any]:
    if column.party:
        return _WIDE // 2, formats["text"]
    if column.period:
        return _NARROW, formats["text"]
    fact = definition.facts[column.name]
    kind = {"date": "date", "number": "number", "integer": "number"}.get(fact.type, "text")
    return (_WIDE if fact.lines else _NARROW), formats[kind]


def _offer(sheet: Sheet, lists: Sheet, at: int, column: Column, choices: list[str]) -> None:
    """A list to choose from, on a hidden sheet: one in the cell itself ends at 255 characters."""
    if not choices:
        return
    lists.write_column(0, at, choices)
    letter = _letters(at)
    sheet.data_validation(
        1,
        at,
        MOST_ROWS,
        at,
        {
            "validate": "list",
            "source": f"=选项!${letter}$1:${letter}${len(choices)}",
            "ignore_blank": not column.required,
            "error_title": column.title[:32],
            "error_message": "请从列表中选择",
            "error_type": "warning" if column.party else "stop",  # a unit may be given by its code
        },
    )


def _letters(at: int) -> str:
    text = ""
    while at >= 0:
        text = chr(ord("A") + at % 26) + text
        at = at // 26 - 1
    return text


def _remark(sheet: Sheet, at: int, definition: Definition, column: Column) -> None:
    said = ["必填" if column.required else "可以不填"]
    if column.party:
        said.append("写单位名称或编码")
    elif column.period and (asked := definition.opening.period):
        said.append("如 " + "、".join(str(period_of(length, _SOME_DAY)) for length in asked.every))
    elif definition.facts[column.name].type == "date":
        said.append("日期，如 2026-09-30")
    elif hint := definition.facts[column.name].hint:
        said.append(hint)
    sheet.write_comment(0, at, "；".join(said))
