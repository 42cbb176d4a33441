"""我的代理: somebody who will be away names a colleague, who finds it on the page, and ends it."""

from datetime import timedelta

import pytest

from api.clock import SimulatedClock
from tests.api.pages.conftest import PASSWORD, Browsers
from tests.api.pages.page import Page

pytestmark = pytest.mark.rights

HERE = "/account/substitutes"
PERIOD = {"ends": "2026-03-20", "reason": "外出学习"}


def colleague(page: Page, name: str) -> str:
    """Whom a choice on the page stands for."""
    options = list(page.main.all("option"))
    return next(one.attributes["value"] for one in options if one.text.startswith(name))


def test_a_colleague_is_named_finds_it_and_the_power_is_taken_back(browser: Browsers) -> None:
    head = browser("xingyi.head")
    assert "指定或收回代理" in head.get("/account").text
    page = head.get(HERE)
    form = next(form for form in page.forms if form.action == HERE)
    person = colleague(page, "王建安")
    page = head.post(HERE, form.values | PERIOD | {"person": person})
    assert "王建安 代理兴义市" in page.text
    assert "外出学习" in page.text
    other = browser("xingyi.liaison").get(HERE)
    assert "没有" not in other.text.split("我代理谁")[1]
    assert "外出学习" not in other.text, "why is the holder's matter"
    assert "现在没有人代理" in head.post_on(page, "substitutes/end").text


def test_naming_asks_who_one_is_and_loses_nothing_typed(
    browser: Browsers, clock: SimulatedClock
) -> None:
    head = browser("xingyi.head")
    page = head.get(HERE)
    person = colleague(page, "王建安")
    clock.advance_to(clock() + timedelta(minutes=11))
    form = next(form for form in page.forms if form.action == HERE)
    page = head.post(HERE, form.values | PERIOD | {"person": person})
    assert page.status == 403
    form = next(form for form in page.forms if form.action == HERE)
    assert (form.values["reason"], form.values["person"]) == ("外出学习", person)
    assert "王建安 代理" in head.post(HERE, form.values | {"proof": PASSWORD}).text


def test_a_refusal_says_why(browser: Browsers) -> None:
    head = browser("xingyi.head")
    form = next(form for form in head.get(HERE).forms if form.action == HERE)
    for typed, said in (
        ({"person": "", "ends": "2026-03-20", "reason": "学习"}, "请选择代理人"),
        ({"person": "1", "ends": "soon", "reason": "学习"}, "日期写法不对"),
        ({"person": "1", "ends": "", "reason": "学习"}, "到哪天为止"),
    ):
        page = head.post(HERE, form.values | typed)
        assert (page.status, said in page.text) == (422, True)
    missing = head.post(
        HERE + "/end", {"csrf": form.values["csrf"], "request": "x", "holding": "9"}
    )
    assert missing.status == 404
