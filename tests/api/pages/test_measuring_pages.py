"""Indicators and assessments in the browser: figures from a table, ranking, sheet, decisions."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import session_headers
from tests.api.pages.conftest import Browser, Browsers, new_request
from tests.api.pages.page import Page, faults_of
from tests.api.pages.stories import walk_to
from tests.api.sheets import xlsx
from tests.engine.definitions import at
from tests.journeys.assessments import GOOD, JUDGED, Round, approved, to_approval
from tests.journeys.play import Play
from tests.prefecture import Prefecture

OFFICE, KEEPER, COUNTY = "zhou-zx.officer", "zhou-dc.specialist1", "xingyi.head"
HEADS = ["指标", "单位", "期别", "数值", "说明"]
CARD = "/assessments/rural/2026"
FIGURES: list[list[Any]] = [
    HEADS,
    ["粮食产量", "兴义市", 2025, 21.5, ""],
    ["粮食产量", "兴义市", 2026, 22.25, ""],
    ["粮食产量", "兴仁市", "2026", "18,000", ""],
    ["卫生厕所普及率", "兴义市", "2026年一季度", "81%", ""],
    ["农村居民人均可支配收入增速", "兴仁市", "2026年", "", "并入邻县统计"],
]


def sent(browser: Browser, *rows: Sequence[Any], act: str = "look") -> Page:
    """What the form is answered with when this file is chosen."""
    form = browser.get("/indicators/import").forms[-1]
    values = form.values | {"act": act}
    values.pop("file", None)
    files = {"file": ("figures.xlsx", xlsx(*rows))}
    page = Page(browser.client.post(form.action, data=values, files=files))
    assert faults_of(page) == []
    return page


@pytest.fixture
def entered(browser: Browsers) -> Browser:
    """The office, after its figures are in."""
    desk = browser(OFFICE)
    looked = sent(desk, *FIGURES)
    assert "5 行都可以导入，现在还没有导入" in looked.text
    form = looked.forms[-1]
    done = Page(desk.client.post(form.action, data=form.values | {"act": "open"}))
    assert "已导入 5 个数" in done.text
    return desk


def test_the_table_to_fill_in_tells_every_indicator_whole(browser: Browsers) -> None:
    """The list of them is chosen from, and printed to be looked up in."""
    content = browser(OFFICE).client.get("/indicators/import/template.xlsx").content
    sheet, told = load_workbook(io.BytesIO(content)).worksheets
    titles = [row[0].value for row in told.iter_rows()]
    assert titles[0] == "指标"
    assert "粮食产量" in titles
    longest = max(2 * len(str(title)) for title in titles)
    assert longest < told.column_dimensions["A"].width
    assert longest < sheet.column_dimensions["A"].width
    assert told.print_title_rows == "$1:$1"
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == f"指标!$A$2:$A${len(titles)}"


def test_figures_are_looked_at_entered_and_plotted(entered: Browser) -> None:
    page = entered.get("/indicators?indicator=grain")
    row = next(row for row in page.main.all("tr") if row.text.startswith("兴义市"))
    assert [cell.text for cell in row.all("td")][1:] == ["21.5", "22.25"]
    assert len(row.one("polyline").attributes["points"].split()) == 2
    assert "示例指标" in page.text
    spared = entered.get("/indicators?indicator=income_growth")
    assert "不适用" in spared.text


def test_the_page_opens_on_an_indicator_of_which_the_reader_sees_figures(
    entered: Browser, browser: Browsers
) -> None:
    assert entered.get("/indicators").main.one("table").text.startswith("单位")
    assert "还没有这个指标的数值" in browser("wangmo.head").get("/indicators").text


def test_a_wrong_row_is_told_beside_its_number_and_nothing_is_entered(browser: Browsers) -> None:
    page = sent(
        browser(OFFICE),
        HEADS,
        ["粮食产量", "兴义市", "2026年一季度", 1, ""],
        ["粮食产量", "天上", "2026", 1, ""],
        ["卫生厕所普及率", "兴义市", "2026年一季度", 181, ""],
        ["产量", "兴义市", "2026", 1, ""],
        ["粮食产量", "兴义市", "2026", "", ""],
        ["粮食产量", "敬南镇", "2026", 1, ""],
        ["粮食产量", "兴义市", "2026", 1, ""],
        ["粮食产量", "兴义市", "2026年", 2, ""],
        act="open",
    )
    for sentence in (
        "期别“2026年一季度”读不懂，应写成 2026年 这样",
        "没有“天上”这个单位",
        "应在 0 至 100 之间",
        "没有“产量”这个指标",
        "请填写数值；不适用的，在说明里写明理由",
        "同一指标、单位、期别出现了两次",
        "8 行里有 7 行有误，一个数也没有导入",
    ):
        assert sentence in page.text
    assert "还没有这个指标的数值" in browser(OFFICE).get("/indicators?indicator=grain").text


@pytest.mark.rights
def test_only_the_office_that_keeps_an_indicator_enters_it(browser: Browsers) -> None:
    page = sent(browser(KEEPER), *FIGURES, act="open")
    assert "这些指标的数值由评分责任部门填报，不由你的岗位填报" in page.text
    assert "5 行里有 5 行有误" in page.text


@pytest.mark.rights
def test_a_county_sees_its_own_figures_and_sheet_and_nobody_elses(
    entered: Browser, browser: Browsers, duban: Duban
) -> None:
    desk, other = browser(COUNTY), Prefecture(duban.database).unit("522302")
    assert "兴仁市" in entered.get("/indicators?indicator=grain").text
    assert "兴仁市" not in desk.get("/indicators?indicator=grain").text
    ranking = desk.get(CARD)
    assert "兴义市" in ranking.text
    assert "兴仁市" not in ranking.text
    assert "冻结以后不能再改" not in ranking.text
    desk.get(f"{CARD}/{other}", status=404)


def test_the_ranking_tells_what_is_not_settled_and_the_sheet_why(entered: Browser) -> None:
    page = entered.get(CARD)
    assert "示例计分表" in page.text
    row = next(row for row in page.main.all("tr") if row.text.startswith("兴义市"))
    assert "未定" in row.text
    sheet = entered.get(row.one("a").attributes["href"])
    toilets = next(row for row in sheet.main.all("tr") if row.text.startswith("卫生厕所"))
    # 81 of 50 to 95, of 7.5: 31 / 45 × 7.5
    assert [cell.text for cell in toilets.all("td")] == ["定量", "81 %", "7.5", "5.17 部分认定"]
    grain = next(row for row in sheet.main.all("tr") if row.text.startswith("粮食产量任务"))
    assert "待认定" in grain.text, "the task is not known yet"


def test_a_deduction_is_proposed_with_its_case_confirmed_and_waived(
    entered: Browser, browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "rectifying", clock, due="2026-03-20")
    clock.advance_to(datetime(2026, 3, 25, 2, tzinfo=UTC))
    place = Prefecture(duban.database)
    duban.commands.fire(
        case_id=case,
        event="apply",
        actor=place.actor("xingyi.liaison"),
        request=new_request(),
        now=clock(),
        facts={"result": "路灯已经更换", "finished_on": "2026-03-24"},
    )
    address = f"{CARD}/{place.unit('522301')}"
    waiting = entered.get(address)
    assert f"/cases/{case}" in {one.attributes["href"] for one in waiting.main.all("a")}
    refused = entered.post_on(waiting, str(place.unit("522301")), act="waive", reason="")
    assert "不予计分的，请写明理由" in refused.text
    here = str(place.unit("522301"))
    again = entered.post_on(
        entered.get(address), here, act="confirm", points="9", reason="加重处理"
    )
    assert again.status == 422
    form = next(form for form in again.forms if form.action.endswith(f"/{here}"))
    assert (form.values["points"], form.values["reason"]) == ("9", "加重处理")
    done = entered.post_on(entered.get(address), str(place.unit("522301")), act="confirm")
    assert "没有待确认的" in done.text
    assert "扣 0.50 分 整改逾期" in done.text
    county = browser(COUNTY).get(address)
    assert "扣 0.50 分 整改逾期" in county.text
    assert not [form for form in county.forms if form.action.endswith(address)]
    assert f"/cases/{case}" in {one.attributes["href"] for one in county.main.all("a")}

    union = browser("zhou-gh.officer")  # whose prefecture the county lies in, and no more
    union.get(f"/cases/{case}", status=404)
    sheet = union.get(address)
    assert "扣 0.50 分 整改逾期 不在你查看范围内的事项" in sheet.text
    told = union.client.get(f"/api/v1{address}").json()["evidence"]
    assert [(one["case"], one["number"]) for one in told] == [(None, "不在你查看范围内的事项")]


def test_freezing_too_early_is_not_offered_and_is_refused_with_the_reason(entered: Browser) -> None:
    ranking = entered.get(CARD)
    assert "现在还不能冻结" in ranking.text
    assert ranking.forms == []
    token = ranking.root.one("input", name="csrf").attributes["value"]
    page = entered.post(f"{CARD}/freeze", {"csrf": token})
    assert page.status == 422
    assert "本年没有考核事项，不能冻结" in page.text


def test_freezing_is_offered_once_everything_is_settled(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    play = Play(duban.database, at("2026-11-09 18:00"))
    play.until("2026-11-10 09:30")
    clock.advance_to(play.now)
    round_, desk = Round(play), browser(OFFICE)
    round_.enter("zhou-zx.liaison", GOOD)
    waiting = desk.get(CARD)
    assert "兴义市、兴仁市" in waiting.main.one(class_="told").text
    assert "还有待认定的指标" in waiting.main.one(class_="told").text
    round_.enter(KEEPER, JUDGED)
    to_approval(round_)
    approved(round_)
    clock.advance_to(play.now)
    assert "结果已于" in desk.post_form(CARD, "freeze").text


def test_a_program_reads_figures_and_sheets(entered: Browser, duban: Duban) -> None:
    place = Prefecture(duban.database)
    headers = session_headers(duban, place.person(OFFICE))
    get = entered.client.get
    known = get("/api/v1/indicators", headers=headers).json()
    assert {"indicator": "grain", "measure": "万吨"}.items() <= next(
        one for one in known if one["indicator"] == "grain"
    ).items()
    rows = get("/api/v1/indicators/grain/figures", headers=headers).json()
    assert [(row["unit"], row["period"], row["value"]) for row in rows] == [
        ("522301", "2025", 21.5),
        ("522301", "2026", 22.25),
        ("522302", "2026", 18000.0),
    ]
    standing = get(f"/api/v1{CARD}", headers=headers).json()
    assert len(standing) == 9
    sheet = get(f"/api/v1{CARD}/{place.unit('522301')}", headers=headers).json()
    assert sheet["standing"]["pending"] > 0
    assert sheet["lines"][1]["lines"][1]["known"] == "pending"
    files = {
        "file": ("figures.csv", "指标,单位,期别,数值,说明\n粮食产量,兴义市,2027,23,\n".encode())
    }
    answer = entered.client.post("/api/v1/figures/import", headers=headers, files=files)
    looked = answer.json()
    assert looked == {
        "committed": False, "ok": 1, "wrong": 0, "rows": [{"row": 2, "ok": True, "errors": {}}],
    }  # fmt: skip
