"""An xlsx file's first sheet, or a CSV file, as rows of plain cells; runs in the child."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from api.inspecting.archives import MAGIC, scan
from api.inspecting.refusing import BadFile, unreadable

MOST_ROWS = 5000
MOST_LINES = 300_000
"""Rows of a list of units or people: all of a province in one file."""
MOST_COLUMNS = 200
LONGEST_CELL = 8000

Cell = str | float | bool | None
NumberedRow = tuple[int, list[Cell]]
"""A row with its number in the file, counted from 1."""

_PICTURE = ("=DISPIMG(", "=_xlfn.DISPIMG(")
"""What WPS writes into a cell that holds a picture."""

_AGAIN = "请用 xlsx 或 CSV 格式，另存一次后再试"


def rows_of(content: bytes, most: int = MOST_ROWS) -> Iterator[NumberedRow]:
    """The rows, empty ones left out; raises BadFile."""
    found = 0
    for number, cells in _cells(content):
        cells = [None if isinstance(cell, str) and not cell.strip() else cell for cell in cells]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            continue
        found += 1
        if found > most + 1:
            raise BadFile("too_many_rows", f"一次至多导入 {most:,} 行，请分成几个文件")
        if len(cells) > MOST_COLUMNS:
            raise BadFile("too_many_columns", f"第 {number} 行超过 {MOST_COLUMNS} 列")
        if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
            raise BadFile("cell_too_long", f"第 {number} 行有一格超过 {LONGEST_CELL:,} 个字")
        yield number, cells


def _cells(content: bytes) -> Iterator[NumberedRow]:
    if content.startswith(MAGIC):
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile("file_old_format", "这是旧版 xls 或加了密码的文件，请另存为不加密的 xlsx")
    return _csv(content)


def _csv(content: bytes) -> Iterator[NumberedRow]:
    encoding = _encoding_of(content)
    if b"\x00" in content:
        raise unreadable(_AGAIN)
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding, newline=""))
    try:
        for row in reader:
            yield reader.line_num, list(row)
    except csv.Error:
        raise unreadable(_AGAIN) from None


def _encoding_of(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise BadFile("file_unreadable", "CSV 的编码认不出来，请另存为 UTF-8")


def _workbook(content: bytes) -> Iterator[NumberedRow]:
    scan(content)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        first = sheet.start[0] if sheet.start else 0
        for at, row in enumerate(sheet.iter_rows()):
            yield first + at + 1, [_plain(cell) for cell in row]
    except (CalamineError, IndexError, ValueError):
        raise unreadable(_AGAIN) from None


def _plain(cell: object) -> Cell:
    """Dates as ISO text; numbers stay numbers, for the form of a number depends on the column."""
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "minutes")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    if isinstance(cell, str) and cell.startswith(_PICTURE):
        return None
    if cell is None or isinstance(cell, str | bool | float):
        return cell
    return float(cell) if isinstance(cell, int) else str(cell)
