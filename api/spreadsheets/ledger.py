"""A ledger as a spreadsheet: what is filtered, a row a case, one column for each fact.

Texts stay texts, whatever they look like: nothing typed into a case becomes a formula or a link.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.presenting.lights import Clock
from api.presenting.values import value_of
from api.presenting.wording import NOTHING
from workflow.engine.definition import Definition, Fact

_FIXED = (("编号", 18), ("单位", 18), ("环节", 12), ("亮灯", 8), ("期限", 12), ("剩余", 16))
_A3, _A4, _MOST_ON_A4 = 8, 9, 12
"""Sizes of paper as the format numbers them, and the columns that A4 takes."""
_DAY_ZERO = date(1899, 12, 30).toordinal()
"""From which day a spreadsheet counts."""
_MOST_CHARACTERS = 32_767
"""What a cell of a spreadsheet holds."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A case of a ledger: where it stands in words, its facts as they are, its stamps in words."""

    number: str
    unit: str
    state: str
    clock: Clock
    facts: dict[str, Any]
    stamps: tuple[str, ...]


def ledger_sheet(
    definition: Definition, title: str, facts: Sequence[str], rows: Iterable[SheetRow]
) -> bytes:
    """The xlsx of a ledger with these facts as columns."""
    import xlsxwriter  # only here: not needed to start

    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = book.add_worksheet(title[:31])
    _set_up_print(sheet, f"{definition.title}{title}", len(_FIXED) + len(facts) + 1)
    head = book.add_format({"bold": True, "bg_color": "#e6f0f1", "border": 1})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
    columns = [*_FIXED, *((definition.facts[name].title, 24) for name in facts), ("签字", 24)]
    for at, (name, width) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, name, head)
    sheet.freeze_panes(1, 1)
    last = 0
    for last, row in enumerate(rows, start=1):
        values = [definition.facts[name] for name in facts]
        cells = [
            *_fixed(row),
            *(_cell(f, row.facts.get(n)) for f, n in zip(values, facts, strict=False)),
        ]
        for at, cell in enumerate([*cells, "；".join(row.stamps)]):
            _write(sheet, last, at, cell, text, day)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    book.close()
    return content.getvalue()


def _set_up_print(sheet: Any, title: str, columns: int) -> None:
    """Across the page, all columns on one width, the heads on every page, pages counted."""
    sheet.set_landscape()
    sheet.set_paper(_A4 if columns <= _MOST_ON_A4 else _A3)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    sheet.set_header(f"&C&14{title.replace('&', '&&')}")
    sheet.set_footer("&C第 &P 页，共 &N 页&R打印日期：&D")


def _fixed(row: SheetRow) -> tuple[Any, ...]:
    due = date.fromisoformat(row.clock.iso) if row.clock.iso else None
    return row.number, row.unit, row.state, row.clock.word, due, row.clock.left


def _cell(fact: Fact, raw: Any) -> Any:
    """A number as a number, a date as a date, everything else as people read it."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw
    if fact.type == "date" and raw:
        return date.fromisoformat(raw)
    value = value_of(fact, raw)
    if value.table is not None:
        return "\n".join(
            f"{at}. {'，'.join(cell for cell in row if cell != NOTHING)}"
            for at, row in enumerate(value.table.rows, start=1)
        )
    return "" if value.empty else value.text


def _write(sheet: Any, row: int, column: int, cell: Any, text: Any, day: Any) -> None:
    if cell is None or cell == "":
        return  # half of a ledger is empty, and what is not written costs nothing
    if isinstance(cell, date):
        sheet.write_number(row, column, cell.toordinal() - _DAY_ZERO, day)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell[:_MOST_CHARACTERS], text)
    else:
        sheet.write_number(row, column, cell)
