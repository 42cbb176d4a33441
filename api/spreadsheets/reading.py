"""Bytes of a spreadsheet to rows of plain cells, read by a child process (see `inspecting`)."""

from api.inspecting.child import ask_child
from api.inspecting.tables import MOST_ROWS, Cell, NumberedRow

__all__ = ["MOST_ROWS", "Cell", "NumberedRow", "read_list", "read_sheet"]


def read_list(content: bytes) -> list[NumberedRow]:
    """The same of a list of units or people, which may be as long as a province is large."""
    rows, _ = ask_child("list", content)
    return [(number, cells) for number, cells in rows]


def read_sheet(content: bytes) -> list[NumberedRow]:
    """The rows of an xlsx file's first sheet or of a CSV file, empty ones left out; raises
    BadFile.
    """
    rows, _ = ask_child("table", content)
    return [(number, cells) for number, cells in rows]
