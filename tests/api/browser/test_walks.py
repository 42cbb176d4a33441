"""Walks through the product in a real browser, with scripts switched off."""

from datetime import timedelta

import pytest

from api.clock import SimulatedClock
from tests.api.browser.conftest import Desk, Desks
from tests.api.pages.stories import SPECIALIST
from tests.api.sheets import HEADER, ROW, xlsx

pytestmark = pytest.mark.browser


def _import(desk: Desk, content: bytes) -> None:
    desk.go("/cases/new?workflow=rectification")
    desk.page.get_by_role("link", name="从表格导入").click()
    file = {"name": "problems.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    desk.page.set_input_files("[name=file]", file)  # type: ignore[arg-type]
    desk.press("检查")


def test_twenty_problems_from_a_table_are_handed_over_and_accepted(
    desk: Desks, clock: SimulatedClock
) -> None:
    supervisor = desk(SPECIALIST, script=False)
    _import(supervisor, xlsx(HEADER, *[ROW] * 20))
    assert "20 行都可以导入" in supervisor.text
    supervisor.press("导入这 20 件")
    assert "已导入 20 件" in supervisor.text
    supervisor.page.locator("main table a").first.click()
    case = supervisor.page.url.removeprefix(supervisor.address)
    clock.advance_to(clock() + timedelta(minutes=10))
    supervisor.page.locator("[name='fact.dispatch_number']").first.fill("督办〔2026〕7号")
    supervisor.press("交办")
    assert "待签收" in supervisor.text

    liaison = desk("xingyi.liaison", script=False, width=390)
    liaison.go("/")
    assert liaison.page.locator("a.headline").count() == 1
    liaison.page.locator("a.headline").click()
    assert liaison.page.url.endswith(case)
    liaison.press("签收")
    assert "已办理：" in liaison.text


def test_a_table_with_a_mistake_says_in_which_row_and_what_to_do(desk: Desks) -> None:
    supervisor = desk(SPECIALIST, script=False)
    _import(supervisor, xlsx(HEADER, ROW, ["天上", *ROW[1:]]))
    assert "2 行里有 1 行有误，一行也没有导入" in supervisor.text
    assert "天上" in supervisor.text


def test_what_somebody_else_has_done_meanwhile_gets_a_sentence_and_not_a_second_act(
    desk: Desks,
) -> None:
    first, second = desk(SPECIALIST, script=False), desk(SPECIALIST, script=False)
    _import(first, xlsx(HEADER, ROW))
    first.press("导入这 1 件")
    case = first.page.locator("main table a").first.get_attribute("href") or ""
    for one in (first, second):
        one.go(case)
        one.page.locator("[name='fact.dispatch_number']").first.fill("督办〔2026〕7号")
    first.press("交办")
    second.press("交办")
    alert = second.page.get_by_role("alert").first.inner_text()
    assert "现处于“待签收”，不能办理这一步，现在可以：签收" in alert
    assert "待签收" in second.text


def test_the_keyboard_reaches_the_content_first(desk: Desks) -> None:
    reader = desk(SPECIALIST)
    reader.go("/boards")
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.textContent") == "跳到正文"
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/boards#main")
