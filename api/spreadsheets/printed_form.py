"""A printed form as a spreadsheet: title, merged heads, rows as high as what stands in them, photos
in their cells, lines to sign on, and a sheet of paper set up for all of it.

Heights are set here and not left to the program that opens the file: Excel, WPS and LibreOffice
each measure Chinese in their own way, and none of them looks at a photo or a merged cell.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import ceil
from typing import Any
from unicodedata import east_asian_width

from api.presenting.printed import Cell, Filled, Photos
from api.spreadsheets.paper import HEADS, TEXT, TITLE
from workflow.engine.printed import Printed, PrintedColumn

_PAPER = {"A3": 8, "A4": 9}
"""Sizes of paper as the format numbers them."""
_DAY_ZERO = date(1899, 12, 30).toordinal()
_SIZE = 11
_SMALLER = (10, 9, 8, 7)
"""Points of letters, and what is tried where a text is too long for a row."""
_LINE = 15.0
"""Height of a line of 11 points, in points."""
_LEAST, _MOST = 30.0, 400.0
"""Heights of a row, in points; a spreadsheet takes no row above 409."""
_PHOTO_WIDE = 4 / 3
"""How much wider than high the room for a photo is."""
_FILL = 1.08
"""A character of 11 points is so much wider than the one that widths of columns count in."""

Picture = Callable[[str], bytes | None]
"""The small picture of a photo, by the hash of its bytes; None where it is not there."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that stands on a form: its rows, and the texts above and below them."""

    form: Printed
    rows: Sequence[Filled]
    lead: Sequence[str]
    foot: Sequence[str]


def printed_form(sheet: Sheet, picture: Picture) -> bytes:
    """The xlsx of a form."""
    import xlsxwriter  # only here: not needed to start

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(content, options)
    page = book.add_worksheet(sheet.form.title[:31])
    _Drawing(book, page, sheet, picture).draw()
    book.close()
    return content.getvalue()


class _Drawing:
    def __init__(self, book: Any, page: Any, sheet: Sheet, picture: Picture) -> None:
        self.page, self.sheet, self.form, self.picture = page, sheet, sheet.form, picture
        self.last_column = len(self.form.columns) - 1
        boxed = {"border": 1, "text_wrap": True, "valign": "vcenter", "font_size": _SIZE}
        plain = {"font_name": TEXT, "font_size": 12, "valign": "vcenter"}
        self.title = book.add_format(
            {"font_name": TITLE, "font_size": 20, "align": "center", "valign": "vcenter"}
        )
        self.lead = book.add_format(plain)
        self.head = book.add_format(boxed | {"font_name": HEADS, "align": "center"})
        self.text = book.add_format(boxed | {"font_name": TEXT, "num_format": "@"})
        self.smaller = {
            size: book.add_format(boxed | {"font_name": TEXT, "num_format": "@", "font_size": size})
            for size in _SMALLER
        }
        self.short = book.add_format(boxed | {"font_name": TEXT, "align": "center"})
        self.day = book.add_format(
            boxed | {"font_name": TEXT, "align": "center", "num_format": "yyyy-m-d"}
        )

    def draw(self) -> None:
        """The whole sheet, from its title down to where it is signed."""
        for at, column in enumerate(self.form.columns):
            self.page.set_column(at, at, column.width)
        row = self._title()
        row = self._lead(row)
        heads = row = self._heads(row)
        for row, filled in enumerate(self.sheet.rows, start=heads):
            self._row(row, filled)
        end = self._foot(heads + len(self.sheet.rows))
        self._set_up(heads, end)

    def _title(self) -> int:
        self._across(0, 0, self.last_column, self.form.title, self.title)
        self.page.set_row(0, 40)
        return 1

    def _lead(self, row: int) -> int:
        if not self.sheet.lead:
            return row
        self._spread(row, self.sheet.lead)
        self.page.set_row(row, 24)
        return row + 1

    def _heads(self, row: int) -> int:
        """The heads, in two rows where some stand under a common one; the row below them."""
        columns = self.form.columns
        low = row + any(column.under for column in columns)
        at = 0
        for under, some in groupby(columns, key=lambda column: column.under):
            together = list(some)
            if under:
                self._across(row, at, at + len(together) - 1, under, self.head)
            for nth, column in enumerate(together, start=at):
                if under or low == row:
                    self.page.write_string(low, nth, _head(column), self.head)
                else:
                    self.page.merge_range(row, nth, low, nth, _head(column), self.head)
            at += len(together)
        for one in range(row, low + 1):
            self.page.set_row(one, self._height_of_heads(of_two=low > row))
        return low + 1

    def _height_of_heads(self, *, of_two: bool) -> float:
        lines = max(_lines(_head(column), column.width) for column in self.form.columns)
        return max(_LINE * lines / (2 if of_two else 1), _LINE) + 8

    def _row(self, row: int, filled: Filled) -> None:
        height = max(map(self._height, range(len(filled.cells)), filled.cells))
        height = min(max(height, _LEAST), _MOST)
        self.page.set_row(row, height)
        for at, cell in enumerate(filled.cells):
            self._write(row, at, cell, height)

    def _height(self, at: int, cell: Cell, size: float = _SIZE) -> float:
        """How high a cell must be for letters of a size, in points."""
        width = self.form.columns[at].width
        if isinstance(cell, Photos):
            return len(cell.sha256) * (_pixels(width) / _PHOTO_WIDE) * 0.75
        if isinstance(cell, str):
            return _lines(cell, width * _SIZE / size) * _LINE * size / _SIZE + 6
        return _LINE

    def _write(self, row: int, at: int, cell: Cell, height: float) -> None:
        if isinstance(cell, Photos):
            self.page.write_blank(row, at, None, self.short)
            self._photos(row, at, cell, height)
        elif isinstance(cell, date):
            self.page.write_number(row, at, cell.toordinal() - _DAY_ZERO, self.day)
        elif isinstance(cell, str):
            self.page.write_string(row, at, cell[:32_767], self._style(at, cell))
        elif cell is None:
            self.page.write_blank(row, at, None, self.text)
        else:
            self.page.write_number(row, at, cell, self.short)

    def _style(self, at: int, text: str) -> Any:
        """What is short stands in the middle; what no row is high enough for, in smaller type."""
        if "\n" not in text and _width(text) <= self.form.columns[at].width:
            return self.short
        if self._height(at, text) <= _MOST:
            return self.text
        fit = (size for size in _SMALLER if self._height(at, text, size) <= _MOST)
        return self.smaller[next(fit, _SMALLER[-1])]

    def _photos(self, row: int, at: int, photos: Photos, height: float) -> None:
        """The photos below each other, each as large as its share of the cell lets it be."""
        room = height / 0.75 / len(photos.sha256)
        missing = 0
        for nth, sha256 in enumerate(photos.sha256):
            drawn = self.picture(sha256)
            if drawn is None:
                missing += 1
                continue
            self._photo(row, at, drawn, nth * room, room)
        if missing:
            self.page.write_string(row, at, f"照片 {missing} 张", self.short)

    def _photo(self, row: int, at: int, drawn: bytes, top: float, room: float) -> None:
        from xlsxwriter.image import Image

        image, wide = Image(io.BytesIO(drawn)), _pixels(self.form.columns[at].width)
        dots = image._x_dpi, image._y_dpi  # it draws a picture as large as its dots an inch say
        width, height = image.width * 96 / dots[0], image.height * 96 / dots[1]
        scale = min((wide - 6) / width, (room - 6) / height)
        options = {
            "image_data": io.BytesIO(drawn),
            "x_scale": scale,
            "y_scale": scale,
            "x_offset": (wide - width * scale) / 2,
            "y_offset": top + (room - height * scale) / 2,
            "object_position": 1,  # it goes with its row when the rows are put in another order
            "description": self.form.columns[at].title,
        }
        self.page.insert_image(row, at, "photo.jpg", options)

    def _foot(self, row: int) -> int:
        if not self.sheet.foot:
            return row
        self._spread(row, self.sheet.foot)
        self.page.set_row(row, 40)
        return row + 1

    def _spread(self, row: int, texts: Sequence[str]) -> None:
        """Texts side by side, each as wide as the others, as near as the columns let it."""
        for (first, last), text in zip(self._shares(len(texts)), texts, strict=True):
            self._across(row, first, last, text, self.lead)

    def _shares(self, parts: int) -> Iterator[tuple[int, int]]:
        widths = [column.width for column in self.form.columns]
        first, done = 0, 0.0
        for part in range(1, parts + 1):
            last = first
            done += widths[first]
            while last < len(widths) - (parts - part) - 1 and (
                part == parts or done + widths[last + 1] / 2 <= sum(widths) * part / parts
            ):
                last += 1
                done += widths[last]
            yield first, last
            first = last + 1

    def _across(self, row: int, first: int, last: int, text: str, style: Any) -> None:
        if first == last:
            self.page.write_string(row, first, text, style)
        else:
            self.page.merge_range(row, first, row, last, "", style)
            self.page.write_string(row, first, text, style)

    def _set_up(self, heads: int, end: int) -> None:
        """One sheet wide, as many high as it takes, the heads on each, pages counted."""
        size, way = self.form.paper.split()
        self.page.set_paper(_PAPER[size])
        if way == "landscape":
            self.page.set_landscape()
        self.page.fit_to_pages(1, 0)
        self.page.repeat_rows(0, heads - 1)
        self.page.print_area(0, 0, end - 1, self.last_column)
        self.page.freeze_panes(heads, 0)
        self.page.center_horizontally()
        self.page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self.page.set_footer(f'&C&"{TEXT}"&10第 &P 页，共 &N 页')


def _head(column: PrintedColumn) -> str:
    """A head; what stands in brackets has a line of its own where there is no room beside it."""
    title = column.title
    return title if _width(title) <= column.width else title.replace("（", "\n（")


def _pixels(width: int) -> int:
    """How wide a column is on a screen: the arithmetic of the format for its usual font."""
    return width * 7 + 5


def _width(text: str) -> float:
    """The longest line of a text, in characters of a spreadsheet."""
    return max(map(_line_width, text.split("\n")), default=0.0)


def _line_width(line: str) -> float:
    return _FILL * sum(2 if east_asian_width(one) in "WFA" else 1 for one in line)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width."""
    return sum(max(ceil(_line_width(line) / (width - 0.5)), 1) for line in text.split("\n"))
