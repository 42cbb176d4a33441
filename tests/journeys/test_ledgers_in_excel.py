"""意见 三（二）: “继续实行问题整改‘双台账’‘双责’‘双销号’和‘双问’”. They go on from what there is:
an office's own ledger in Excel comes in with its photos and its past dates, marked as 补录, is
worked on to its end, and goes out on the papers that the office has always signed.
"""

import io
from datetime import date, datetime
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.api.files import picture
from tests.api.pages import test_backfill_page as old_ledger
from tests.api.pages.test_backfill_page import sent
from tests.api.pages.test_printed_forms import NOTICE, SIGN_OFF, TREATMENT, form, photo_of
from tests.api.sheets import workbook
from tests.journeys.front import Front
from tests.journeys.play import Play
from tests.journeys.problems import OF_A_COUNTY, archived

pytestmark = pytest.mark.journey

SPECIALIST, LIAISON = "zhou-dc.specialist1", "xingyi.liaison"
HEADS = (*old_ledger.HEADS, "整改前图片")
WHAT = NOTICE.index("存在的问题或隐患")
UNDONE, DONE = "光伏电站停运三个月无人维修", "公示栏两年没有更新"


def ledger() -> bytes:
    """Its title, its heads, a problem that is open with a photo, one that was closed, a line to
    sign on.
    """

    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        rows = (old_ledger.TITLE, HEADS, old_ledger.OPEN, old_ledger.CLOSED, old_ledger.SIGNED)
        for at, row in enumerate(rows):
            sheet.set_row(at, 60)
            for column, cell in enumerate(row):
                sheet.write(at, column, str(cell) if isinstance(cell, date) else cell)
        photo = {"image_data": io.BytesIO(picture(colour="grey"))}
        sheet.insert_image(2, HEADS.index("整改前图片"), "停运.jpg", photo)

    return workbook(fill)


def taken_over(play: Play, front: Front) -> tuple[int, int]:
    """The two problems of the ledger, the open one first."""
    desk = front.browser(SPECIALIST)
    looked = sent(desk, ledger(), act="look")
    assert "2 行都可以补录" in looked.text
    assert play.of_workflow("rectification") == [], "it was looked at"
    assert "已补录 2 件" in sent(desk, None, page=looked, act="take").text
    undone, done = play.of_workflow("rectification")
    return undone, done


def printed(front: Front, name: str, heads: list[str]) -> dict[str, dict[str, Any]]:
    """The rows of a paper by what each is about; under a picture's head, how many lie there."""
    sheet = form(front.browser, name)
    found = {}
    for at in range(4, sheet.max_row + 1):
        row = dict(zip(heads, (cell.value for cell in sheet[at]), strict=True))
        places = [(one.anchor._from.row, one.anchor._from.col) for one in sheet._images]
        for column, head in enumerate(heads):
            if head.endswith("图片"):
                row[head] = places.count((at - 1, column))
        found[str(sheet.cell(at, WHAT + 1).value)] = row
    return found


def test_an_old_ledger_comes_in_goes_on_to_its_end_and_goes_out_on_paper(
    play: Play, front: Front
) -> None:
    undone, done = taken_over(play, front)
    assert (play.state(undone), play.due(undone)) == ("rectifying", "2026-03-20")
    assert (play.state(done), play.signatures(done)) == ("archived", [])
    assert play.case(undone).opened_at.date() == date(2025, 11, 3), "when it was found"
    page = front.browser(SPECIALIST).get(f"/cases/{undone}", chinese=False)
    assert "取自《州台账.xlsx》第 3 行" in page.text
    closed = front.browser(SPECIALIST).get(f"/cases/{done}", chinese=False)
    assert "一次销号（补录）" in closed.text, (
        "what was signed then is stated, and nobody's signature"
    )

    play.act(LIAISON, undone, "report_progress", progress="逆变器已到货", percent=60)
    after = photo_of(front.duban, LIAISON, picture(colour="green"))
    result = {"result": "逆变器更换，恢复发电", "finished_on": "2026-03-02"}
    archived(play, undone, OF_A_COUNTY, **result, photos_after=[after])
    assert play.events(undone)[0] == "backfill"

    notice = printed(front, "notice_sheet", NOTICE)
    assert {UNDONE, DONE} <= notice.keys()
    assert (notice[UNDONE]["被检查单位"], notice[UNDONE]["隐患类别"]) == ("兴义市", "重大")
    assert notice[UNDONE]["问题图片"] == 1
    assert "、" in notice[UNDONE]["复查人"], "two inspectors signed the check together"
    sign_off = printed(front, "sign_off_sheet", SIGN_OFF)[UNDONE]
    assert (sign_off["整改前图片"], sign_off["整改后图片"]) == (1, 1)
    assert (sign_off["整改情况"], sign_off["完成时间"].date()) == (
        result["result"],
        date(2026, 3, 2),
    )
    treatment = printed(front, "treatment_sheet", TREATMENT)
    assert treatment[UNDONE]["检查时间"] == datetime(2025, 11, 3)  # noqa: DTZ001
    assert treatment[UNDONE]["复查结果"] == "核查合格"
    assert not treatment[DONE]["复查结果"], "the old ledger tells of no check"


def test_every_ledger_of_every_workflow_goes_out_as_a_sheet(play: Play, front: Front) -> None:
    """One column a fact, after whose case it is, who keeps the ledger and what the case is called;
    and both ledgers of a problem have the same row of it.
    """
    undone, _ = taken_over(play, front)
    reader, number = front.browser(SPECIALIST).client, play.case(undone).number
    for compiled in play.catalog.workflows().values():
        definition = compiled.definition
        for name, one in definition.ledgers.items():
            answer = reader.get(f"/ledgers/{definition.workflow}/{name}/sheet.xlsx")
            assert answer.status_code == 200, (definition.workflow, name)
            book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
            head, *rows = book.get_sheet_by_index(0).to_python()
            called = () if definition.headline in one.facts else (definition.headline,)
            own = [definition.facts[fact].title for fact in (*called, *one.facts)]
            signed = ["签字"] if definition.sign_offs else []
            both = dict.fromkeys((definition.anchor, one.kept_by))
            units = [definition.parties[party].title for party in both]
            standing = ["期限", "剩余", "亮灯", "环节"]
            found = [str(cell).replace("\n", "") for cell in head]
            assert found == ["序号", "编号", *units, *own, *standing, *signed]
            if definition.workflow == "rectification":
                assert number in {row[1] for row in rows}
                assert len(rows) == 2
