"""What a unit was asked for, and what its people say of it."""

from datetime import UTC, datetime

from api.clock import SimulatedClock
from api.context import Duban
from notifications.ways import open_ways
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Page
from tests.api.pages.stories import SPECIALIST, open_case, walk_to
from tests.delivering import deliver_all_due

LIAISON = "xingyi.liaison"


def row_of(page: Page, label: str) -> list[str]:
    """The cells of a row that begins so."""
    row = next(row for row in page.main.all("tr") if row.text.startswith(label))
    return [cell.text for cell in row.all("td")]


def put_in(browser: Browser, **typed: str) -> Page:
    """Write into the box."""
    form = browser.get("/suggestions").forms[0]
    return browser.post(form.action, form.values | typed)


def test_a_unit_sees_what_it_was_asked_for_week_by_week_and_by_whom(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    walk_to(duban, "assigned", clock)
    clock.advance_to(datetime(2026, 3, 3, 2, tzinfo=UTC))
    ways = open_ways(duban.database, clock)
    deliver_all_due(duban.database, ways, duban.catalog.calendar, clock())
    clock.advance_to(datetime(2026, 3, 10, 2, tzinfo=UTC))
    open_case(duban)
    page = browser(LIAISON).get("/boards/burden")
    assert "兴义市近 8 周" in page.text
    assert row_of(page, "3月9日起一周") == ["0"] * 6
    letters, tasks, reports, *rest = row_of(page, "3月2日起一周")
    assert (int(letters) > 0, tasks, reports) == (True, "1", "0")
    assert rest == ["0", "0", "0"], "nothing filled in yet, and nobody came"
    assert row_of(page, "要办的事") == ["0", "100", "问题整改"]
    assert row_of(page, "到场") == ["0", "3", "督查"]
    assert row_of(page, "州督查局") == ["问题整改", "1"]


def test_nobody_chooses_a_unit_that_is_not_theirs(browser: Browsers) -> None:
    assert "兴义市近 8 周" in browser(LIAISON).get("/boards/burden?unit=1").text
    assert "没有单位布置工作" in browser("zhou-bg.liaison").get("/boards/burden").text


def test_a_signed_suggestion_is_answered_where_its_writer_reads_it(
    browser: Browsers, system: Browser
) -> None:
    writer = browser(LIAISON)
    assert "已收到" in put_in(writer, kind="burden", text="同一份材料报了三遍", signed="yes").text
    listed = system.get("/administration/suggestions")
    assert "同一份材料报了三遍" in listed.text
    form = listed.forms[0]
    answered = system.post(form.action, form.values | {"answer": "以后只报一次"})
    assert not answered.forms
    assert "以后只报一次" in writer.get("/suggestions").text
    again = system.client.post(form.action, data={**form.values, "answer": "改口"})
    assert again.status_code == 409
    assert "关力已经答复过这条意见，刚写的答复没有送出" in again.text
    assert "改口" in Page(again).main.one("ul", class_="inbox").text, "what was typed"
    assert "以后只报一次" in again.text
    assert "同一份" not in browser(SPECIALIST).get("/suggestions").text


def test_an_answer_that_is_too_long_stands_by_its_suggestion_still(
    browser: Browsers, system: Browser
) -> None:
    for text in ("同一份材料报了三遍", "一个月来了三拨人"):
        put_in(browser(LIAISON), kind="burden", text=text, signed="yes")
    older = system.get("/administration/suggestions").forms[1]
    typed = "以后只报一次。" * 300
    page = system.post(older.action, older.values | {"answer": typed})
    assert page.status == 422
    assert "答复应为 1 至" in page.text
    form = next(form for form in page.forms if form.action == older.action)
    assert form.values["answer"] == typed


def test_an_unsigned_one_says_nowhere_who_wrote_it(browser: Browsers, system: Browser) -> None:
    put_in(browser(LIAISON), kind="complaint", text="催得太急了，两天四遍", signed="no")
    assert "催得太急了" not in browser(LIAISON).get("/suggestions").text
    assert "未署名 催得太急了" in system.get("/administration/suggestions").text


def test_what_is_too_short_stands_in_the_form_again(browser: Browsers) -> None:
    page = put_in(browser(LIAISON), kind="complaint", text="急")
    assert page.status == 422
    assert "内容应为 5 至 2000 个字，现为 1 个" in page.main.one(role="alert").text
    assert page.forms[0].values["text"] == "急"
    assert page.forms[0].values["kind"] == "complaint"
