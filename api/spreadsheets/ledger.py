"""A ledger as a spreadsheet: what is filtered, a row a case, one column for each fact.

Texts stay texts, whatever they look like: nothing typed into a case becomes a formula or a link.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any, NamedTuple

from api.presenting.lights import Clock
from api.presenting.values import value_of
from api.presenting.wording import NOTHING
from api.spreadsheets.paper import (
    HEAD,
    HEADS,
    ON_A3,
    TEXT,
    Imprint,
    head_height,
    head_in,
    set_up_print,
)
from workflow.engine.definition import Definition, Fact, Ledger

Reader = Callable[[Any], Any]
"""Makes of a fact what stands in its cell."""

_NUMBERED = 13
"""Width of what follows the title in a case's number: 〔2026〕999号."""
_UNIT = 14
"""Width of the name of a unit."""
_STANDING = (("期限", 11), ("剩余", 12), ("亮灯", 6), ("环节", 12))
_SIGNED = ("签字", 14)
_WIDTHS = {"date": 11, "yes_no": 6, "integer": 8, "number": 10, "choice": 10, "table": 30}
_WIDTHS |= {"photos": 8, "documents": 8}  # how many there are
_LINES, _LINE = 30, 14
"""Widths of columns by what stands in them; of texts of several lines, and of one."""
_SIZE, _HIGH = 10, 14.5
"""Of a text: its type, and the height of a line, in points; not every program finds heights by
itself.
"""
_SMALL, _LOW = 7, 10.2
"""Of a text that no row is high enough for."""
_HIGHEST, _AROUND = 409.0, 3.0
"""Height of the highest row, and what a text leaves free in its own, in points."""
_MEASURE = 2
"""Characters of what a figure is counted in, at the most: 万元, 件, %."""
_DAY_ZERO = date(1899, 12, 30).toordinal()
"""From which day a spreadsheet counts."""
_MOST_CHARACTERS = 32_767
"""What a cell of a spreadsheet holds."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A case of a ledger: whose it is and where it stands in words, its facts as they are, its
    stamps in words. `units` are those of `parties_of` the ledger.
    """

    number: str
    units: tuple[str, ...]
    state: str
    clock: Clock
    facts: dict[str, Any]
    stamps: tuple[str, ...]


class Formats(NamedTuple):
    """How cells look by what stands in them; `nth` is the number of a row."""

    text: Any
    small: Any
    day: Any
    figure: Any
    nth: Any


def sheet_title(definition: Definition, ledger: str) -> str:
    """What a ledger is called away from its workflow, whose title it may have in its own."""
    workflow, own = definition.title, definition.ledgers[ledger].title
    return own if workflow in own else f"{workflow}·{own}"


def ledger_sheet(
    definition: Definition, ledger: Ledger, rows: Iterable[SheetRow], made: Imprint
) -> bytes:
    """The xlsx of a ledger as it stands: what a row is and whose, its facts, how it stands."""
    import xlsxwriter  # only here: not needed to start

    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = book.add_worksheet(ledger.title[:31])
    facts = facts_in(definition, ledger)
    columns = _columns(definition, ledger)
    widths = [width for _, width in columns]
    set_up_print(sheet, _wide(columns), _heading(definition, ledger), made, named_by=2)
    head = book.add_format(
        {"font_name": HEADS, "font_size": _SIZE, "align": "center", "border": 1}
        | {"bg_color": "#e6f0f1", **HEAD}
    )
    sheet.set_row(0, head_height(columns))
    for at, (name, width) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, name, head)
    sheet.freeze_panes(1, 2)
    last = write_rows(sheet, rows, readers_of(definition, facts), widths, formats_of(book))
    sheet.autofilter(0, 0, last, len(columns) - 1)
    book.close()
    return content.getvalue()


def _heading(definition: Definition, ledger: Ledger) -> str:
    """What stands above a ledger on paper: of what it is, and that it is one."""
    of = "" if definition.title in ledger.title else f"{definition.title}　"
    return f"{of}{ledger.title.removesuffix('台账')}台账"


def parties_of(definition: Definition, ledger: Ledger) -> tuple[str, ...]:
    """The parties whose units a ledger's rows name: whose case it is, and beside it who keeps the
    ledger where that is another, for both answer for it (双责).
    """
    return tuple(dict.fromkeys((definition.anchor, ledger.kept_by)))


def facts_in(definition: Definition, ledger: Ledger) -> Sequence[str]:
    """The facts of a ledger's rows: one that leaves out what a case is called begins with it."""
    called = definition.headline
    return ledger.facts if called in ledger.facts else (called, *ledger.facts)


def _columns(definition: Definition, ledger: Ledger) -> list[tuple[str, int]]:
    """The heads with their widths, in the order in which an office reads a ledger."""
    number = "编号", max(18, 2 * len(definition.title) + _NUMBERED)
    units = [(definition.parties[one].title, _UNIT) for one in parties_of(definition, ledger)]
    facts = [_column(definition.facts[name]) for name in facts_in(definition, ledger)]
    signed = (_SIGNED,) if definition.sign_offs else ()
    own = [*units, *facts]
    broad, narrow = (
        [("序号", 6), number, *some, *_STANDING, *signed] for some in (own, _narrowed(own))
    )
    chosen = broad if _wide(broad) <= ON_A3 or _wide(narrow) > ON_A3 else narrow
    return [(head_in(title, width), width) for title, width in chosen]


def _narrowed(columns: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Columns of texts a fourth narrower: on one page if that is enough."""
    return [(title, min(width, max(12, width * 3 // 4))) for title, width in columns]


def _wide(columns: Sequence[tuple[str, int]]) -> int:
    return sum(width for _, width in columns)


def formats_of(book: Any) -> Formats:
    """How cells look."""
    usual = {"font_name": TEXT, "font_size": _SIZE, "valign": "vcenter"}
    wrapped = usual | {"num_format": "@", "text_wrap": True}
    return Formats(
        text=book.add_format(wrapped),
        small=book.add_format(wrapped | {"font_size": _SMALL}),
        day=book.add_format(usual | {"num_format": "yyyy-mm-dd", "align": "center"}),
        figure=book.add_format(usual | {"align": "right", "indent": 1}),
        nth=book.add_format(usual | {"align": "center"}),
    )


def readers_of(definition: Definition, facts: Sequence[str]) -> list[tuple[str, Reader | None]]:
    """The facts with what makes a cell of each; None where it stands in the cell as it is."""
    found: list[tuple[str, Reader | None]] = []
    for name in facts:
        fact = definition.facts[name]
        plain = fact.type in ("text", "choice", "number", "integer")
        found.append((name, None if plain else partial(_cell, fact)))
    return found


def _column(fact: Fact) -> tuple[str, int]:
    """The head of a fact's column, and its width; a long head goes on below."""
    usual = _LINES if fact.lines else _LINE
    return fact.title, max(_WIDTHS.get(fact.type, usual), min(len(fact.title) + 3, 16))


def write_rows(
    sheet: Any,
    rows: Iterable[SheetRow],
    readers: Sequence[tuple[str, Reader | None]],
    widths: Sequence[int],
    formats: Formats,
) -> int:
    """Write every row, its texts, days and figures in these formats; the number of the last."""
    text, small, day, figure, nth = formats
    last = 0
    string, number = sheet.write_string, sheet.write_number
    room = [width // 2 for width in widths]  # characters of a line
    for last, row in enumerate(rows, start=1):
        high = 0.0
        given = row.facts.get
        own = [
            raw if (raw := given(name)) is None or reader is None else reader(raw)
            for name, reader in readers
        ]
        number(last, 0, last, nth)
        for at, cell in enumerate((row.number, *row.units, *own, *_standing(row)), start=1):
            if cell is None or cell == "":
                continue  # half of a ledger is empty, and what is not written costs nothing
            if isinstance(cell, str):
                style = text
                if len(cell) > room[at] or "\n" in cell:
                    takes = _lines(cell, room[at]) * _HIGH + _AROUND
                    if takes > _HIGHEST:
                        style, takes = small, _lines(cell, room[at] * _SIZE // _SMALL) * _LOW
                    high = max(high, takes)
                string(
                    last,
                    at,
                    cell if len(cell) < _MOST_CHARACTERS else cell[:_MOST_CHARACTERS],
                    style,
                )
            elif isinstance(cell, date):
                number(last, at, cell.toordinal() - _DAY_ZERO, day)
            else:
                number(last, at, cell, figure)
        if row.stamps:
            signed, stamps = "；".join(row.stamps), 2 + len(row.units) + len(own) + len(_STANDING)
            string(last, stamps, signed, text)
            high = max(high, _lines(signed, _SIGNED[1] // 2) * _HIGH + _AROUND)
        if high:
            sheet.set_row(last, min(high, _HIGHEST))
    return last


def _lines(cell: str, room: int) -> int:
    """How many lines a text takes where so many characters stand in one."""
    if "\n" not in cell:
        return len(cell) // room + 1
    return sum(len(line) // room + 1 for line in cell.split("\n"))


def _standing(row: SheetRow) -> tuple[Any, ...]:
    """How a case stands: its limit, what is left of it, its light, its state."""
    due = _day(row.clock.iso) if row.clock.iso else None
    return due, row.clock.left, row.clock.word, row.state


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
        _figure(column.title, cell) if column.type in ("number", "integer") else cell
        for column, cell in zip(fact.columns.values(), row, strict=True)
        if cell != NOTHING
    )


def _figure(title: str, figure: str) -> str:
    """A figure behind what it is, what it counts behind it: 逾期（件） is said as 逾期 3 件."""
    name, _, counts = title.removesuffix("）").partition("（")
    if not 0 < len(counts) <= _MEASURE:
        return f"{title} {figure}"
    return f"{name} {figure}{counts}" if counts == "%" else f"{name} {figure} {counts}"


@lru_cache(maxsize=5_000)
def _day(text: str) -> date:
    """A day as the format wants it; a ledger has few different ones."""
    return date.fromisoformat(text)
