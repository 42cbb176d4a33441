"""Spreadsheets to send: good ones, and ones made to do harm."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

import xlsxwriter

HEADER = ("责任单位", "来源类别", "发现日期", "问题描述", "问题等级", "整改类型", "整改时限")
ROW = ("兴义市", "督查", "2026-03-01", "路灯不亮，三个月没有人修", "较重", "限期整改", "2026-05-29")


def xlsx(*rows: Sequence[Any]) -> bytes:
    """An xlsx with these rows; dates are Excel's."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(at, column, datetime.combine(cell, time()), day)
                else:
                    sheet.write(at, column, cell)

    return workbook(fill)


def workbook(fill: Callable[[Any], None]) -> bytes:
    """An xlsx that a function has filled."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    fill(book)
    book.close()
    return content.getvalue()


def one_cell_bomb() -> bytes:
    """Some 400 KB that unpack to one cell of 400 MB."""
    cell = b'<row r="9"><c r="A9" t="inlineStr"><is><t>%s</t></is></c></row>' % (b"A" * 400_000_000)
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(HEADER, ROW))) as good,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for part in good.namelist():
            body = good.read(part)
            if part.endswith("sheet1.xml"):
                body = body.replace(b"</sheetData>", cell + b"</sheetData>")
            bad.writestr(part, body)
    return content.getvalue()


def lying_bomb() -> bytes:
    """The same, with headers that declare next to nothing."""
    content = bytearray(one_cell_bomb())
    huge = (400_000_000).to_bytes(4, "little")[2:]
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:  # the directory's entries
        if content[at + 26 : at + 28] == huge or content[at + 27] >= 0x17:
            content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
        at += 4
    return bytes(content)


def far_corners() -> bytes:
    """Two cells as far apart as a sheet allows: as a block, 17 thousand million cells."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "x")
        sheet.write(1048575, 16383, "y")

    return workbook(fill)


def many_parts() -> bytes:
    """An archive of 1,500 files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for at in range(1500):
            archive.writestr(f"part{at}", "x")
    return content.getvalue()


def csv(*rows: Sequence[str], encoding: str = "utf-8-sig") -> bytes:
    """A CSV file with these rows."""
    return "\r\n".join(",".join(row) for row in rows).encode(encoding)
