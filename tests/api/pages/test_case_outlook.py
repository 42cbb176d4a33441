"""A case's page says who is on both sides and what is still to be handed in."""

import re

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.pages.conftest import Browsers
from tests.api.pages.stories import SPECIALIST, open_case, walk_to


def test_both_sides_are_named_with_their_people_and_without_a_number(
    browser: Browsers, duban: Duban
) -> None:
    case = open_case(duban)
    page = browser(SPECIALIST).get(f"/cases/{case}")
    sides = page.main.one("aside").one("section")
    lines = {one.one("dt").text: one.one("dd") for one in sides.one("dl").all("div")}
    assert "联络员" in lines["责任单位"].text
    assert "督查专员" in lines["督办单位"].text
    assert not [word for word in sides.text.split() if word.isdigit() and len(word) > 6]
    assert page.main.one("a", href=f"/cases/{case}/contacts").text == "联系人"


def test_what_is_still_to_be_handed_in_is_said_with_who_and_when(
    browser: Browsers, duban: Duban
) -> None:
    case = open_case(duban)
    text = browser(SPECIALIST).get(f"/cases/{case}").main.one("aside").text
    assert "还要提交的材料" in text
    assert "整改后照片 选交 在“" in text


def test_a_limit_that_stayed_is_no_news(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "rectifying", clock)
    page = browser("xingyi.liaison").do(case, "report_progress", fact_progress="换了灯")
    newest, before = list(page.main.one("ol", class_="timeline").all("li"))[:2]
    assert "报进展" in newest.text
    assert "期限" not in newest.text
    assert "期限：" in before.text
    assert not re.search(r"<dd[^>]*>\s*\n", page.response.text), (
        "a blank line above a table or files"
    )


def test_a_day_in_a_table_is_not_broken_between_two_lines(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "rectifying", clock)
    cells = browser("xingyi.liaison").get(f"/cases/{case}").main.all("td", class_="unbroken")
    assert {cell.text for cell in cells} == {"2026年4月30日"}
