"""Walks through the product in a real browser, with scripts switched off."""

import pytest

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
