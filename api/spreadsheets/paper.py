"""A sheet on paper: across the page, its heads on every page, pages counted; as wide as it must be
for somebody to read it.
"""

from collections.abc import Sequence
from datetime import date
from math import ceil
from typing import Any

from api.presenting.wording import in_full

_A3, _A4 = 8, 9
"""Sizes of paper as the format numbers them."""
_ON_A4, _ON_A3 = 150, 210
"""Widths of columns, in characters, that are still read when they are drawn on one page."""


HEAD = {"text_wrap": True, "valign": "vcenter"}
"""How heads stand in their cells: one that is longer than its column goes on below."""

_HEAD_LINE = 15.0


def head_height(columns: Sequence[tuple[str, int]]) -> float:
    """The height in points of a row of heads, each with the width of its column."""
    lines = (ceil((2 * len(title) + 1) / width) for title, width in columns)
    return max(lines, default=1) * _HEAD_LINE + 3


def set_up_print(sheet: Any, width: float, title: str = "", day: date | None = None) -> None:
    """Set a sheet up whose columns are together so many characters wide; `day` is that of what
    stands in it.

    What is too wide for a page goes on beside it, the first column on each.
    """
    sheet.set_landscape()
    sheet.set_paper(_A4 if width <= _ON_A4 else _A3)
    sheet.fit_to_pages(ceil(width / _ON_A3), 0)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0)
    sheet.hide_gridlines(0)  # they are printed, too
    sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    if title:
        sheet.set_header(f"&C&14{title.replace('&', '&&')}")
    of = f"&R数据截至 {in_full(day)}" if day else ""  # a field would be in the machine's own form
    sheet.set_footer(f"&C第 &P 页，共 &N 页{of}")
