"""A composed document as docx, laid out by GB/T 9704-2012: the file of record.

The same document makes the same bytes, whenever and wherever it is drawn. No seal is drawn: the
place for one is left, and a seal is put on by whoever keeps it.
"""

import io
import zipfile
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from api.papers.docx_mark import add_mark
from api.papers.docx_parts import add_run, no_gaps, page_number, rule, write
from api.papers.docx_text import add_annexes, add_body, add_colophon, add_signature
from api.papers.measures import (
    BODY_FONT,
    BOTTOM,
    FORM_BOTTOM,
    FORM_TOP,
    ITALIC_FONT,
    LEFT,
    LETTER_MARK_TOP,
    LETTER_RULE,
    LETTER_RULE_BOTTOM,
    LINE,
    MM,
    NUMBER_FONT,
    PAGE_HEIGHT,
    PAGE_NUMBER_BELOW,
    PAGE_WIDTH,
    RED,
    RIGHT,
    RULE_BELOW,
    SIZE_2,
    SIZE_3,
    SIZE_4,
    TITLE_FONT,
    TOP,
    mark_size,
    narrower,
)
from workflow.papers.composing import Composed

_ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  (the format knows no zone)
_ZIPPED = (1980, 1, 1, 0, 0, 0)


def docx_of(document: Composed) -> bytes:
    """The docx of a document."""
    file = Document()
    _set_up(file, document)
    {"letter": _letter_head, "document": _document_head, "minutes": _document_head}.get(
        document.layout, _no_head
    )(file, document)
    _title(file, document)
    add_body(file, document)
    add_signature(file, document)
    add_annexes(file, document)
    if document.layout in ("document", "minutes"):
        add_colophon(file, document)
    return _same_bytes(file)


def _set_up(file: Any, document: Composed) -> None:
    body = file.element.body
    for paragraph in list(file.paragraphs):
        body.remove(paragraph._p)
    style = file.styles["Normal"]
    style.font.name, style.font.size = BODY_FONT, Pt(SIZE_3)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), BODY_FONT)
    no_gaps(style)
    section = file.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(PAGE_WIDTH), Mm(PAGE_HEIGHT)
    top, bottom = (FORM_TOP, FORM_BOTTOM) if document.layout == "form" else (TOP, BOTTOM)
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = Mm(LETTER_MARK_TOP if document.layout == "letter" else 15)
    section.footer_distance = Mm(bottom - PAGE_NUMBER_BELOW) - Pt(SIZE_4)
    section.different_first_page_header_footer = document.layout == "letter"
    file.settings.odd_and_even_pages_header_footer = True
    properties = file.core_properties
    properties.title, properties.author = document.title[:200], " ".join(document.organ)[:200]
    properties.created = properties.modified = _ALWAYS
    properties.comments = ""
    _number_pages(section)


def _number_pages(section: Any) -> None:
    """7.5: odd pages right, even pages left, one character in."""
    for footer, align in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        first = footer.paragraphs[0]
        first._p.getparent().remove(first._p)
        paragraph = write(footer, "", align=align, line=SIZE_4 + 2)
        form = paragraph.paragraph_format
        form.left_indent = form.right_indent = Pt(SIZE_4)
        page_number(paragraph, NUMBER_FONT, SIZE_4)


# Heads


def _no_head(file: Any, document: Composed) -> None:
    if document.number:
        write(file, document.number, align="right", after=LINE / 2)


def _document_head(file: Any, document: Composed) -> None:
    """7.2: the mark, the number two lines below it, the red rule 4 mm below that."""
    add_mark(file, document.mark.split())
    if document.signer:
        paragraph = write(file, f"　{document.number}", before=2 * LINE)
        _tab_to_the_right(paragraph)
        paragraph.add_run("\t")
        _signer(paragraph, document.signer)
    else:
        paragraph = write(file, document.number or "　", align="center", before=2 * LINE)
    rule(paragraph, "bottom", "single", 12, RED, space=round(RULE_BELOW * MM))


def _signer(paragraph: Any, name: str) -> None:
    add_run(paragraph, "签发人：")
    add_run(paragraph, f"{name}　", ITALIC_FONT)


def _tab_to_the_right(paragraph: Any) -> None:
    place = Mm(PAGE_WIDTH - LEFT - RIGHT)
    paragraph.paragraph_format.tab_stops.add_tab_stop(place, WD_TAB_ALIGNMENT.RIGHT)


def _letter_head(file: Any, document: Composed) -> None:
    """10.1: the mark 30 mm from the edge, a double rule 4 mm below it and 20 mm from the foot."""
    section = file.sections[0]
    size = mark_size(len("".join(document.mark.split())))
    header, footer = section.first_page_header, section.first_page_footer
    for part in (header, footer):
        part.is_linked_to_previous = False
        part._element.remove(part.paragraphs[0]._p)
    mark = write(
        header, "".join(document.mark.split()), font=TITLE_FONT, size=size, align="center",
        color=RED, tight=False, line=size * 1.1,
    )  # fmt: skip
    wider = Mm((LETTER_RULE - (PAGE_WIDTH - LEFT - RIGHT)) / 2)
    foot = write(footer, "", line=2)
    for paragraph, side, kind, space in (
        (mark, "bottom", "thickThinSmallGap", round(RULE_BELOW * MM)),
        (foot, "top", "thinThickSmallGap", 0),
    ):
        form = paragraph.paragraph_format
        form.left_indent = form.right_indent = -wider
        rule(paragraph, side, kind, 24, RED, space)
    write(header, "", line=6)
    section.footer_distance = Mm(LETTER_RULE_BOTTOM) - Pt(2)
    _keep_number_place(section)
    write(file, document.number, align="right")


def _keep_number_place(section: Any) -> None:
    """The foot of later pages stands as high as in other layouts, though the first stands lower."""
    for footer in (section.footer, section.even_page_footer):
        lift = Mm(BOTTOM - PAGE_NUMBER_BELOW - LETTER_RULE_BOTTOM) - Pt(SIZE_4)
        footer.paragraphs[-1].paragraph_format.space_after = lift


def _title(file: Any, document: Composed) -> None:
    """7.3.1: two lines below the rule, centred, size 2."""
    before = {"letter": 2 * LINE, "document": 2 * LINE, "minutes": LINE}.get(document.layout, 0)
    after = LINE if document.layout != "form" else LINE / 2
    paragraph = write(
        file, document.title, font=TITLE_FONT, size=SIZE_2, align="center", before=before,
        after=after, line=32, tight=False,
    )  # fmt: skip
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Pt(narrower(document.title))


# Bytes


def _same_bytes(file: Any) -> bytes:
    """The file with every clock in it stopped, and without the picture that python-docx puts in."""
    links = file.part.package.rels
    for link in [link for link, found in links.items() if found.reltype.endswith("/thumbnail")]:
        del links[link]
    drawn, content = io.BytesIO(), io.BytesIO()
    file.save(drawn)
    with zipfile.ZipFile(drawn) as source, zipfile.ZipFile(content, "w") as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, _ZIPPED)
            target.writestr(part, source.read(name), zipfile.ZIP_DEFLATED)
    return content.getvalue()
