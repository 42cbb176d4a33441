"""Bytes of a spreadsheet to rows of plain cells, read by a child process (see `inspecting`)."""

import io
import json
from collections.abc import Iterator

from api.inspecting.child import ask_child
from api.inspecting.tables import MOST_ROWS, Cell, NumberedRow
from api.jobs.telling import Tell, counted, silent

__all__ = ["MOST_ROWS", "Cell", "NumberedRow", "read_list", "read_sheet"]


def read_list(
    content: bytes, tell: Tell = silent, person: int | None = None
) -> Iterator[NumberedRow]:
    """The same of a list of units or people, which may be as long as a province is large: the file
    has been read to its end, but a row takes room only when it is asked for. `tell` hears of each;
    `person` is for whom it is read.
    """
    return _rows("list", content, tell, person)


def read_sheet(content: bytes, person: int | None = None) -> list[NumberedRow]:
    """The rows of an xlsx file's first sheet or of a CSV file, empty ones left out; raises
    BadFile.
    """
    return list(_rows("table", content, silent, person))


def _rows(task: str, content: bytes, tell: Tell, person: int | None) -> Iterator[NumberedRow]:
    _, (lines,) = ask_child(task, content, person)
    rows = ((number, cells) for number, cells in map(json.loads, io.BytesIO(lines)))
    return rows if tell is silent else counted(rows, lines.count(b"\n"), tell)
