"""定期工作: the list with its next days, why, and the switch of those whose work it is."""

import pytest

from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Page

HEAD, SPECIALIST, COUNTY = "zhou-dc.head", "zhou-dc.specialist1", "xingyi.head"


def panel(page: Page, key: str) -> str:
    return next(one.text for one in page.main.all("section") if one.attributes.get("id") == key)


def switch(browser: Browser, workflow: str, **more: str) -> Page:
    page = browser.get("/cadences")
    form = next(form for form in page.forms if form.values.get("workflow") == workflow)
    return browser.post(form.action, form.values | more)


def test_a_head_switches_it_on_with_a_reason_and_everybody_reads_when_it_comes_next(
    browser: Browsers,
) -> None:
    head, county = browser(HEAD), browser(COUNTY)
    before = panel(head.get("/cadences"), "inspection-week")
    assert "每周一，逢休息日顺延" in before
    assert "停止 按工作流程的规定，开启以后才发起" in before
    assert "抽签 1 个" in before
    switch(head, "inspection", reason="州领导小组会议决定开展")
    after = panel(county.get("/cadences"), "inspection-week")
    assert "开展" in after
    assert "州领导小组会议决定开展" in after
    assert "2026年" in after
    assert "由市州级督查机构主要负责人开启或者停止" in after
    switch(head, "inspection", reason="集中整治期间暂停")
    assert "停止" in panel(county.get("/cadences"), "inspection-week")


def test_what_the_law_asks_for_cannot_be_stopped(browser: Browsers) -> None:
    line = panel(browser(HEAD).get("/cadences"), "annual_report-year")
    assert "每年10月15日" in line
    assert "依规定开展，不能停止" in line


@pytest.mark.rights
def test_others_find_no_switch_and_a_reason_is_asked_for(browser: Browsers) -> None:
    assert not [
        form
        for form in browser(SPECIALIST).get("/cadences").forms
        if form.values.get("workflow") == "inspection"
    ]
    page = switch(browser(HEAD), "inspection", reason=" ")
    assert page.status == 422
    assert "请写明理由" in page.text


def test_a_reason_that_is_refused_stands_in_its_form_and_in_no_other(browser: Browsers) -> None:
    page = switch(browser(HEAD), "inspection", reason="暂" * 201)
    assert page.status == 422
    forms = [form.values for form in page.forms]
    typed = [values.pop("workflow") for values in forms if values["reason"] == "暂" * 201]
    assert typed == ["inspection"]
    assert {values["reason"] for values in forms if "workflow" in values} <= {""}
