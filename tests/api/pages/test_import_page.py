"""Many cases from a table, in the browser: look, mend, open, each row once."""

import pytest

from api.context import Duban
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Page, faults_of
from tests.api.pages.stories import SPECIALIST
from tests.api.sheets import HEADER, ROW, xlsx

ADDRESS = "/cases/import"


def sent(browser: Browser, content: bytes | None, act: str = "look", **more: str) -> Page:
    """What the form is answered with when this file is chosen."""
    form = browser.get(f"{ADDRESS}?workflow=rectification").forms[-1]
    files = {"file": ("problems.xlsx", content)} if content is not None else None
    values = form.values | {"act": act} | more
    values.pop("file", None)
    page = Page(browser.client.post(form.action, data=values, files=files))
    assert faults_of(page, chinese=page.status == 200) == []  # Excel and WPS are called so
    return page


def opened(page: Page) -> list[str]:
    """The addresses of the cases on the page."""
    links = [one.attributes["href"] for one in page.main.all("a")]
    return [link for link in links if link.removeprefix("/cases/").isdigit()]


def test_a_table_is_looked_at_and_then_opened_as_it_was_looked_at(browser: Browsers) -> None:
    desk = browser(SPECIALIST)
    content = xlsx(HEADER, *[ROW] * 20)
    page = sent(desk, content)
    assert "20 行都可以导入，现在还没有导入" in page.text
    assert opened(page) == []
    form = page.forms[-1]
    done = Page(desk.client.post(form.action, data=form.values | {"act": "open"}))
    assert "已导入 20 件" in done.text
    assert len(set(opened(done))) == 20
    again = sent(desk, content, "open")
    assert opened(again) == opened(done)
    assert len(list(desk.get("/").main.all("a", class_="headline"))) == 20


def test_every_mistake_stands_beside_its_row_and_nothing_is_opened(browser: Browsers) -> None:
    wrong = ["天上", *ROW[1:]]
    page = sent(browser(SPECIALIST), xlsx(HEADER, ROW, wrong), "open")
    assert "2 行里有 1 行有误，一行也没有导入" in page.text
    row = next(row for row in page.main.all("tr") if row.text.startswith("3 "))
    assert "责任单位" in row.text
    assert row.text.startswith(f"3 天上，{ROW[HEADER.index('问题描述')]} ")
    assert opened(browser(SPECIALIST).get("/")) == []


@pytest.mark.parametrize(
    ("content", "kept", "sentence"),
    [
        (None, "", "请选择填好的表格文件"),
        (None, "not base64 at all", "请选择填好的表格文件"),
        (b"PK\x03\x04", "", "文件"),
        (xlsx(["别的"], ["甲"]), "", "可以先下载模板"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(
    content: bytes | None, kept: str, sentence: str, browser: Browsers
) -> None:
    page = sent(browser(SPECIALIST), content, kept=kept)
    assert page.status == 422
    assert sentence in page.main.one(role="alert").text


def test_whoever_may_not_open_a_case_opens_none_by_table(browser: Browsers, duban: Duban) -> None:
    page = sent(browser("xingyi.liaison"), xlsx(HEADER, ROW), "open")
    assert "一行也没有导入" in page.text
    assert opened(page) == []


def test_the_form_leads_to_the_template_and_to_the_table(browser: Browsers) -> None:
    desk = browser(SPECIALIST)
    form = desk.get("/cases/new?workflow=rectification")
    table = next(a for a in form.main.all("a") if a.text == "从表格导入")
    page = desk.get(table.attributes["href"])
    template = next(a for a in page.main.all("a") if a.text == "下载模板")
    assert desk.client.get(template.attributes["href"]).content[:2] == b"PK"


@pytest.mark.parametrize("path", ["/cases/import", "/cases/backfill"])
def test_a_form_of_no_workflow_leads_to_where_one_is_chosen(browser: Browsers, path: str) -> None:
    clerk = browser(SPECIALIST)
    clerk.get("/")
    assert clerk.client.get(path).headers["location"] == "/cases/new"
