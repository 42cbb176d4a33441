"""The text of a docx: addressees, paragraphs, tables, forms; who signs it; the 版记 at its end."""

import re
from collections.abc import Iterable
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
_COLOPHON_LINE = 24.0
_COLOPHON_NAMES = WIDTH * MM - 6 * SIZE_4
"""Points of a line of names: five characters are left free beside them, one where a sign hangs."""


def add_body(file: Any, document: Composed) -> None:
    """7.3.2–7.3.4: addressees, body, what is enclosed."""
    if document.to and document.layout in ("letter", "document"):
        write(file, f"{joined(document.to)}：", align="both")
    _blocks(file, document.blocks)
    if document.attachments or document.organ:
        _keep_with_next(file)  # a page with nothing on it but who signs says too little
    for at, name in enumerate(document.attachments, start=1):
        head = "附件：" if at == 1 else "　　　"
        text = f"{head}{at}. {name}" if len(document.attachments) > 1 else f"{head}{name}"
        written = write(file, text, first=2 * SIZE_3, before=LINE if at == 1 else 0)
        written.paragraph_format.keep_with_next = True


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
    for block in blocks:
        if block.kind == "paragraph":
            _paragraph(file, block.text)
        elif block.kind == "table":
            _table(file, block)
        else:
            _grid(file, block)


def _paragraph(file: Any, text: str) -> None:
    """A heading stays with what it heads; one that goes on as text is one to its first sign."""
    font = font_of(text)
    heading = font != BODY_FONT and len(text) <= CHARACTERS
    end = _END_OF_HEAD.search(text) if font != BODY_FONT and not heading else None
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
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for at, cells in enumerate([head, *rows]):
        row = table.add_row()
        keep_whole(row)
        if at == 0:
            repeat_head(row)
        for cell, text, width in zip(row.cells, cells, widths, strict=True):
            cell.width = Mm(width)
            _fill(cell, text, BLACK_FONT if at == 0 else None, "center" if at == 0 else "left")
    write(file, "", line=LINE / 2)


_WHOLE = 300
"""So many characters of a form's row stay together: a signature is not torn over two pages."""
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
    titles = _TITLES
    values = (WIDTH - titles * (columns / 2)) / (columns / 2)
    for at, column in enumerate(table.columns):
        column.width = Mm(titles if at % 2 == 0 else values)
    for cells in block.rows:
        row = table.add_row()
        for at, cell in enumerate(row.cells):
            cell.width = Mm(titles if at % 2 == 0 else values)
        if len(cells) < columns:
            row.cells[len(cells) - 1].merge(row.cells[-1])
        row.height = Mm(11)
        if max(map(len, cells)) <= _WHOLE:
            keep_whole(row)
        for at, text in enumerate(cells):
            is_title = at % 2 == 0 and len(cells) > 1
            font, align = (BLACK_FONT, "center") if is_title else (None, "left")
            _fill(row.cells[at], _title(text) if is_title else text, font, align)
    write(file, "", line=1)  # a table needs a paragraph below it; this one takes no page


def _title(text: str) -> str:
    """The title of a cell; what stands in brackets has a line of its own where it is too long."""
    return text.replace("（", "\n（") if width_of(text, _CELL) > (_TITLES - 4) * MM else text


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
