"""Bytes of a spreadsheet to rows of plain cells, in a child process with little memory and time.

A file from outside may be a bomb: what the parent cannot bound it does not parse. The child is this
very file run by itself; it imports nothing of the product, reads the bytes from its input and
answers with JSON: `{"rows": [[number, cells], …]}` or `{"refused": sentence}`.
"""

import csv
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

MOST_ROWS = 5000
MOST_COLUMNS = 200
LONGEST_CELL = 8000
MOST_PARTS = 1000
LARGEST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 100
MEMORY_BYTES = 512 * 1024 * 1024
TIME_SECONDS = 20

Cell = str | float | bool | None
NumberedRow = tuple[int, list[Cell]]
"""A row with its number in the file, counted from 1."""

_UNREADABLE = "这个文件读不了：请用 xlsx 或 CSV 格式，另存一次后再试"
_TOO_MUCH = "这个文件展开后太大，没有读取"


class BadSheet(ValueError):
    """A file that is not read; the text is a Chinese sentence."""


def read_sheet(content: bytes) -> list[NumberedRow]:
    """The rows of an xlsx file's first sheet or of a CSV file, empty ones left out; raises
    BadSheet.
    """
    command = [sys.executable, "-I", str(Path(__file__).resolve())]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=TIME_SECONDS + 10, check=False
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):  # killed by its limits, it says nothing
        raise BadSheet(_TOO_MUCH) from None
    if "refused" in answer:
        raise BadSheet(answer["refused"])
    return [(number, cells) for number, cells in answer["rows"]]


# In the child


def main() -> None:
    """Read a file from the input and answer on the output."""
    _limit_ourselves()
    try:
        answer = json.dumps({"rows": list(_rows(sys.stdin.buffer.read()))})
    except BadSheet as error:
        answer = json.dumps({"refused": str(error)})
    except MemoryError:
        answer = json.dumps({"refused": _TOO_MUCH})
    sys.stdout.write(answer)


def _limit_ourselves() -> None:
    try:
        import resource
    except ImportError:  # no such limits on Windows: the parent's time limit and the scan remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (TIME_SECONDS, TIME_SECONDS))


def _rows(content: bytes) -> Iterator[NumberedRow]:
    found = 0
    for number, cells in _cells(content):
        cells = [None if isinstance(cell, str) and not cell.strip() else cell for cell in cells]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            continue
        found += 1
        if found > MOST_ROWS + 1:
            raise BadSheet(f"一次至多导入 {MOST_ROWS:,} 行，请分成几个文件")
        if len(cells) > MOST_COLUMNS:
            raise BadSheet(f"第 {number} 行超过 {MOST_COLUMNS} 列")
        if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
            raise BadSheet(f"第 {number} 行有一格超过 {LONGEST_CELL:,} 个字")
        yield number, cells


def _cells(content: bytes) -> Iterator[NumberedRow]:
    if content.startswith(b"PK\x03\x04"):
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadSheet("这是旧版 xls 或加了密码的文件，请另存为不加密的 xlsx")
    return _csv(content)


def _csv(content: bytes) -> Iterator[NumberedRow]:
    text = _decoded(content)
    if "\x00" in text:
        raise BadSheet(_UNREADABLE)
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            yield reader.line_num, list(row)
    except csv.Error:
        raise BadSheet(_UNREADABLE) from None


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSheet("CSV 的编码认不出来，请另存为 UTF-8")


def _workbook(content: bytes) -> Iterator[NumberedRow]:
    _check_archive(content)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        first = sheet.start[0] if sheet.start else 0
        for at, row in enumerate(sheet.iter_rows()):
            yield first + at + 1, [_plain(cell) for cell in row]
    except (CalamineError, IndexError, ValueError):
        raise BadSheet(_UNREADABLE) from None


def _plain(cell: object) -> Cell:
    """Dates as ISO text; numbers stay numbers, for the form of a number depends on the column."""
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "minutes")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    if cell is None or isinstance(cell, str | bool | float):
        return cell
    return float(cell) if isinstance(cell, int) else str(cell)


def _check_archive(content: bytes) -> None:
    """Refuse an archive with too many parts or too much in them, counting what really comes out."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise BadSheet(_UNREADABLE) from None
    if len(parts) > MOST_PARTS:
        raise BadSheet(_TOO_MUCH)
    unpacked = 0
    for part in parts:
        if part.flag_bits & 0x1:
            raise BadSheet("文件加了密码，请去掉密码后再试")
        unpacked += _size(content, part)
        if unpacked > min(LARGEST_UNPACKED, MOST_RATIO * len(content)):
            raise BadSheet(_TOO_MUCH)


def _size(content: bytes, part: zipfile.ZipInfo) -> int:
    """How many bytes a part unpacks to, whatever its header says; stops a little over the limit."""
    head = content[part.header_offset : part.header_offset + 30]
    if len(head) < 30:
        raise BadSheet(_UNREADABLE)
    lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    begin = part.header_offset + 30 + lengths
    packed = content[begin : begin + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        return len(packed)
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise BadSheet(_UNREADABLE)
    return _inflated(packed)


def _inflated(packed: bytes) -> int:
    inflate, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    try:
        while not inflate.eof and size <= LARGEST_UNPACKED:
            out = inflate.decompress(packed, 1024 * 1024)
            packed = inflate.unconsumed_tail
            size += len(out)
            if not out and not packed:
                break
    except zlib.error:
        raise BadSheet(_UNREADABLE) from None
    return size


if __name__ == "__main__":
    main()
