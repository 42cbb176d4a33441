"""A sheet on paper: across the page, its heads on every page, pages counted; on one page side by
side wherever somebody can still read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from api.presenting.wording import in_full

TITLE, HEADS, TEXT = "方正小标宋简体", "黑体", "仿宋_GB2312"
"""Fonts by name: they are the office's, and nothing is embedded."""

_A3, _A4 = 8, 9
"""Sizes of paper as the format numbers them."""
_ON_A4, ON_A3 = 190, 308
"""Widths of columns, in characters, that are drawn on one page: type of 10 points then comes out at
7 or above (六号), which is what a ledger is still read in on a wall.
"""

HEAD = {"text_wrap": True, "valign": "vcenter"}
"""How heads stand in their cells: one that is longer than its column goes on below."""

_HEAD_LINE = 15.0


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the foot of a sheet says of it: which unit made it, and the day of what stands in it."""

    unit: str
    day: date


def head_in(title: str, width: int) -> str:
    """A head; what it has in brackets begins a line where there is no room beside the rest."""
    return title if 2 * len(title) < width else title.replace("（", "\n（")


def head_height(columns: Sequence[tuple[str, int]]) -> float:
    """The height in points of a row of heads, each with the width of its column."""
    lines = (
        sum(ceil((2 * len(line) + 1) / width) for line in title.split("\n"))
        for title, width in columns
    )
    return max(lines, default=1) * _HEAD_LINE + 3


def set_up_print(
    sheet: Any, width: float, title: str = "", made: Imprint | None = None, *, named_by: int = 1
) -> None:
    """Set a sheet up whose columns are together so many characters wide.

    What is too wide for a page goes on beside it, the columns that name a row, which are the first
    `named_by`, on each.
    """
    sheet.set_landscape()
    sheet.set_paper(_A4 if width <= _ON_A4 else _A3)
    sheet.fit_to_pages(ceil(width / ON_A3), 0)
    sheet.print_across()
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, named_by - 1)
    sheet.hide_gridlines(0)  # they are printed, too
    sheet.center_horizontally()
    sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    if title:  # the font after the size: a title that begins with a figure would be read into it
        sheet.set_header(f'&C&16&"{TITLE},Regular"{_plain(title)}')
    unit = f"&L制表单位：{_plain(made.unit)}" if made and made.unit else ""
    of = f"&R数据截至 {in_full(made.day)}" if made else ""  # a field would be in the machine's form
    sheet.set_footer(f"{unit}&C第 &P 页，共 &N 页{of}")


def _plain(text: str) -> str:
    """A text in which nothing is taken for a command of the format."""
    return text.replace("&", "&&")
