"""实施办法 art. 11（二）: every year the leaders of a county hold the rural work conference, 每年.

Art. 11（五）, 12, 13: 原则上任期内走遍; the number is entered once, by the office or the township.
"""

import pytest

from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Page

HEAD, OFFICE, TOWN = "xingyi.head", "xingyi-bg.liaison", "jingnan.liaison"


def enter(browser: Browser, indicator: str, value: str) -> Page:
    page = browser.get("/duties")
    form = next(form for form in page.forms if form.values.get("indicator") == indicator)
    return browser.post(form.action, form.values | {"value": value})


def line(page: Page, title: str) -> str:
    return next(one.text for one in page.main.all("li") if one.text.startswith(title))


def test_a_leader_finds_the_duties_of_the_post_and_the_office_their_numbers(
    browser: Browsers,
) -> None:
    desk, head = browser(OFFICE), browser(HEAD)
    before = line(head.get("/duties"), "主持召开党委农村工作会议（县）")
    assert "尚未登记" in before
    assert "第十一条（二）" in before
    assert "每年不少于 1 次" in before
    assert not [form for form in head.get("/duties").forms if form.action == "/duties"]
    assert "已做到 已有 1 次" in line(
        enter(desk, "county_meeting", "1"), "主持召开党委农村工作会议（县）"
    )
    assert "还不够 已有 3 次" in line(
        enter(desk, "county_studies", "3"), "常委会会议、常务会议专题研究"
    )
    enter(desk, "county_villages", "120")
    enter(desk, "county_visited", "30")
    mine = head.get("/duties")
    visited = line(mine, "走遍辖区行政村")
    assert "进行中 已有 30 个，占 25%" in visited
    assert "原则上任期内不少于 100 %" in visited
    assert "（州）" not in mine.text


def test_a_township_enters_one_number_for_all_households(browser: Browsers) -> None:
    desk = browser(TOWN)
    enter(desk, "households", "2000")
    page = enter(desk, "households_met", "1500")
    assert "已有 1,500 户，占 75%" in line(page, "村党组织书记走遍或者联系农户")
    again = enter(desk, "households_met", "2000")
    assert "已做到" in line(again, "村党组织书记走遍或者联系农户")


@pytest.mark.rights
def test_nobody_else_enters_a_number(browser: Browsers) -> None:
    page = browser(OFFICE).get("/duties")
    form = next(form for form in page.forms if form.values.get("indicator") == "county_meeting")
    head = browser(HEAD)
    other = browser("wangmo.head")
    for one in (head, other):
        csrf = one.get("/account").forms[0].values["csrf"]
        refused = one.post("/duties", form.values | {"csrf": csrf, "value": "9"})
        assert refused.status == 403
        assert "由评分责任部门填报" in refused.text


def test_a_wrong_number_is_refused_with_the_reason(browser: Browsers) -> None:
    page = enter(browser(OFFICE), "county_meeting", "很多")
    assert page.status == 422
    assert "“主持召开党委农村工作会议（县）”没有登记：“很多”不是数字" in page.text


def test_a_number_that_is_refused_stands_in_its_own_field_still(browser: Browsers) -> None:
    page = enter(browser(OFFICE), "county_meeting", "-3")
    assert page.status == 422
    typed = {
        form.values["indicator"]: form.values["value"]
        for form in page.forms
        if form.values.get("value")
    }
    assert typed == {"county_meeting": "-3"}
