"""Boards: the right numbers, from the reader's scope."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from api.clock import SimulatedClock
from api.context import Duban
from api.pages.boards.brief import late_in_words
from api.presenting.boards import heads_of, shade, stays_of
from tests.api.pages.conftest import Browsers
from tests.api.pages.page import Element, Page
from tests.api.pages.stories import SPECIALIST, open_case, walk_to
from workflow import cadences, timers
from workflow.engine.calendar import local_day
from workflow.store.lists.counting import Spans
from workflow.store.tables.handles import CASE


@pytest.fixture
def year(duban: Duban, clock: SimulatedClock) -> dict[str, int]:
    """Three cases opened on Monday 2 March, one a week later; it is now Tuesday 10 March."""
    cases = {
        "late": open_case(duban),
        "late too": open_case(duban, unit="522302"),
        "handed in": walk_to(duban, "publicity", clock),
    }
    clock.advance_to(datetime(2026, 3, 9, 2, tzinfo=UTC))
    cases["this week"] = open_case(duban, unit="522302")
    clock.advance_to(datetime(2026, 3, 10, 2, tzinfo=UTC))
    timers.fire_all_due(duban.database, duban.catalog, clock())
    return cases


def row_of(page: Page, label: str) -> list[str]:
    """The cells of a table's row that begins with this label."""
    row = next(row for row in page.main.all("tr") if row.text.startswith(label))
    return [cell.text for cell in row.all("td")]


def figures_of(page: Page) -> dict[str, str]:
    """The great numbers by their words."""
    return {
        one.text.removeprefix(number).strip(): number
        for one in page.main.one(class_="figures").all("li")
        for number in [one.one("strong").text]
    }


def test_the_overview_counts_what_is_open_due_this_week_and_overdue(
    browser: Browsers, year: dict[str, int]
) -> None:
    page = browser(SPECIALIST).get("/boards")
    assert figures_of(page) == {"未办结": "4", "本周到期": "1", "已逾期": "2"}
    assert row_of(page, "兴仁市")[:3] == ["2", "1", "1"]
    assert row_of(page, "兴义市")[:3] == ["2", "0", "1"]
    worst = [one.attributes["href"] for one in page.main.all("a", class_="headline")]
    assert worst == [f"/cases/{year['late']}", f"/cases/{year['late too']}"]


def signed_off(browser: Browsers, duban: Duban, clock: SimulatedClock) -> int:
    """A case that is 已销号."""
    case = walk_to(duban, "publicity", clock)
    clock.advance_to(datetime(2026, 3, 16, 2, tzinfo=UTC))
    timers.fire_all_due(duban.database, duban.catalog, clock())
    head = browser("zhou-dc.head")
    sign = head.get(f"/cases/{case}").form("sign_second")
    assert "已销号" in head.post(sign.action, sign.values).text
    return case


def test_what_has_only_to_be_looked_back_on_has_ended_for_boards_and_ledgers(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    """已销号: nobody is behind with it, and nobody acts on it for three months."""
    closed = signed_off(browser, duban, clock)
    under_way = open_case(duban)
    desk, ledger = browser(SPECIALIST), "/ledgers/rectification/problem"
    page = desk.get("/boards")
    assert figures_of(page)["未办结"] == "1"
    assert row_of(page, "兴义市")[0] == "1"
    heat = desk.get("/boards/units?workflow=rectification&what=due")
    assert row_of(heat, "兴义市")[-1] == "1", "in all months"
    for opened, case in (("open", under_way), ("closed", closed)):
        shown = desk.get(f"{ledger}?opened={opened}")
        hrefs = {one.attributes.get("href") for one in shown.main.all("a")}
        assert hrefs & {f"/cases/{closed}", f"/cases/{under_way}"} == {f"/cases/{case}"}
        sums = desk.get(f"{ledger}?opened={opened}&group=unit")
        assert row_of(sums, "兴义市")[0] == "1"
    lights = desk.get(f"{ledger}?group=light")
    assert row_of(lights, "办结")[0] == "1"
    assert f"/cases/{closed}" in {
        one.attributes.get("href") for one in desk.get(f"{ledger}?opened=closed").main.all("a")
    }
    clock.advance_to(datetime(2026, 6, 20, 2, tzinfo=UTC))  # and the worker has not come by
    worst = browser("zhou-dc.officer").get("/boards").main.all("a", class_="headline")
    assert [one.attributes["href"] for one in worst] == [f"/cases/{under_way}"]


def test_what_has_only_to_be_looked_back_on_is_neither_due_nor_idle(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    closed = signed_off(browser, duban, clock)
    with duban.database.reading() as connection:
        due = connection.execute(select(CASE.c.due_at).where(CASE.c.id == closed)).scalar_one()
    looked_back_on = local_day(due - timedelta(seconds=1))
    calendar = browser(SPECIALIST).get(f"/boards/calendar?day={looked_back_on}")
    assert f"/cases/{closed}" not in {one.attributes.get("href") for one in calendar.main.all("a")}
    assert "这个月没有未办结的事项到期" in calendar.main.text
    clock.advance_to(datetime(2026, 5, 6, 2, tzinfo=UTC))
    idle = browser(SPECIALIST).get("/ledgers/rectification/reconciliation?kind=idle")
    assert f"/cases/{closed}" not in {one.attributes.get("href") for one in idle.main.all("a")}


def test_the_overview_says_how_far_the_ladders_of_overdue_cases_have_been_climbed(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    walk_to(duban, "assigned", clock)
    for day in (3, 4, 5):
        clock.advance_to(datetime(2026, 3, day, 2, tzinfo=UTC))
        timers.fire_all_due(duban.database, duban.catalog, clock())
    page = browser(SPECIALIST).get("/boards")
    climbed = [row.text for row in page.main.all("tr") if "通知" in row.text]
    assert climbed == ["问题整改 到期后 1 个工作日 通知责任单位分管负责人、督办单位督查专员 1"]


def test_a_number_leads_to_the_cases_behind_it(browser: Browsers, year: dict[str, int]) -> None:
    desk = browser(SPECIALIST)
    late = row_links(desk.get("/boards"), "问题整改")[-1]
    shown = {one.attributes.get("href") for one in desk.get(late).main.all("a")}
    assert {f"/cases/{year['late']}", f"/cases/{year['late too']}"} <= shown
    assert f"/cases/{year['this week']}" not in shown


def test_what_is_due_this_week_leads_to_its_cases_too(
    browser: Browsers, year: dict[str, int]
) -> None:
    desk = browser(SPECIALIST)
    week = row_links(desk.get("/boards"), "问题整改")[1]
    shown = {one.attributes.get("href") for one in desk.get(week).main.all("a")}
    assert f"/cases/{year['this week']}" in shown
    assert not shown & {f"/cases/{year[one]}" for one in ("late", "late too", "handed in")}


def row_links(page: Page, label: str) -> list[str]:
    row = next(row for row in page.main.all("tr") if row.text.startswith(label))
    return [one.attributes["href"] for one in row.all("a")]


def test_a_board_counts_only_what_its_reader_sees(browser: Browsers, year: dict[str, int]) -> None:
    page = browser("xingyi.head").get("/boards")
    assert figures_of(page) == {"未办结": "2", "本周到期": "0", "已逾期": "1"}
    assert "兴仁市" not in page.text
    assert "没有未办结的事项" in browser("xingren-dc.head").get("/boards").text


def test_the_calendar_puts_each_limit_on_its_last_day(
    browser: Browsers, year: dict[str, int]
) -> None:
    page = browser(SPECIALIST).get("/boards/calendar?day=2026-03-05")
    days = {one.one(class_="label").text: one for one in page.main.one(class_="days").all("li")}
    assert counted(days["3月5日 周四"]) == "2 件已逾期"
    assert counted(days["3月12日 周四"]) == "1 件到期"
    assert "3月7日 周六，休息日" in days
    assert "没有到期的" in days["3月10日 周二，今天"].text
    assert sum(bool(list(day.all("a"))) for day in days.values()) == 3
    listed = [one.attributes["href"] for one in page.main.all("a", class_="headline")]
    assert listed == [f"/cases/{year['late']}", f"/cases/{year['late too']}"]


def counted(day: Element) -> str:
    return day.one("a").text


@pytest.mark.parametrize("month", ["2026-13", "最近", "1-1", "9999-12", "2026-02-30"])
def test_a_month_that_does_not_exist_is_this_month(month: str, browser: Browsers) -> None:
    assert (
        "2026年3月" in browser(SPECIALIST).get(f"/boards/calendar?month={month}&day={month}").text
    )


def test_units_by_month_say_when_what_was_opened_and_what_falls_due(
    browser: Browsers, year: dict[str, int]
) -> None:
    desk = browser(SPECIALIST)
    opened = desk.get("/boards/units?what=opened&workflow=rectification")
    assert row_of(opened, "兴仁市")[-2:] == ["2", "2"]
    due = desk.get("/boards/units")
    assert row_of(due, "兴仁市")[6:8] == ["2", ""]
    assert "没有这样的事项" in desk.get("/boards/units?what=closed").text


def test_a_table_of_too_many_units_ends_with_a_row_for_the_rest(
    browser: Browsers,
    duban: Duban,
    year: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those with most stand in it; a column still adds up to what there is."""
    monkeypatch.setattr("api.pages.boards.reading.MOST_ROWS", 1)
    open_case(duban, unit="522302")
    desk = browser(SPECIALIST)
    overview = desk.get("/boards")
    assert figures_of(overview)["未办结"] == "5"
    assert row_of(overview, "兴仁市")[0] == "3"
    assert row_of(overview, "其余 1 个单位")[:3] == ["2", "0", "1"]
    assert "兴义市" not in [row.one("th").text for row in overview.main.all("tr")]
    heat = desk.get("/boards/units?what=opened")
    assert row_of(heat, "兴仁市")[-1] == "3"
    assert row_of(heat, "其余 1 个单位")[-2:] == ["2", "2"]
    rest = next(row for row in heat.main.all("tr") if row.text.startswith("其余"))
    assert {cell.attributes.get("class") for cell in rest.all("td")} == {"shade-0", None}


def test_trends_say_what_came_in_and_how_long_a_state_takes(
    browser: Browsers, year: dict[str, int]
) -> None:
    page = browser(SPECIALIST).get("/boards/trends?workflow=rectification")
    assert row_of(page, "3月")[:2] == ["4", "0"]
    assert row_of(page, "待签收")[:2] == ["不到一天", "1 次"]
    assert "先在上面选一个工作流程" in browser(SPECIALIST).get("/boards/trends").text


def test_periodic_reports_show_who_has_and_who_is_late(
    browser: Browsers, duban: Duban, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "还没有定期报告" in browser("zhou-bg.officer").get("/boards/reports").text
    clock.advance_to(datetime(2026, 11, 2, 2, tzinfo=UTC))
    timers.fire_all_due(duban.database, duban.catalog, clock())
    cadences.open_periodic(duban.database, duban.catalog, clock())
    page = browser("zhou-bg.head").get("/boards/reports")
    assert len(list(page.main.all("a", class_="headline"))) == 9
    assert sum(map(int, figures_of(page).values())) == 9
    assert "只列出" not in page.text
    monkeypatch.setattr("api.pages.boards.reports.MOST", 4)
    assert "只列出前 4 个" in browser("zhou-bg.head").get("/boards/reports").text


def test_a_leader_reads_on_one_page_where_it_hurts(browser: Browsers, year: dict[str, int]) -> None:
    page = browser("zhou.head").get("/boards/brief")
    assert "在办 4 件，已逾期 2 件，占 50%" in page.text
    assert "到本周日还有 1 件到期" in page.text
    assert len(list(page.main.all("h2"))) == 5


def test_a_leader_who_reads_on_a_friday_sees_what_next_week_brings(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    clock.advance_to(datetime(2026, 3, 6, 2, tzinfo=UTC))
    case = open_case(duban)  # due on Wednesday
    page = browser("zhou.head").get("/boards/brief")
    assert "到本周日没有到期的事项" in page.text
    pains = {one.one("h2").text: one for one in page.main.all("li", class_="panel")}
    assert pains["本周和下周到期"].one("a").attributes["href"] == f"/cases/{case}"


@pytest.mark.parametrize(
    ("late", "said"),
    [(0, "已逾期 0 件。"), (1, "不到 1%"), (6, "占 1%"), (997, "占 99%"), (1000, "占 100%")],
)
def test_all_of_them_are_late_only_where_all_are(late: int, said: str) -> None:
    assert said in late_in_words(Spans(late=late, later=1000 - late))


# Adding up


def test_units_add_up_below_what_all_have_above_them() -> None:
    county, town, office, other = "/1/2/", "/1/2/7/", "/1/2/8/", "/1/3/"
    assert heads_of({7: town, 8: office, 3: other}) == {7: 2, 8: 2, 3: 3}
    assert heads_of({7: town, 8: office}) == {7: 7, 8: 8}
    assert heads_of({2: county, 7: town}) == {2: 2, 7: 7}
    assert heads_of({7: town}) == {7: 7}
    assert heads_of({}) == {}


def test_the_greatest_number_is_darkest_and_one_is_never_white() -> None:
    assert [shade(n, 100) for n in (0, 1, 20, 21, 100)] == [0, 1, 1, 2, 5]


def test_a_stay_lasts_from_arrival_to_departure_whatever_is_done_meanwhile(duban: Duban) -> None:
    definition = duban.catalog.newest("rectification").definition
    walked = [
        ("registered", "registered", 1),
        ("registered", "registered", 2),
        ("registered", "assigned", 4),
        ("assigned", "planning", 5),
    ]
    moves = [
        {"case_id": 1, "from_state": a, "to_state": b, "at": datetime(2026, 3, day, tzinfo=UTC)}
        for a, b, day in walked
    ]
    found = [(stay.state, stay.days) for stay in stays_of(definition, moves)]
    assert found == [("已入问题台账", "3.0 天"), ("待签收", "1.0 天")]
