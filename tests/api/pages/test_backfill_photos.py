"""补录 with photos: what lies on the sheet of an office's own ledger comes with its row."""

import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from api.context import Duban
from tests.api.files import photographed, picture
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Page
from tests.api.pages.stories import SPECIALIST
from tests.api.pages.test_backfill_page import sent
from tests.api.sheets import workbook
from workflow.store.tables.handles import ATTACHMENT, AUDIT, USE

HEADS = ("责任单位", "问题描述", "整改时限", "环节", "整改前图片", "整改后图片", "备注")
DUE = date(2026, 3, 20).isoformat()
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
RED = picture(colour="red")
BEFORE, AFTER, NOTES = 4, 5, 6


def row(what: str) -> tuple[str, ...]:
    return ("兴义市", what, DUE, "整改中", "", "", "")


def ledger(*rows: tuple[str, ...], pictures: tuple[tuple[int, int, bytes], ...] = ()) -> bytes:
    """A ledger with its heads in the first row; pictures by row (from 2 on) and column."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADS)
        for at, cells in enumerate(rows, start=1):
            sheet.set_row(at, 60)
            sheet.write_row(at, 0, cells)
        for number, column, content in pictures:
            sheet.insert_image(
                number - 1, column, f"{number}.png", {"image_data": io.BytesIO(content)}
            )

    return workbook(fill)


def replaced(book: bytes, part: str, body: bytes) -> bytes:
    """The same workbook with other bytes in a part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, body if name == part else old.read(name))
    return out.getvalue()


def taken(desk: Browser, content: bytes) -> tuple[Page, Page]:
    """The report about a ledger, and the page after it was taken over."""
    looked = sent(desk, content, act="look")
    return looked, sent(desk, None, page=looked, act="take")


def lines(page: Page) -> dict[str, str]:
    rows = [found for found in page.main.all("tr") if any(found.all("td"))]
    return {found.one("th").text: found.one("td").text for found in rows}


def test_photos_on_the_sheet_come_with_their_rows_and_say_so(
    browser: Browsers, duban: Duban
) -> None:
    """Upright, without the camera's place and owner, as if each had been brought by hand."""
    desk = browser(SPECIALIST)
    pictures = ((2, BEFORE, photographed()), (2, AFTER, picture()), (2, AFTER, RED))
    content = ledger(row("路灯三个月不亮"), row("公示栏没有更新"), pictures=pictures)
    looked, done = taken(desk, content)
    assert "照片 3 张一并收入" in looked.text
    assert "（照片 3 张）" in lines(looked)["2"]
    assert "已补录 2 件" in done.text
    page = desk.get("/cases/1", chinese=False)
    assert page.text.count("补录") >= 3
    images = [image for image in page.main.all("img") if "/preview" in image.attributes["src"]]
    assert len(images) >= 3
    with duban.database.reading() as connection:
        columns = select(USE.c.case_id, ATTACHMENT.c.name, ATTACHMENT.c.sha256)
        uses = columns.join(ATTACHMENT, ATTACHMENT.c.id == USE.c.attachment_id)
        used = connection.execute(uses).all()
    assert {one.case_id for one in used} == {1}
    assert sorted(one.name for one in used)[0] == "补录 第2行 整改前图片 1.jpg"
    kept = duban.files.read(next(one.sha256 for one in used if "整改前" in one.name)) or b""
    assert b"OWNER-NAME" not in kept
    assert Image.open(io.BytesIO(kept)).size == (48, 64)


def test_a_picture_that_is_refused_is_told_beside_its_row_and_keeps_no_row_out(
    browser: Browsers, duban: Duban
) -> None:
    desk = browser(SPECIALIST)
    rows = row("路灯三个月不亮"), row("公示栏没有更新"), row("水管漏水没有修")
    pictures = ((2, BEFORE, picture(kind="PNG")), (3, NOTES, picture()), (4, BEFORE, RED))
    book = ledger(*rows, pictures=(*pictures, (90, BEFORE, picture(colour="blue"))))
    looked, done = taken(desk, replaced(book, "xl/media/image1.png", GIF))
    said = lines(looked)
    assert "“整改前图片”有一张图片没有收下：只接收 JPG、PNG、WebP" in said["2"]
    assert "“备注”一列的图片没有收下" in said["3"]
    assert "没有收下" not in said["4"]
    assert "2 行，原因在下面各行；1 张不在任何一行里" in looked.text
    assert "已补录 3 件" in done.text
    with duban.database.reading() as connection:
        assert list(connection.execute(select(USE.c.case_id)).scalars()) == [3]
        refused = select(AUDIT.c.outcome).where(AUDIT.c.outcome == "refused")
        assert connection.execute(refused).first() is not None


def test_no_more_photos_than_a_fact_holds(browser: Browsers) -> None:
    many = tuple((2, BEFORE, picture(colour=f"rgb({n},9,9)")) for n in range(11))
    looked, done = taken(browser(SPECIALIST), ledger(row("路灯三个月不亮"), pictures=many))
    assert "“整改前图片”的图片超过 9 张，多出的没有收下" in lines(looked)["2"]
    assert "已补录 1 件" in done.text


def test_a_picture_pasted_too_high_belongs_to_the_row_below(browser: Browsers) -> None:
    """Pasted by hand it begins in the row above, 70 pixels down in one of 80."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADS)
        for at, what in ((1, "路灯三个月不亮"), (2, "公示栏没有更新")):
            sheet.set_row(at, 60)
            sheet.write_row(at, 0, row(what))
        image = {"image_data": io.BytesIO(picture()), "y_offset": 70}
        sheet.insert_image(1, BEFORE, "a.jpg", image)

    looked = sent(browser(SPECIALIST), workbook(fill), act="look")
    assert "照片" not in lines(looked)["2"]
    assert "（照片 1 张）" in lines(looked)["3"]


def inside_a_cell(formula: str) -> bytes:
    """A picture as WPS keeps it inside a cell: a formula that names it."""
    book = ledger(row("路灯三个月不亮"), pictures=((2, BEFORE, picture()),))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith("sheet1.xml.rels"):  # nothing lies on the sheet
                continue
            if name.endswith("sheet1.xml"):
                cell = f'<c r="E2" t="str"><f>{formula}</f><v>={formula}</v></c>'
                body = re.sub(rb'<drawing[^>]*/>|<c r="[EFG]2"[^>]*/>', b"", body)
                body = body.replace(b"</row></sheetData>", f"{cell}</row></sheetData>".encode())
            new.writestr(name, body)
        new.writestr("xl/cellimages.xml", (
            '<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"'
            ' xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
            ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
            ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            '<etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="ID_AB12"/></xdr:nvPicPr>'
            '<xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill></xdr:pic></etc:cellImage>'
            "</etc:cellImages>"
        ))  # fmt: skip
        new.writestr("xl/_rels/cellimages.xml.rels", (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Target="media/image1.jpeg" Type="http://schemas.openxmlformats'
            '.org/officeDocument/2006/relationships/image"/></Relationships>'
        ))  # fmt: skip
    return out.getvalue()


@pytest.mark.parametrize(
    ("formula", "many"),
    [("_xlfn.DISPIMG(&quot;ID_AB12&quot;,1)", 1), ("DISPIMG(&quot;ID_OTHER&quot;,1)", 0)],
)
def test_a_picture_inside_a_cell_of_wps_comes_as_well(
    formula: str, many: int, browser: Browsers
) -> None:
    looked = sent(browser(SPECIALIST), inside_a_cell(formula), act="look")
    assert ("（照片 1 张）" in lines(looked)["2"]) == bool(many)
    assert "DISPIMG" not in looked.text


def test_a_ledger_with_photos_may_be_larger_than_a_form(browser: Browsers) -> None:
    noise = Image.effect_noise((900, 900), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    assert len(out.getvalue()) > 1024 * 1024
    content = ledger(row("路灯三个月不亮"), pictures=((2, BEFORE, out.getvalue()),))
    looked = sent(browser(SPECIALIST), content, act="look")
    assert "（照片 1 张）" in lines(looked)["2"]
    assert "文件较大，请再选一次" in looked.text


@pytest.mark.parametrize(
    "corner",
    [b"<xdr:col>-9000</xdr:col>", b"<xdr:col>" + b"9" * 5000 + b"</xdr:col>", b"<xdr:col>"],
)
def test_a_drawing_made_to_do_harm_gets_one_sentence(corner: bytes, browser: Browsers) -> None:
    book = ledger(row("路灯三个月不亮"), pictures=((2, BEFORE, picture()),))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        drawing = archive.read("xl/drawings/drawing1.xml")
    harmful = drawing.replace(b"<xdr:col>4</xdr:col>", corner)
    assert harmful != drawing
    page = sent(
        browser(SPECIALIST), replaced(book, "xl/drawings/drawing1.xml", harmful), act="look"
    )
    assert "图片的位置认不出来" in page.main.one(role="alert").text
