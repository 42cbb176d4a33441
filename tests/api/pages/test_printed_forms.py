"""Printed forms: the papers of an office, cell for cell, from what the cases know."""

import io
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from api.clock import SimulatedClock
from api.context import Duban
from api.inspecting.images import redrawn
from api.presenting.printed import Filled
from api.spreadsheets.printed_form import Sheet, printed_form
from tests.api.files import picture
from tests.api.pages.conftest import Browsers
from tests.api.pages.stories import SPECIALIST, open_case, walk_to
from workflow.engine.definition import Definition
from workflow.engine.printed import Printed
from workflow.store.people.accounts import person_by_username
from workflow.uploads import NewFile, upload

SHEET = "/ledgers/rectification/problem/sheet.xlsx"

NOTICE = (
    "序号 被检查单位 具体地点 隐患类别 存在的问题或隐患 问题图片 整改措施 整改期限（天） 整改责任人"
    " 整改资金（元） 复查时间 完成情况 复查人 备注"
).split()
SIGN_OFF = (
    "序号 被检查单位 具体地点 隐患类别 存在隐患或问题 采取的整改措施 整改期限 整改责任人 整改情况"
    " 完成时间 复查人 整改前图片 整改后图片"
).split()
TREATMENT = (
    "序号 检查时间 检查人 隐患类别 存在隐患或问题 整改措施 整改完成时间 责任人 复查时间 复查人"
    " 复查结果"
).split()
"""The columns of the three papers that offices use, in their order (domain notes 2.2)."""


def form(browser: Browsers, name: str, query: str = "", who: str = SPECIALIST) -> Worksheet:
    """A printed form as it is fetched."""
    answer = browser(who).client.get(f"{SHEET}?form={name}{query}")
    assert answer.status_code == 200, answer.text
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def photo_of(duban: Duban, who: str, content: bytes) -> int:
    """A photo that somebody has brought; its id."""
    with duban.database.reading() as connection:
        person = person_by_username(connection, who)
    whole, small = redrawn(content)
    new = NewFile("现场.jpg", "image/jpeg", whole, small)
    kept = upload(duban.database, duban.files, new, person=person, most=10**9, now=duban.clock())
    return kept.id


def row_of(sheet: Worksheet, at: int) -> list[Any]:
    return [cell.value for cell in sheet[at]]


@pytest.mark.parametrize(
    ("name", "title", "heads", "foot"),
    [
        ("notice_sheet", "检查隐患问题整改通知单", NOTICE, "签发单位负责人： 接收单位负责人："),
        ("sign_off_sheet", "检查问题销号申请单", SIGN_OFF, "整改单位负责人： 主管部门负责人："),
        ("treatment_sheet", "隐患问题整改治理台账", TREATMENT, ""),
    ],
)
def test_the_three_papers_have_their_columns_in_order_and_their_lines_to_sign_on(
    name: str, title: str, heads: list[str], foot: str, browser: Browsers, duban: Duban
) -> None:
    open_case(duban)
    sheet = form(browser, name)
    assert sheet["A1"].value == title
    assert sheet["A1"].font.name == "方正小标宋简体"
    assert [str(head).replace("\n", "") for head in row_of(sheet, 3)] == heads
    assert sheet["A3"].font.name == "黑体"
    assert sheet["B4"].font.name == "仿宋_GB2312"
    said = [cell.value for cell in sheet[sheet.max_row] if cell.value]
    assert said == foot.split() if foot else sheet.max_row == 4
    assert sheet.merged_cells.ranges, "the title goes across"


def test_a_paper_is_set_up_for_its_sheet(browser: Browsers, duban: Duban) -> None:
    open_case(duban)
    sheet = form(browser, "problem_sheet")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert sheet.print_title_rows == "$1:$4", "title, lead and both rows of heads on every page"
    assert sheet.print_area.endswith(f"${sheet.max_row}")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0
    merged = {str(one) for one in sheet.merged_cells.ranges}
    assert {"C3:D3", "A3:A4"} <= merged, "来源 stands above two columns, 序号 in both rows"


def test_a_paper_says_what_became_of_the_case_and_who_did_it(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    walk_to(duban, "second_review", clock, due="2026-05-29", grade="较重")
    notice = dict(zip(NOTICE, row_of(form(browser, "notice_sheet"), 4), strict=True))
    assert notice["被检查单位"] == "兴义市"
    assert notice["整改期限（天）"] == 88, "from 2 March, when it was registered, to 29 May"
    assert notice["整改措施"].startswith("1. ")
    assert isinstance(notice["复查时间"], datetime)
    assert "、" in notice["复查人"], "two inspectors signed the site check together"
    treatment = dict(zip(TREATMENT, row_of(form(browser, "treatment_sheet"), 4), strict=True))
    assert treatment["复查结果"] == "核查合格"
    assert treatment["检查时间"] == datetime(2026, 3, 1)  # noqa: DTZ001


def test_photos_stand_in_their_cells_small_and_the_row_is_as_high_as_they_are(
    browser: Browsers, duban: Duban
) -> None:
    open_case(duban, photos_before=[photo_of(duban, SPECIALIST, picture((3000, 2000)))])
    sheet = form(browser, "notice_sheet")
    (image,) = sheet._images
    assert (image.anchor._from.row, image.anchor._from.col) == (3, NOTICE.index("问题图片"))
    assert max(image.width, image.height) <= 360, "the small picture, not the camera's"
    height = sheet.row_dimensions[4].height
    assert height is not None
    assert height > 60


@pytest.mark.parametrize(
    ("text", "size", "across"),
    [
        ("很短", 11, "center"),
        ("1. 修灯\n2. 换线", 11, None),
        ("村口的路灯不亮" * 15, 11, None),
        ("村口的路灯不亮" * 27, 9, None),
        ("村口的路灯不亮" * 200, 7, None),
    ],
)
def test_a_text_is_set_no_smaller_than_the_highest_row_asks_for(
    text: str, size: int, across: str | None
) -> None:
    """Three times as much as fits is cut however small; a list stands at the left, short or not."""
    column = {"title": "问责情况", "width": 12}
    one = Printed.model_validate({"title": "问题台账", "columns": [column]})
    content = printed_form(Sheet(one, [Filled((text,))], (), ()), lambda _: None)
    sheet = load_workbook(io.BytesIO(content)).active
    assert isinstance(sheet, Worksheet)
    cell = sheet["A3"]
    assert (cell.font.size, cell.alignment.horizontal) == (size, across)


def test_of_many_cases_those_ticked_are_printed_and_no_others(
    browser: Browsers, duban: Duban
) -> None:
    cases = [open_case(duban, description=f"第 {n} 个问题，需要整改") for n in range(3)]
    page = browser(SPECIALIST).get(f"/ledgers/rectification/problem/bulk?case={cases[2]}")
    link = next(a for a in page.main.all("a") if "form=notice_sheet" in a.attributes["href"])
    sheet = form(browser, "notice_sheet", "&" + link.attributes["href"].partition("?")[2])
    assert row_of(sheet, 4)[4] == "第 2 个问题，需要整改"
    assert sheet.max_row == 5
    assert form(browser, "notice_sheet").max_row == 7


def test_a_paper_holds_only_what_its_reader_sees(browser: Browsers, duban: Duban) -> None:
    case = open_case(duban, unit="522302")
    stranger = form(browser, "notice_sheet", f"&case={case}", "xingyi.head")
    assert stranger.max_row == 4, "heads and the lines to sign on, and no row"
    assert browser(SPECIALIST).client.get(f"{SHEET}?form=nothing").status_code == 404


def test_too_many_rows_for_paper_are_refused(
    browser: Browsers, duban: Duban, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.pages.lists.printed.MOST_PRINTED", 1)
    for _ in range(2):
        open_case(duban)
    answer = browser(SPECIALIST).client.get(f"{SHEET}?form=notice_sheet")
    assert answer.status_code == 422
    assert "请先筛选" in answer.text


def test_every_printed_form_of_every_definition_is_drawn(
    duban: Duban, clock: SimulatedClock, browser: Browsers
) -> None:
    open_case(duban)
    drawn = 0
    for compiled in duban.catalog.workflows().values():
        definition: Definition = compiled.definition
        for name, one in definition.printed.items():
            ledger = next(iter(definition.ledgers))
            path = f"/ledgers/{definition.workflow}/{ledger}/sheet.xlsx?form={name}"
            answer = browser(SPECIALIST).client.get(path)
            assert answer.status_code == 200
            sheet = load_workbook(io.BytesIO(answer.content)).active
            assert sheet.max_column == len(one.columns)
            drawn += 1
    print(f"figure: printed forms = {drawn}")
    assert drawn >= 5
