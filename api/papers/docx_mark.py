"""The red head of a docx (发文机关标志): one issuer, or several one above the other."""

from collections.abc import Sequence
from typing import Any

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.shared import Pt

from api.papers.docx_parts import Paragraph, border_cells, write
from api.papers.measures import MARK_BELOW, MARK_TAIL, MM, RED, TITLE_FONT, mark_size

_LINE = 1.15
"""Height of a line of the head, by its size."""


def add_mark(file: Any, parts: Sequence[str]) -> None:
    """7.2.4: 35 mm below the top of the type area, centred; “文件” follows the name, and stands to
    the right of several names, half way down.
    """
    *names, last = parts or ("",)
    if last == MARK_TAIL and len(names) > 1:
        _joint(file, names)
        return
    lines = ["".join(parts)] if last == MARK_TAIL else parts
    size = mark_size(max(map(len, lines), default=1))
    for at, text in enumerate(lines):
        _write(file, text, size, before=MARK_BELOW * MM if at == 0 else 0)


def _joint(file: Any, names: Sequence[str]) -> None:
    longest, tail = max(map(len, names)), len(MARK_TAIL)
    size = mark_size(longest + tail + 1)
    write(file, "", line=MARK_BELOW * MM)
    table = file.add_table(rows=1, cols=2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    border_cells(table, {})
    left, right = table.rows[0].cells
    for column, cell, width in zip(table.columns, (left, right), (longest, tail), strict=True):
        column.width = cell.width = Pt((width + 0.5) * size)
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        first = cell.paragraphs[0]
        first._p.getparent().remove(first._p)
    for name in names:
        _write(left, name, size, align="spread")
    _write(right, MARK_TAIL, size)


def _write(
    place: Any, text: str, size: float, *, align: str = "center", before: float = 0
) -> Paragraph:
    return write(
        place, text, font=TITLE_FONT, size=size, align=align, color=RED, tight=False,
        before=before, line=size * _LINE,
    )  # fmt: skip
