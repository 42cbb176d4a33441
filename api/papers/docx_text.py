"""The text of a docx: addressees, paragraphs, tables, forms; who signs it; the 版记 at its end."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt

from api.papers.docx_parts import (
    add_run,
    border_cells,
    borders,
    box_at_the_foot,
    keep_whole,
    keep_with_next,
    repeat_head,
    write,
)
from api.papers.measures import (
    BLACK_FONT,
    BODY_FONT,
    CHARACTERS,
    INNER_LINE,
    LINE,
    MM,
    OUTER_LINE,
    SIZE_2,
    SIZE_3,
    SIZE_4,
    TITLE_FONT,
    WIDTH,
    font_of,
    width_of,
)
from workflow.papers.composing import Block, Composed, joined

_CELL = 12.0
"""小四: what stands in tables and forms."""
_CELL_LINE = 18.0
_END_OF_HEAD = re.compile("[。：]")
_TITLES = 34.0
"""Width of the titles in a form, in millimetres: seven characters."""
_WIDEST_TITLES = 42.5
"""And nine, where one has as many."""
_EDGES = 4
"""Millimetres of a cell beside what stands in it."""
_COLOPHON_LINE = 24.0
_COLOPHON_NAMES = WIDTH * MM - 6 * SIZE_4
"""Points of a line of names: five characters are left free beside them, one where a sign hangs."""


def add_body(file: Any, document: Composed) -> None:
    """7.3.2–7.3.4: addressees, body, what is enclosed."""
    if document.to and (document.layout in ("letter", "document") or document.kind == "报告"):
        write(file, f"{joined(document.to)}：", align="both")
    _blocks(file, document.blocks)
    if document.attachments or document.organ:
        _keep_the_end(file, document.blocks)
    for at, name in enumerate(document.attachments, start=1):
        head = "附件：" if at == 1 else "　　　"
        text = f"{head}{at}. {name}" if len(document.attachments) > 1 else f"{head}{name}"
        written = write(file, text, first=2 * SIZE_3, before=LINE if at == 1 else 0)
        written.paragraph_format.keep_with_next = True


def _keep_the_end(file: Any, blocks: Sequence[Block]) -> None:
    """A page with nothing on it but who signs says too little, and so does one with a line more."""
    *_, above, last = (Block(""), Block(""), *blocks)
    _keep_with_next(file)
    if above.kind == last.kind == "paragraph" and len(last.text) <= CHARACTERS:
        file.paragraphs[-2].paragraph_format.keep_with_next = True


def _keep_with_next(file: Any) -> None:
    if file.paragraphs:
        file.paragraphs[-1].paragraph_format.keep_with_next = True


def add_annexes(file: Any, document: Composed) -> None:
    """7.3.6: each from a new page on, its number in the first line, its title in the third."""
    others = len(document.attachments) - len(document.annexes)
    for at, annex in enumerate(document.annexes, start=others + 1):
        number = at if len(document.attachments) > 1 else ""
        head = write(file, f"附件{number}", font=BLACK_FONT)
        head.paragraph_format.page_break_before = True
        write(
            file, annex.title, font=TITLE_FONT, size=SIZE_2, align="center", before=LINE,
            after=LINE / 2, line=32, tight=False,
        )  # fmt: skip
        _blocks(file, annex.blocks)


def _blocks(file: Any, blocks: Iterable[Block]) -> None:
    above = ""
    for block in blocks:
        if block.kind == "paragraph":
            _paragraph(file, block.text)
        elif block.kind == "table":
            if 0 < len(above) <= CHARACTERS:
                _keep_with_next(file)  # what a table is called stays with it
            _table(file, block)
        else:
            _grid(file, block)
        above = block.text


def _paragraph(file: Any, text: str) -> None:
    """A heading stays with what it heads; one that goes on as text is one to its first sign."""
    font = font_of(text)
    end = _END_OF_HEAD.search(text, 0, len(text) - 1) if font != BODY_FONT else None
    heading = font != BODY_FONT and not end and len(text) <= CHARACTERS
    head = text[: end.end()] if end else text
    written = write(file, head, font=font, first=2 * SIZE_3, align="both")
    written.paragraph_format.keep_with_next = heading
    if end:
        add_run(written, text[end.end() :])


def _table(file: Any, block: Block) -> None:
    """A table fact: heads, then a row each; columns as wide as their longest cells want."""
    head, *rows = block.rows
    table = file.add_table(rows=0, cols=len(head))
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    border_cells(table, dict.fromkeys(_SIDES, INNER_LINE))
    widths = _shares([head, *rows])
    aligned = ["center" if _is_short(column) else "left" for column in zip(*rows, strict=True)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for at, cells in enumerate([head, *rows]):
        row = table.add_row()
        keep_whole(row)
        if at == 0:
            repeat_head(row)
        for cell, text, width, align in zip(row.cells, cells, widths, aligned, strict=True):
            cell.width = Mm(width)
            _fill(cell, text, BLACK_FONT if at == 0 else None, "center" if at == 0 else align)
        if at in (0, len(rows) - 1):
            keep_with_next(row)  # neither the heads nor the last row stand alone
    write(file, "", line=LINE / 2)


def _is_short(column: Iterable[str]) -> bool:
    """Numbers, dates, names: they stand in the middle of their cells."""
    return all(width_of(text, 1) <= _SHORT for text in column)


_SHORT = 8
"""Characters of a short cell: a date has as many."""
_WHOLE = 300
"""So many characters of a form's row stay together: a signature is not torn over two pages."""
_AT_THE_END = 3
"""So many rows at the end of a form stand on one page: who signs, and what is signed."""
_ROW, _SIGNED, _WRITTEN = 11, 15, 20
"""Least height of a form's row in millimetres: as printed, with room for a signature, for words."""
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")


def _shares(rows: list[tuple[str, ...]]) -> list[float]:
    """The width of each column in millimetres: between a tenth and what its text asks for."""
    longest = [max(width_of(row[at], 1) for row in rows) for at in range(len(rows[0]))]
    wanted = [min(max(length, 11), 24) for length in longest]  # a date stays on one line
    return [WIDTH * one / sum(wanted) for one in wanted]


def _grid(file: Any, block: Block) -> None:
    """A form: titles and what stands beside them by turns, the last cell to the edge."""
    columns = max(map(len, block.rows))
    table = file.add_table(rows=0, cols=columns)
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    border_cells(table, dict.fromkeys(_SIDES, INNER_LINE))
    titles = _titles_of(block)
    values = (WIDTH - titles * (columns / 2)) / (columns / 2)
    for at, column in enumerate(table.columns):
        column.width = Mm(titles if at % 2 == 0 else values)
    for nth, cells in enumerate(block.rows, start=1):
        row = table.add_row()
        for at, cell in enumerate(row.cells):
            cell.width = Mm(titles if at % 2 == 0 else values)
        if len(cells) < columns:
            row.cells[len(cells) - 1].merge(row.cells[-1])
        row.height = Mm(_height(cells))
        if max(map(len, cells)) <= _WHOLE:
            keep_whole(row)
        for at, text in enumerate(cells):
            is_title = at % 2 == 0 and len(cells) > 1
            font, align = (BLACK_FONT, "center") if is_title else (None, "left")
            said = _title(text, titles) if is_title else text
            _fill(row.cells[at], said, font, align)
        if len(block.rows) - _AT_THE_END < nth < len(block.rows):
            keep_with_next(row)
    write(file, "", line=1)  # a table needs a paragraph below it; this one takes no page


def _titles_of(block: Block) -> float:
    """The width of a form's titles in millimetres: none is left with one character in a line."""
    titles = (text for cells in block.rows if len(cells) > 1 for text in cells[::2])
    longest = max((width_of(text.partition("（")[0], _CELL) for text in titles), default=0)
    return max(_TITLES, min(longest / MM + _EDGES, _WIDEST_TITLES))


def _title(text: str, width: float) -> str:
    """The title of a cell; what stands in brackets has a line of its own where it is too long."""
    return text.replace("（", "\n（") if width_of(text, _CELL) > (width - _EDGES) * MM else text


def _height(cells: Sequence[str]) -> float:
    """What is left empty is filled in by hand."""
    if len(cells) == 2 and not cells[1]:
        return _WRITTEN
    return _SIGNED if any(not text or text.endswith("：") for text in cells[1::2]) else _ROW


def _fill(cell: Any, text: str, font: str | None, align: str) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    first = cell.paragraphs[0]
    for line in text.splitlines() or [""]:
        if font:
            write(cell, line, font=font, size=_CELL, align=align, line=_CELL_LINE, tight=False)
        else:
            write(cell, line, size=_CELL, align=align, line=_CELL_LINE, tight=False)
    first._p.getparent().remove(first._p)


def add_signature(file: Any, document: Composed) -> None:
    """7.3.5: the date four characters from the right, the organ centred above it, for the seal."""
    if not document.organ:
        return
    date_width = width_of(document.date, SIZE_3)
    for at, organ in enumerate(document.organ):
        right = max(0.0, 4 * SIZE_3 + (date_width - width_of(organ, SIZE_3)) / 2)
        before = 2 * LINE if at == 0 else 0
        paragraph = write(file, organ, align="right", right=right, before=before, tight=False)
        paragraph.paragraph_format.keep_with_next = True
    write(file, document.date, align="right", right=4 * SIZE_3, tight=False)


def add_colophon(file: Any, document: Composed) -> None:
    """7.4: copies, who printed it and when, between thick lines at the foot of the last page."""
    head, names = _copies(document)
    lines = -(-width_of(names, SIZE_4) // _COLOPHON_NAMES) if names else 0
    height = (lines + 1) * _COLOPHON_LINE + 5
    box = box_at_the_foot(write(file, "", line=1), WIDTH * MM, height)
    if names:
        borders(write(box, "", line=1), top=OUTER_LINE, bottom=0)  # a line is as wide as its text
        form = _colophon_line(box, f"{head}{names}", right=SIZE_4).paragraph_format
        form.left_indent, form.first_line_indent = Pt(4 * SIZE_4), Pt(-3 * SIZE_4)  # 7.4.2
    printed_by = "　".join(document.organ) or document.mark
    paragraph = _colophon_line(box, f"　{printed_by}\t{document.date}印发")
    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(Mm(WIDTH) - Pt(SIZE_4), WD_TAB_ALIGNMENT.RIGHT)
    borders(paragraph, top=INNER_LINE if names else OUTER_LINE, bottom=OUTER_LINE)


def _copies(document: Composed) -> tuple[str, str]:
    """Who else gets it; of minutes everybody does, and nobody is addressed (10.3)."""
    if document.layout == "minutes":
        head, units = "分送：", tuple(dict.fromkeys((*document.to, *document.copies)))
    else:
        head, units = "抄送：", document.copies
    return head, f"{joined(units)}。" if units else ""


def _colophon_line(box: Any, text: str, right: float = 0) -> Any:
    paragraph = write(box, "", line=_COLOPHON_LINE, right=right)
    add_run(paragraph, text, size=SIZE_4, tight=False)
    return paragraph
