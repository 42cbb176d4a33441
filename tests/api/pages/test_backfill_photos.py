"""补录 with photos: what lies on the sheet of an office's own ledger comes with its row."""

import io
import json
import re
import struct
import zipfile
import zlib
from datetime import date
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from api import attaching
from api.context import Duban
from api.inspecting.child import ask_child
from api.inspecting.images import pixels_of
from api.inspecting.places import Places
from api.inspecting.refusing import BadFile
from api.spreadsheets import past_import
from api.spreadsheets.past_import import look, open_ledger, take_over
from api.spreadsheets.past_pictures import name_of
from tests.api.files import photographed, picture
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Page
from tests.api.pages.stories import SPECIALIST
from tests.api.pages.test_backfill_page import sent
from tests.api.sheets import workbook
from tests.prefecture import Prefecture
from workflow.store.casework import attachments
from workflow.store.casework.attachments import QuotaExceeded
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
    assert "补录这 2 件" in looked.text
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


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures each child is given, from now on."""
    given: list[int] = []

    def ask(task: str, content: bytes, person: int | None = None) -> Any:
        given.append(len(json.loads(content[: content.index(b"\n")])))
        return ask_child(task, content, person)

    monkeypatch.setattr(attaching, "ask_child", ask)
    return given


def test_a_look_holds_no_picture_and_looks_into_none_of_a_row_that_is_wrong(
    browser: Browsers, duban: Duban, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = counted(monkeypatch)
    wrong = ("没有的市", *row("公示栏没有更新")[1:])
    pictures = ((2, BEFORE, RED), (3, BEFORE, picture()), (3, AFTER, picture(colour="blue")))
    content = ledger(row("路灯三个月不亮"), wrong, pictures=pictures)
    actor = Prefecture(duban.database).actor(SPECIALIST)
    opened = open_ledger(duban, actor, "rectification", "台账.xlsx", content)
    looked = look(duban, actor, "rectification", opened)
    assert given == [1]
    assert (looked.wrong, looked.pictures.many, looked.pictures.elsewhere) == (1, 1, 0)
    ((photo,),) = looked.pictures.kept[2].values()
    assert photo.size == looked.pictures.size > 0
    assert not hasattr(photo, "content")


def test_no_file_is_opened_for_whoever_may_not_take_over(
    browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = counted(monkeypatch)
    monkeypatch.setattr(past_import, "read_list", None)
    content = ledger(row("路灯三个月不亮"), pictures=((2, BEFORE, RED),))
    page = sent(browser("xingyi.liaison"), content, act="look")
    assert "你的岗位不能补录" in page.main.one(role="alert").text
    assert given == []


def test_photos_that_are_too_much_for_the_day_are_told_before_anything_is_kept(
    browser: Browsers, duban: Duban, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is room for each of them, and not for both."""
    content = ledger(row("路灯三个月不亮"), pictures=((2, BEFORE, RED), (2, AFTER, picture())))
    actor = Prefecture(duban.database).actor(SPECIALIST)
    opened = open_ledger(duban, actor, "rectification", "台账.xlsx", content)
    before = look(duban, actor, "rectification", opened)
    assert before.ready
    monkeypatch.setattr(attachments, "MOST_A_DAY", before.pictures.size - 1)
    with pytest.raises(QuotaExceeded):  # somebody brought more since it was looked at
        take_over(duban, actor, "rectification", opened, before, "late")
    desk = browser(SPECIALIST)
    looked = sent(desk, content, act="look")
    refused = sent(desk, None, page=looked, act="take")
    for page in (looked, refused):
        assert "表里的照片合计超过你今天还能上传的" in page.text
        assert "补录这 1 件" not in page.text
    with duban.database.reading() as connection:
        assert connection.execute(select(ATTACHMENT.c.id)).first() is None


def headed(width: int, height: int) -> bytes:
    """A PNG whose header speaks of more than what follows holds."""
    small = picture(kind="PNG")
    header = b"IHDR" + struct.pack(">II", width, height) + small[24:29]
    return small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]


def test_broken_pictures_cost_what_their_headers_say(
    duban: Duban, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of four with 40 megapixels two go to a child together, and then there is no room."""
    broken = [headed(8000, 5000)] * 4
    assert [pixels_of(one) for one in broken] == [40_000_000] * 4
    assert pixels_of(headed(8000, 5001)) == pixels_of(GIF) == 0
    given = counted(monkeypatch)
    monkeypatch.setattr(attaching, "PIXELS_TOGETHER", 80_000_000)
    person = Prefecture(duban.database).actor(SPECIALIST).person or 0
    sized = [(one, pixels_of(one)) for one in broken]
    found = list(attaching.look_into_pictures(duban, person, sized))
    assert given == [2]
    codes = [one.code for one in found if isinstance(one, BadFile)]
    assert codes == ["file_unreadable"] * 2 + ["file_too_much"] * 2


def test_every_child_works_for_the_person_who_brought_the_ledger(
    browser: Browsers, duban: Duban, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = []
    taken_before = Places.taken

    def noted(places: Places, person: int | None) -> Any:
        people.append(person)
        return taken_before(places, person)

    monkeypatch.setattr(Places, "taken", noted)
    content = ledger(row("路灯三个月不亮"), pictures=((2, BEFORE, RED),))
    sent(browser(SPECIALIST), content, act="look")
    assert people == [Prefecture(duban.database).actor(SPECIALIST).person] * 3


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("整改前/后\u202e图片", "补录 第2行 整改前／后图片 1.jpg"),
        ("..\\图片", "补录 第2行 ..＼图片 1.jpg"),
    ],
)
def test_thename_of_a_photo_leads_nowhere(head: str, name: str) -> None:
    assert name_of(2, head, 1) == name


def test_pictures_that_lie_in_no_cell_are_counted(browser: Browsers) -> None:
    """One on the paper and not on a cell, one that Excel 365 keeps among the values of cells."""
    book = ledger(row("路灯三个月不亮"), pictures=((2, BEFORE, RED), (2, AFTER, picture())))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        drawing = archive.read("xl/drawings/drawing1.xml")
    first = re.compile(rb"<xdr:twoCellAnchor.*?</xdr:twoCellAnchor>", re.DOTALL)
    loose = re.sub(rb"<xdr:from>.*?</xdr:to>", b"", first.findall(drawing)[0], flags=re.DOTALL)
    loose = loose.replace(b"twoCellAnchor", b"absoluteAnchor")
    book = replaced(book, "xl/drawings/drawing1.xml", first.sub(loose, drawing, count=1))
    out = io.BytesIO(book)
    with zipfile.ZipFile(out, "a") as more:
        more.writestr("xl/media/image9.jpg", picture(colour="blue"))
        more.writestr("xl/richData/_rels/richValueRel.xml.rels", (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Target="../media/image9.jpg" Type="http://schemas.openxml'
            'formats.org/officeDocument/2006/relationships/image"/></Relationships>'
        ))  # fmt: skip
    looked = sent(browser(SPECIALIST), out.getvalue(), act="look")
    assert "有 2 张图片的位置认不出来（例如 Excel“置于单元格中”的），请改成浮动图片" in looked.text
    assert "（照片 1 张）" in lines(looked)["2"]
