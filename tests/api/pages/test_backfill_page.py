"""补录 on its page: an office's own ledger as it is, guessed, corrected, looked at, taken over."""

from datetime import date
from typing import Any

import pytest

from api.context import Duban
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Page
from tests.api.pages.stories import SPECIALIST
from tests.api.sheets import one_cell_bomb, xlsx

HERE = "/cases/backfill"
HEADS = (
    "序号", "被检查单位", "检查时间", "存在的问题或隐患", "隐患类别", "采取的整改措施", "整改期限",
    "整改情况", "完成情况", "办结日期", "一次销号签字人", "谁发现的",
)  # fmt: skip
"""The columns of an office: titles of its papers, one that nobody knows."""

OPEN = (
    1, "兴义市", date(2025, 11, 3), "光伏电站停运三个月无人维修", "重大隐患",
    "更换逆变器\n恢复发电", date(2026, 3, 20), "", "整改中", "", "", "张三",
)  # fmt: skip
CLOSED = (
    2, "册亨县", "2025年3月1日", "公示栏两年没有更新", "一般", "更新公示栏", "2025/6/30",
    "已经更新", "已完成", "2025-06-25", "罗某某", "",
)  # fmt: skip
TITLE = ("2025年度问题整改台账",)
SIGNED = ("填表人：王某",)


def ledger(*rows: Any) -> bytes:
    """A ledger with its title above and a line to sign on below."""
    return xlsx(TITLE, HEADS, *rows, SIGNED)


def sent(desk: Browser, content: bytes | None, *, page: Page | None = None, **typed: str) -> Page:
    """What the form is answered with, sent as it stands on a page."""
    page = page or desk.get(f"{HERE}?workflow=rectification")
    form = next(form for form in page.forms if form.action == HERE)
    files = {"file": ("州台账.xlsx", content)} if content is not None else None
    values = {name: text for name, text in form.values.items() if name != "file"}
    answer = desk.client.post(HERE, data=values | typed, files=files)
    if answer.status_code != 303:
        return Page(answer)
    return desk.get(answer.headers["location"], chinese=False)  # the file's name is its own


def test_a_ledger_is_guessed_and_taken_over_as_it_is(browser: Browsers, duban: Duban) -> None:
    desk = browser(SPECIALIST)
    looked = sent(desk, ledger(OPEN, CLOSED), act="look")
    form = next(form for form in looked.forms if form.action == HERE)
    read = {form.values[f"column.{n}.of"]: form.values.get(f"column.{n}", "") for n in range(12)}
    assert read == {
        "序号": "",
        "被检查单位": "party.responsible",
        "检查时间": "fact.found_on",
        "存在的问题或隐患": "fact.description",
        "隐患类别": "fact.grade",
        "采取的整改措施": "fact.measures",
        "整改期限": "fact.due",
        "整改情况": "fact.result",
        "完成情况": "state",
        "办结日期": "entered_on",
        "一次销号签字人": "signed.first.person",
        "谁发现的": "",
    }
    assert "2 行都可以补录" in looked.text
    taken = sent(desk, None, page=looked, act="take")
    assert "已补录 2 件" in taken.text
    assert "州台账.xlsx" in taken.text
    page = desk.get("/cases/1", chinese=False)
    assert "取自《州台账.xlsx》第 3 行" in page.text
    closed = desk.get("/cases/2", chinese=False)
    assert "一次销号（补录）" in closed.text
    assert "原台账未载明" in closed.text


def test_what_is_wrong_stands_beside_its_row_in_the_offices_own_words(browser: Browsers) -> None:
    wrong = list(OPEN)
    wrong[1], wrong[4], wrong[6] = "兴议市", "很大", "三月底"
    late = list(CLOSED)
    late[9] = ""
    page = sent(browser(SPECIALIST), ledger(wrong, late, OPEN), act="look")
    rows = [row for row in page.main.all("tr") if any(row.all("td"))]
    lines = {row.one("th").text: row.one("td").text for row in rows}
    assert "没有“兴议市”这个单位" in lines["3"]
    assert "隐患类别" in lines["3"]
    assert "整改期限" in lines["3"]
    assert "要写明哪一天办结的" in lines["4"]
    assert "整改中" in lines["5"]
    assert "3 行里有 2 行有误" in page.text


def test_the_person_corrects_what_was_guessed_and_keeps_it_for_the_next_file(
    browser: Browsers,
) -> None:
    desk = browser(SPECIALIST)
    odd = tuple("情形" if head == "完成情况" else head for head in HEADS)
    row = tuple("在办" if cell == "整改中" else cell for cell in OPEN)
    looked = sent(desk, xlsx(odd, row), act="look")
    assert "没有环节一列" in looked.text
    at = f"column.{odd.index('情形')}"
    again = sent(desk, None, page=looked, act="look", **{at: "state"})
    assert "请指明这些写法各是哪个环节：在办" in again.text
    done = sent(desk, None, page=again, act="look", keep_as="州台账", **{"word.0": "rectifying"})
    assert "1 行都可以补录" in done.text
    other = xlsx(odd, row, row)
    assert "2 行都可以补录" in sent(desk, other, act="look", use="州台账").text


def test_a_file_is_undone_on_the_page(browser: Browsers) -> None:
    desk = browser(SPECIALIST)
    looked = sent(desk, ledger(OPEN), act="look")
    sent(desk, None, page=looked, act="take")
    page = desk.get(f"{HERE}?workflow=rectification", chinese=False)
    form = next(form for form in page.forms if form.action.endswith("/undo"))
    gone = Page(desk.client.post(form.action, data=form.values | {"reason": "选错了文件"}))
    assert "已撤销补录 1 件" in gone.text
    assert "已撤销" in desk.get("/cases/1", chinese=False).text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "请选择填好的表格文件"),
        (b"\xd0\xcf\x11\xe0 old", "旧版 xls"),
        (b"PK\x03\x04 no zip", "另存一次后再试"),
        (one_cell_bomb, "太大"),
    ],
    ids=["nothing", "old", "broken", "bomb"],
)
def test_a_hostile_file_gets_one_sentence(content: Any, sentence: str, browser: Browsers) -> None:
    made = content() if callable(content) else content
    page = sent(browser(SPECIALIST), made or None, act="look")
    assert page.status in (400, 409, 422)
    assert sentence in page.main.one(role="alert").text
