"""A ledger as a spreadsheet: what is filtered, a row a case, one column for each fact.

Texts stay texts, whatever they look like: nothing typed into a case becomes a formula or a link.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any

from api.presenting.lights import Clock
from api.presenting.values import value_of
from api.presenting.wording import NOTHING
from api.spreadsheets.paper import HEAD, head_height, set_up_print
from workflow.engine.definition import Definition, Fact

Reader = Callable[[Any], Any]
"""Makes of a fact what stands in its cell."""

_NUMBERED = 13
"""Width of what follows the title in a case's number: 〔2026〕999号."""
_FIXED = (("单位", 18), ("环节", 12), ("亮灯", 8), ("期限", 12), ("剩余", 16))
_WIDTHS = {"date": 12, "yes_no": 8, "integer": 10, "number": 12, "choice": 14, "table": 30}
_LINES, _LINE = 30, 16
"""Widths of columns by what stands in them; of texts of several lines, and of one."""
_HIGH, _HIGHEST = 16.0, 300.0
"""Height of a line and of the highest row, in points: not every program finds them by itself."""
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


def sheet_title(definition: Definition, ledger: str) -> str:
    """What a ledger is called away from its workflow, whose title it may have in its own."""
    workflow, own = definition.title, definition.ledgers[ledger].title
    return own if workflow in own else f"{workflow}·{own}"


def ledger_sheet(
    definition: Definition, title: str, facts: Sequence[str], rows: Iterable[SheetRow], today: date
) -> bytes:
    """The xlsx of a ledger with these facts as columns, as it stands today."""
    import xlsxwriter  # only here: not needed to start

    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = book.add_worksheet(title[:31])
    number = "编号", max(18, 2 * len(definition.title) + _NUMBERED)
    own = (_column(definition.facts[name]) for name in facts)
    columns = [number, *_FIXED, *own, ("签字", 24)]
    widths = [width for _, width in columns]
    of = "" if definition.title in title else f"{definition.title}　"
    set_up_print(sheet, sum(widths), f"{of}{title}", today)
    head = book.add_format({"bold": True, "bg_color": "#e6f0f1", "border": 1, **HEAD})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
    figure = book.add_format({"valign": "top", "align": "right", "indent": 1})
    sheet.set_row(0, head_height(columns))
    for at, (name, width) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, name, head)
    sheet.freeze_panes(1, 1)
    last = write_rows(sheet, rows, readers_of(definition, facts), widths, (text, day, figure))
    sheet.autofilter(0, 0, last, len(columns) - 1)
    book.close()
    return content.getvalue()


def readers_of(definition: Definition, facts: Sequence[str]) -> list[tuple[str, Reader | None]]:
    """The facts with what makes a cell of each; None where it stands in the cell as it is."""
    found: list[tuple[str, Reader | None]] = []
    for name in facts:
        fact = definition.facts[name]
        plain = fact.type in ("text", "choice", "number", "integer")
        found.append((name, None if plain else partial(_cell, fact)))
    return found


def _column(fact: Fact) -> tuple[str, int]:
    """The head of a fact's column, and its width."""
    usual = _LINES if fact.lines else _LINE
    return fact.title, max(_WIDTHS.get(fact.type, usual), min(2 * len(fact.title) + 2, 20))


def write_rows(
    sheet: Any,
    rows: Iterable[SheetRow],
    readers: Sequence[tuple[str, Reader | None]],
    widths: Sequence[int],
    formats: tuple[Any, Any, Any],
) -> int:
    """Write every row, its texts, days and figures in these formats; the number of the last."""
    text, day, figure = formats
    last, stamps = 0, 1 + len(_FIXED) + len(readers)
    string, number = sheet.write_string, sheet.write_number
    room = [width // 2 for width in widths]  # characters of a line
    for last, row in enumerate(rows, start=1):
        lines = 1
        given = row.facts.get
        own = [
            raw if (raw := given(name)) is None or reader is None else reader(raw)
            for name, reader in readers
        ]
        cells = [*_fixed(row), *own]
        for at, cell in enumerate(cells):
            if cell is None or cell == "":
                continue  # half of a ledger is empty, and what is not written costs nothing
            if isinstance(cell, str):
                if len(cell) > room[at] or "\n" in cell:
                    lines = max(lines, _lines(cell, room[at]))
                string(
                    last,
                    at,
                    cell if len(cell) < _MOST_CHARACTERS else cell[:_MOST_CHARACTERS],
                    text,
                )
            elif isinstance(cell, date):
                number(last, at, cell.toordinal() - _DAY_ZERO, day)
            else:
                number(last, at, cell, figure)
        if row.stamps:
            string(last, stamps, "；".join(row.stamps), text)
        if lines > 1:
            sheet.set_row(last, min(lines * _HIGH, _HIGHEST))
    return last


def _lines(cell: str, room: int) -> int:
    """How many lines a text takes where so many characters stand in one."""
    if "\n" not in cell:
        return len(cell) // room + 1
    return sum(len(line) // room + 1 for line in cell.split("\n"))


def _fixed(row: SheetRow) -> tuple[Any, ...]:
    due = _day(row.clock.iso) if row.clock.iso else None
    return row.number, row.unit, row.state, row.clock.word, due, row.clock.left


def _cell(fact: Fact, raw: Any) -> Any:
    """A date as a date, everything else as people read it."""
    if fact.type == "date" and raw:
        return _day(raw)
    value = value_of(fact, raw)
    if value.table is not None:
        return "\n".join(
            f"{at}. {_row(fact, row)}" for at, row in enumerate(value.table.rows, start=1)
        )
    return "" if value.empty else value.text


def _row(fact: Fact, row: Sequence[str]) -> str:
    """A row of a table in one line; a bare figure says of what it is."""
    return "，".join(
        f"{column.title} {cell}" if column.type in ("number", "integer") else cell
        for column, cell in zip(fact.columns.values(), row, strict=True)
        if cell != NOTHING
    )


@lru_cache(maxsize=5_000)
def _day(text: str) -> date:
    """A day as the format wants it; a ledger has few different ones."""
    return date.fromisoformat(text)
