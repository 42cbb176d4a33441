"""Lists: my work and the ledgers, page after page, narrowed, and empty ones that say what to do."""

from datetime import UTC, datetime

import pytest

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.pages.conftest import Browsers
from tests.api.pages.page import Page
from tests.api.pages.stories import SPECIALIST, open_case, walk_to


def cases_on(page: Page) -> list[str]:
    """The addresses of the cases in a list, in its order."""
    return [one.attributes["href"] for one in page.main.all("a", class_="headline")]


def test_my_work_shows_what_runs_out_first_and_goes_on_page_after_page(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    later = [open_case(duban) for _ in range(40)]
    clock.advance_to(datetime(2026, 3, 3, 2, tzinfo=UTC))
    latest = open_case(duban)
    desk = browser(SPECIALIST)
    first = desk.get("/")
    following = first.main.one("a", rel="next").attributes["href"]
    second = desk.get(following)
    assert [*cases_on(first), *cases_on(second)] == [f"/cases/{id_}" for id_ in [*later, latest]]
    assert len(cases_on(first)) == 30
    assert not list(second.main.all("a", rel="next"))
    assert "回到第一页" in second.text


def test_a_row_says_the_days_left_before_the_date_and_why_that_day(
    browser: Browsers, duban: Duban
) -> None:
    open_case(duban)
    limit = browser(SPECIALIST).get("/").main.one(class_="limit")
    assert limit.one(class_="light").text == "临期"
    assert limit.one("strong").text == "还剩 3 个工作日"
    assert limit.one("time").text == "2026年3月5日 周四"
    assert limit.one("details").text == ("为什么是这一天 3 个工作日，自 3月2日次日起，至 3月5日")
    item = browser(SPECIALIST).get("/").main.one("ol").one("li").text
    assert item.index("还剩 3 个工作日") < item.index("2026年3月5日")
    assert "可办：交办、合并重复" in item


def test_a_date_that_rests_on_an_unknown_notice_is_marked(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    clock.advance_to(datetime(2026, 12, 30, 2, tzinfo=UTC))
    open_case(duban)
    assert "待校正" in browser(SPECIALIST).get("/").main.one(class_="limit").text


def test_nothing_to_do_is_said_with_what_to_do_instead(browser: Browsers) -> None:
    page = browser("xingyi.liaison").get("/")
    assert "现在没有需要你办理的事项" in page.text
    assert {"/ledgers", "/messages"} <= {one.attributes["href"] for one in page.main.all("a")}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"open", "late", "elsewhere", "discarded"}),
        ("?opened=open", {"open", "late", "elsewhere"}),
        ("?opened=overdue", {"late"}),
        ("?opened=closed", {"discarded"}),
        ("?state=assigned", {"late"}),
        ("?unit=522302", {"elsewhere"}),
        ("?unit=兴仁市", {"elsewhere"}),
        ("?unit=兴义市&opened=overdue", {"late"}),
        ("?unit=天上", set()),
    ],
)
def test_a_ledger_is_narrowed_by_state_unit_and_limit(
    query: str, found: set[str], browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    ids = {"late": walk_to(duban, "assigned", clock)}
    clock.advance_to(datetime(2026, 3, 4, 2, tzinfo=UTC))
    ids |= {"open": open_case(duban), "elsewhere": open_case(duban, unit="522302")}
    ids["discarded"] = open_case(duban)
    chief = browser("zhou-dc.head")
    chief.do(ids["discarded"], "withdraw", fact_reason="重复登记，不予立项")
    page = chief.get(f"/ledgers/rectification/problem{query}")
    shown = {one.attributes.get("href") for one in page.main.all("a")}
    assert {name for name, id_ in ids.items() if f"/cases/{id_}" in shown} == found
    if not found:
        assert "没有找到名为“天上”的单位" in page.text
        assert "还不清楚是哪个单位" in page.text


def test_a_ledger_goes_on_page_after_page_under_its_filters(
    browser: Browsers, duban: Duban
) -> None:
    for _ in range(52):
        open_case(duban)
    desk = browser(SPECIALIST)
    first = desk.get("/ledgers/rectification/problem?opened=open&unit=兴义市")
    following = first.main.one("a", rel="next").attributes["href"]
    assert "opened=open" in following
    second = desk.get(f"/ledgers/rectification/problem{following}")
    numbers = [
        one.text
        for page in (first, second)
        for one in page.main.all("td", **{"data-title": "编号"})
    ]
    assert len(numbers) == len(set(numbers)) == 52


def test_facts_beyond_the_first_columns_unfold_in_the_row(browser: Browsers, duban: Duban) -> None:
    open_case(duban)
    page = browser(SPECIALIST).get("/ledgers/rectification/problem")
    assert len(list(page.main.one("thead").all("th"))) == 3 + 6
    unfolded = page.main.one("tbody").one("details").text
    assert "其余 10 项" in unfolded
    assert "整改时限 2026年5月29日" in unfolded
