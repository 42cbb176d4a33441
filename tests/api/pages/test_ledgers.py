"""Ledgers: narrowed, counted and put in a spreadsheet; where two ledgers do not agree."""

import io
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from api.clock import SimulatedClock
from api.context import Duban
from api.spreadsheets.ledger import readers_of
from tests.api.pages.conftest import Browser, Browsers, new_request
from tests.api.pages.page import Page
from tests.api.pages.stories import SPECIALIST, open_case, walk_to
from tests.prefecture import Prefecture

LEDGER = "/ledgers/rectification/problem"
A3 = 8
"""As the format of spreadsheets numbers it."""


def numbers_on(page: Page) -> list[str]:
    """The numbers of the cases in a ledger, in its order."""
    return [one.text for one in page.main.all("td", **{"data-title": "编号"})]


def sheet_of(browser: Browser, query: str = "") -> list[list[Any]]:
    """The spreadsheet of the ledger of problems."""
    answer = browser.client.get(f"{LEDGER}/sheet.xlsx{query}")
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return book.get_sheet_by_index(0).to_python()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?opened=near", "近"),
        ("?opened=good", "远"),
        ("?opened=overdue", "逾"),
        ("?opened=none", ""),
        ("?opened=open", "逾近远"),
        ("?unit=兴义市", "逾远"),
        ("?unit=黔西南州", "逾近远"),
        ("?class=夯实基础", "近"),
        ("?order=newest", "远近逾"),
        ("?order=moved", "远近逾"),
        ("?order=moved&opened=open&unit=兴义市", "远逾"),
        ("?order=unit", "逾远近"),
        ("?opened=never&group=nothing&order=none", "逾近远"),
    ],
)
def test_a_ledger_is_narrowed_by_light_unit_and_class_and_put_in_order(
    query: str, found: str, browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    open_case(duban, description="逾期的问题")
    clock.advance_to(datetime(2026, 3, 6, 2, tzinfo=UTC))
    open_case(duban, unit="522324", description="近期到期的问题")
    clock.advance_to(datetime(2026, 3, 9, 2, tzinfo=UTC))
    walk_to(duban, "planning", clock, description="远期到期的问题")
    page = browser(SPECIALIST).get(LEDGER + query)
    shown = [one.text[0] for one in page.main.all("td", **{"data-title": "问题描述"})]
    assert "".join(shown) == found


def test_a_ledger_is_narrowed_to_what_falls_due_this_week_and_next(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    """What an office goes through on a Friday."""
    open_case(duban, description="逾期的问题")
    clock.advance_to(datetime(2026, 3, 3, 2, tzinfo=UTC))
    open_case(duban, description="本周到期的问题")
    clock.advance_to(datetime(2026, 3, 6, 2, tzinfo=UTC))
    open_case(duban, description="下周到期的问题")
    walk_to(duban, "planning", clock, description="以后到期的问题")
    desk = browser(SPECIALIST)
    for opened, found in (("week", ["本周到期"]), ("fortnight", ["本周到期", "下周到期"])):
        page = desk.get(f"{LEDGER}?opened={opened}")
        shown = [one.text for one in page.main.all("td", **{"data-title": "问题描述"})]
        assert shown == [f"{one}的问题" for one in found]
        rows = sheet_of(desk, f"?opened={opened}")[1:]
        assert len(rows) == len(found), "and so is its spreadsheet"


@pytest.mark.parametrize(
    ("group", "rows"),
    [
        ("unit", {"兴义市": "3", "兴仁市": "1"}),
        ("state", {"已入问题台账": "3", "待签收": "1"}),
        ("light", {"临期": "4"}),
        ("class", {"引领示范": "4"}),
    ],
)
def test_a_summary_counts_every_group_and_leads_into_it(
    group: str, rows: dict[str, str], browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    walk_to(duban, "assigned", clock)
    for unit in ("522301", "522301", "522302"):
        open_case(duban, unit=unit)
    desk = browser(SPECIALIST)
    table = desk.get(f"{LEDGER}?group={group}").main.one(class_="summary")
    assert "共 4 件" in table.text
    counted = {row.one("th").text: row.one("span").text for row in table.one("tbody").all("tr")}
    assert sum(map(int, counted.values())) == 4
    assert rows.items() <= counted.items()
    for row in table.one("tbody").all("tr"):
        inside = desk.get(LEDGER + row.one("a").attributes["href"])
        assert len(numbers_on(inside)) == int(row.one("span").text)


def test_what_was_asked_to_be_put_off_stands_in_a_ledger_and_is_decided_from_it(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    """How much a county asks for, and what it gets; none of it was on any list."""
    case = walk_to(duban, "rectifying", clock)
    asked = {"fact_reason": "连续降雨，无法施工", "fact_proposed_due": "2026-06-30"}
    browser("xingyi.head").do(case, "extend", **asked)
    ledger, head = "/ledgers/extension/applications", browser("zhou-dc.head")
    page = head.get(ledger)
    assert len(numbers_on(page)) == 1
    assert "2026年5月29日" in page.text
    assert "2026年6月30日" in page.text
    put_off = page.main.one("input", name="case").attributes["value"]
    form = head.get(f"{ledger}/bulk?case={put_off}&event=approve").forms[0]
    done = head.post(form.action, form.values | {"fact.granted_due": "2026-06-12"})
    assert "选中 1 件，办理了 1 件" in done.text
    assert "2026年6月12日" in head.get(f"{ledger}?opened=closed").text
    assert "2026年6月12日" in browser("xingyi.liaison").get(ledger).text


def test_a_spreadsheet_holds_every_row_that_is_filtered_and_takes_no_text_for_a_formula(
    browser: Browsers, duban: Duban
) -> None:
    for n in range(51):
        open_case(duban, description=f"=1+{n}，写在问题里的公式")
    open_case(duban, unit="522302", description="别处的问题")
    head, *rows = sheet_of(browser(SPECIALIST), "?unit=兴义市&group=unit")
    assert head[:4] == ["序号", "编号", "责任单位", "督办单位"]
    assert {tuple(row[2:4]) for row in rows} == {("兴义市", "州督查局")}
    assert head[-5:] == ["期限", "剩余", "亮灯", "环节", "签字"]
    assert [row[0] for row in rows] == list(range(1, 52))
    described, found_on = head.index("问题描述"), head.index("发现日期")
    assert {row[described] for row in rows} == {f"=1+{n}，写在问题里的公式" for n in range(51)}
    assert str(rows[0][found_on])[:10] == "2026-03-01"


def test_a_figure_in_a_table_says_in_its_cell_of_what_it_is(duban: Duban) -> None:
    """“普安县，12，8，4” tells nobody which is which."""
    definition = duban.catalog.newest("summary_report").definition
    ((_, reader),) = readers_of(definition, ["counties"])
    assert reader is not None
    county = {"unit": "普安县", "opened": 12, "closed": 8, "open": 4, "overdue": 1, "rebounded": 0}
    assert reader([county]) == "1. 普安县，新增问题 12，销号 8，在办 4，逾期 1，反弹 0"


@pytest.mark.parametrize(
    ("fact", "row", "said"),
    [
        ("black", {"unit": "普安县", "overdue": 3, "open": 5}, "普安县，逾期 3 件，在办 5 件"),
        (
            "red",
            {"unit": "兴义市", "rate": 86.5, "closed": 12},
            "兴义市，按期销号率 86.5%，销号 12 件",
        ),
    ],
)
def test_what_a_figure_counts_stands_behind_it(
    duban: Duban, fact: str, row: dict[str, Any], said: str
) -> None:
    """“逾期（件） 3” is a head with a figure, and no sentence."""
    ((_, reader),) = readers_of(duban.catalog.newest("bulletin").definition, [fact])
    assert reader is not None
    assert reader([row]) == f"1. {said}"


def test_a_spreadsheet_is_set_up_to_be_printed(browser: Browsers, duban: Duban) -> None:
    open_case(duban)
    answer = browser(SPECIALIST).client.get(f"{LEDGER}/sheet.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", A3)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    # one page across, although it has more columns than any other, and as many down as it takes
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$1", "$A:$B")
    assert "问题整改　问题台账" in sheet.oddHeader.center.text
    assert sheet.oddFooter.left.text == "制表单位：州督查局"
    assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"
    assert sheet.oddFooter.right.text == "数据截至 2026年3月2日"
    head = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, head.index("发现日期") + 1).value == datetime(2026, 3, 1)  # noqa: DTZ001
    assert sheet.cell(2, head.index("交办文号") + 1).value is None


def test_a_ledger_that_leaves_out_what_a_case_is_called_begins_with_it_on_paper(
    browser: Browsers, duban: Duban
) -> None:
    """Measures and progress tell nobody of what, and the other ledger hangs on another wall."""
    open_case(duban, description="路灯三个月不亮")
    answer = browser(SPECIALIST).client.get("/ledgers/rectification/rectification/sheet.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    head = [cell.value for cell in sheet[1]]
    assert head[:5] == ["序号", "编号", "责任单位", "问题描述", "整改目标"]
    assert sheet.cell(2, 4).value == "路灯三个月不亮"


def test_a_text_that_no_row_is_high_enough_for_stands_in_small_type(
    browser: Browsers, duban: Duban
) -> None:
    long, short = "路灯三个月不亮。" * 60, "路灯不亮。" * 10
    open_case(duban, description=long)
    open_case(duban, description=short)
    answer = browser(SPECIALIST).client.get(f"{LEDGER}/sheet.xlsx?order=newest")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    described = [cell.value for cell in sheet[1]].index("问题描述") + 1
    found = {
        cell.value: (cell.font.size, round(sheet.row_dimensions[cell.row].height))
        for cell in (sheet.cell(row, described) for row in (2, 3))
    }
    assert found[short] == (10, 76)
    size, height = found[long]
    assert size == 7
    assert 200 < height <= 409, "the highest row that the format has"


def test_a_head_breaks_where_its_brackets_begin_and_the_sheet_says_that_it_is_a_ledger(
    browser: Browsers, duban: Duban
) -> None:
    """It broke before the last bracket; and 年度报告　收文 tells nobody what hangs there."""
    desk = browser(SPECIALIST).client
    money = desk.get("/ledgers/project/money/sheet.xlsx").content
    heads = [cell.value for cell in load_workbook(io.BytesIO(money)).active[1]]
    assert "到位资金\n（万元）" in heads
    received = desk.get("/ledgers/annual_report/receipt/sheet.xlsx").content
    sheet = load_workbook(io.BytesIO(received)).active
    assert "年度报告　收文台账" in sheet.oddHeader.center.text
    assert sheet.title == "收文"


def test_only_a_workflow_with_sign_offs_has_a_column_to_sign_in(
    browser: Browsers, duban: Duban
) -> None:
    answer = browser(SPECIALIST).client.get("/ledgers/key_task/progress/sheet.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[1]][-2:] == ["亮灯", "环节"]


@pytest.mark.parametrize(
    ("ledger", "name"),
    [("rectification/problem", "问题整改·问题台账"), ("interview/preparation", "约谈台账")],
)
def test_a_spreadsheet_is_called_as_its_ledger_is(
    browser: Browsers, duban: Duban, ledger: str, name: str
) -> None:
    """The title of the workflow is said once."""
    answer = browser(SPECIALIST).client.get(f"/ledgers/{ledger}/sheet.xlsx")
    assert quote(f"{name}.xlsx") in answer.headers["content-disposition"]


def test_a_spreadsheet_that_would_be_too_long_is_refused_with_what_to_do(
    browser: Browsers, duban: Duban, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.pages.lists.exporting.MOST_EXPORTED", 2)
    for _ in range(3):
        open_case(duban)
    answer = browser(SPECIALIST).client.get(f"{LEDGER}/sheet.xlsx")
    assert answer.status_code == 422
    assert "请先筛选" in answer.text


def test_a_spreadsheet_holds_only_what_its_reader_sees(browser: Browsers, duban: Duban) -> None:
    open_case(duban, unit="522302")
    assert len(sheet_of(browser("xingyi.head"))) == 1
    assert len(sheet_of(browser("zhou-dc.head"))) == 2


def test_reconciliation_lists_what_has_not_moved_for_a_month(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case = open_case(duban)
    address = "/ledgers/rectification/reconciliation?kind=idle"
    clock.advance_to(datetime(2026, 3, 31, 2, tzinfo=UTC))
    assert "没有需要核对的事项" in browser("zhou-dc.head").get(address).text
    clock.advance_to(datetime(2026, 4, 2, 2, tzinfo=UTC))
    page = browser("zhou-dc.head").get(address)
    assert [a.attributes["href"] for a in page.main.all("a", class_="headline")] == [
        f"/cases/{case}"
    ]
    assert "已 31 天未更新" in page.main.one(class_="next").text


def test_reconciliation_lists_signatures_that_lost_force_until_they_are_given_again(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "publicity", clock)
    address = "/ledgers/rectification/reconciliation?kind=lapsed"
    chief = browser("zhou-dc.head")
    assert "没有需要核对的事项" in chief.get(address).text
    returned = {"further_requirements": "把其余路段的路灯也一并修好"}
    place = Prefecture(duban.database)
    duban.commands.fire(
        case_id=case,
        event="uphold",
        actor=place.actor(SPECIALIST),
        request=new_request(),
        now=clock(),
        facts=returned | {"objection": "群众反映还有路灯不亮"},
    )
    assert f"/cases/{case}" in str([a.attributes for a in chief.get(address).main.all("a")])


def test_a_view_is_kept_where_one_is_and_leads_back_there(browser: Browsers, duban: Duban) -> None:
    open_case(duban)
    desk = browser(SPECIALIST)
    here = f"{LEDGER}?opened=open&unit=兴义市"
    kept = keep_view(desk, here)
    assert "已存为我的视图" in kept.text
    assert len(numbers_on(kept)) == 1, "still the list as it was filtered"
    view = desk.get("/ledgers").main.one("a", href=page_of(kept)).attributes["href"]
    assert len(numbers_on(desk.get(view))) == 1
    again = keep_view(desk, here)
    assert again.status == 422
    assert "已经有名为“兴义”的视图" in again.text
    assert next(one for one in again.forms if "/views?" in one.action).values["title"] == "兴义"
    assert numbers_on(again) == numbers_on(kept)


def keep_view(desk: Browser, here: str) -> Page:
    """The answer to keeping the filters of a page under a name."""
    form = next(one for one in desk.get(here).forms if "/views?" in one.action)
    return desk.post(form.action, form.values | {"title": "兴义"})


def page_of(kept: Page) -> str:
    """The address of a page without what it says was just done."""
    return str(kept.response.url.raw_path.decode()).removesuffix("&kept=yes")
