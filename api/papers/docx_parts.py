"""What a docx is put together from: paragraphs in given faces and lines, rules, cells, fields."""

from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph as DocxParagraph

from api.papers.measures import BODY_FONT, LINE, SIZE_3, TIGHTER

Paragraph = Any
"""python-docx's classes; they ship no useful annotations for what is done here."""

ALIGNED = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
    "spread": WD_ALIGN_PARAGRAPH.DISTRIBUTE,
}


def write(
    place: Any,
    text: str,
    *,
    font: str = BODY_FONT,
    size: float = SIZE_3,
    align: str = "left",
    color: str | None = None,
    before: float = 0,
    after: float = 0,
    line: float | None = LINE,
    right: float = 0,
    first: float = 0,
    tight: bool = True,
) -> Paragraph:
    """A paragraph in a document, cell, header or footer; all lengths in points."""
    paragraph = place.add_paragraph()
    form = paragraph.paragraph_format
    form.alignment = ALIGNED[align]
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.right_indent, form.first_line_indent = Pt(right), Pt(first)
    form.widow_control = False
    if line is not None:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    if text:
        add_run(paragraph, text, font, size, color, tight=tight)
    return paragraph


def add_run(
    paragraph: Paragraph,
    text: str,
    font: str = BODY_FONT,
    size: float = SIZE_3,
    color: str | None = None,
    *,
    tight: bool = True,
) -> Any:
    """A run of text in a face by name; the face need not be on this machine."""
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    properties = run._element.get_or_add_rPr()
    faces = properties.get_or_add_rFonts()
    for slot in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        faces.set(qn(slot), font)
    if tight:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(round(TIGHTER * 20)))
        properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz")
    if color:
        run.font.color.rgb = RGBColor.from_string(color)
    return run


def rule(
    paragraph: Paragraph, side: str, kind: str, width: int, color: str, space: int = 0
) -> None:
    """A line above or below a paragraph: `width` in eighths of a point, `space` in points."""
    properties = paragraph._p.get_or_add_pPr()
    lines = properties.find(qn("w:pBdr"))
    if lines is None:
        lines = OxmlElement("w:pBdr")
        properties.insert_element_before(
            lines, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc"
        )
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", kind), ("sz", width), ("space", space), ("color", color)):
        line.set(qn(f"w:{name}"), str(value))
    lines.append(line)


def no_gaps(style: Any) -> None:
    """A word processor puts a gap between a digit and a character unless it is told not to: a
    document has none (“2026年3月2日”), nor would 28 characters stand in a line.
    """
    properties = style.element.get_or_add_pPr()
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):
        off = OxmlElement(name)
        off.set(qn("w:val"), "0")
        properties.insert_element_before(
            off, "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:jc"
        )


def borders(paragraph: Paragraph, *, top: int, bottom: int) -> None:
    """Black lines above and below a paragraph, in eighths of a point; 0 is none."""
    for side, width in (("top", top), ("bottom", bottom)):
        if width:
            rule(paragraph, side, "single", width, "000000")


def page_number(paragraph: Paragraph, font: str, size: float) -> None:
    """— 1 — as a field."""
    add_run(paragraph, "— ", font, size, tight=False)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = add_run(paragraph, "", font, size, tight=False)
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)
    add_run(paragraph, " —", font, size, tight=False)


def border_cells(table: Any, sides: dict[str, int]) -> None:
    """The lines of a table, each side with its width in eighths of a point; 0 is none."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        width = sides.get(side, 0)
        line.set(qn("w:val"), "single" if width else "nil")
        line.set(qn("w:sz"), str(width))
        line.set(qn("w:space"), "0")
        line.set(qn("w:color"), "000000")
        borders.append(line)
    table._tbl.tblPr.append(borders)


def repeat_head(row: Any) -> None:
    """The row stands again at the top of every page."""
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(head)


def keep_whole(row: Any) -> None:
    """The row does not break over two pages."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def keep_with_next(row: Any) -> None:
    """The row stands on the page of the row below it."""
    for cell in row.cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def box_at_the_foot(paragraph: Paragraph, width: float, height: float) -> "Box":
    """A place for paragraphs at the foot of the type area of the page on which `paragraph` stands,
    as the 版记 has it; lengths in points.
    """
    text = _BOX.format(w=round(width * 12700), h=round(height * 12700))
    run = paragraph.add_run()._r
    run.append(parse_xml(text))
    (content,) = run.iter(qn("w:txbxContent"))
    return Box(content, paragraph)


class Box:
    """What stands in a box; takes paragraphs as a document does."""

    def __init__(self, content: Any, paragraph: Paragraph) -> None:
        self._content, self._part = content, paragraph._parent

    def add_paragraph(self) -> Paragraph:
        """An empty paragraph at the end."""
        added = OxmlElement("w:p")
        self._content.append(added)
        return DocxParagraph(added, self._part)


_BOX = """
<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
<mc:Choice Requires="wps"><w:drawing>
<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0"
 locked="0" layoutInCell="1" allowOverlap="0">
<wp:simplePos x="0" y="0"/>
<wp:positionH relativeFrom="margin"><wp:align>center</wp:align></wp:positionH>
<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>
<wp:extent cx="{w}" cy="{h}"/><wp:wrapTopAndBottom/><wp:docPr id="1" name="版记"/>
<a:graphic><a:graphicData
 uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>
<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{w}" cy="{h}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>
<wps:txbx><w:txbxContent/></wps:txbx>
<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"/></wps:wsp></a:graphicData></a:graphic>
</wp:anchor></w:drawing></mc:Choice></mc:AlternateContent>
""".replace("\n", "")
