"""What I watch and what I did: lists of one's own, which never show more than one may see."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.pages.conftest import Browser, Browsers, new_request
from tests.api.pages.page import Page
from tests.api.pages.stories import SPECIALIST, open_case, walk_to
from tests.prefecture import Prefecture
from workflow.store.tables.handles import SCOPE
from workflow.timers import fire_due


def listed(page: Page) -> list[str]:
    """The addresses of the cases in the list, in its order."""
    return [one.attributes["href"] for one in page.main.all("a", class_="headline")]


def press(browser: Browser, case: int, what: str) -> Page:
    """Press the button of a case that watches it, or no longer."""
    page = browser.get(f"/cases/{case}")
    form = next(f for f in page.forms if f.action.endswith("/watch"))
    assert form.element.one("button").text == what
    return browser.post(form.action, form.values)


def test_a_case_is_on_a_desk_while_it_waits_for_it_and_not_for_what_could_be_done(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    """The supervisor's head may question a case all the time, and signs it once."""
    case, desk = walk_to(duban, "publicity", clock), browser("zhou-dc.head")
    assert listed(desk.get("/")) == []
    clock.advance_to(clock() + timedelta(days=14))
    fire_due(duban.database, duban.catalog, clock())
    assert listed(desk.get("/")) == [f"/cases/{case}"]
    sign = desk.get(f"/cases/{case}").form("sign_second")
    desk.post(sign.action, sign.values)
    assert listed(desk.get("/")) == []
    assert {"question", "archive"} <= set(desk.get(f"/cases/{case}").events)


def test_who_is_named_on_a_case_is_told_what_to_do_with_it(browser: Browsers, duban: Duban) -> None:
    """No post may do it: only whoever is named in a fact, here whoever opened the case."""
    prefecture = Prefecture(duban.database)
    duban.commands.open_case(
        workflow="referral",
        parties={"concerned": prefecture.unit("522301")},
        facts={"subject": "虚假整改", "source": "核查", "situation": "两次报送的照片相同"},
        actor=prefecture.actor(SPECIALIST, duban.clock()),
        request=new_request(),
        now=duban.clock(),
    )
    assert "可办：评估完毕，报批" in browser(SPECIALIST).get("/").text


def test_a_case_is_watched_by_a_button_and_no_longer_by_another(
    browser: Browsers, duban: Duban
) -> None:
    reader, first, second = browser("xingyi.head"), open_case(duban), open_case(duban)
    assert "你还没有关注的事项" in reader.get("/?show=watched").text
    for case in (first, second):
        assert "已关注" in press(reader, case, "关注").text
    page = reader.get("/?show=watched")
    assert sorted(listed(page)) == [f"/cases/{first}", f"/cases/{second}"]
    assert "2026年3月2日 起关注" in page.text
    assert "已关注" not in press(reader, first, "取消关注").text
    assert listed(reader.get("/?show=watched")) == [f"/cases/{second}"]
    assert listed(browser("xingyi.liaison").get("/?show=watched")) == []


def test_what_i_did_is_listed_once_a_case_the_latest_first(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    accepted = walk_to(duban, "plan_review", clock)
    clock.advance_to(datetime(2026, 3, 5, 2, tzinfo=UTC))
    opened = open_case(duban)
    page = browser(SPECIALIST).get("/?show=done")
    assert listed(page) == [f"/cases/{opened}", f"/cases/{accepted}"]
    assert "2026年3月5日 我办理：登记" in page.text
    assert "2026年3月2日 我办理：交办" in page.text
    assert "你还没有办理过事项" in browser("zhou-bg.liaison").get("/?show=done").text


def test_a_list_of_one_s_own_goes_on_page_after_page(browser: Browsers, duban: Duban) -> None:
    cases = [open_case(duban) for _ in range(33)]
    first = browser(SPECIALIST).get("/?show=done")
    second = browser(SPECIALIST).get(first.main.one("a", rel="next").attributes["href"])
    assert [*listed(first), *listed(second)] == [f"/cases/{one}" for one in reversed(cases)]


def test_what_went_out_of_sight_is_in_no_list(browser: Browsers, duban: Duban) -> None:
    reader, case = browser(SPECIALIST), open_case(duban)
    press(reader, case, "关注")
    with duban.database.unit_of_work() as connection:
        own = Prefecture(duban.database).unit("522300-DC")
        connection.execute(delete(SCOPE).where(SCOPE.c.case_id == case, SCOPE.c.unit_id == own))
    assert listed(reader.get("/?show=watched")) == []
    assert listed(reader.get("/?show=done")) == []
    reader.get(f"/cases/{case}", status=404)


def test_an_unknown_list_is_the_first(browser: Browsers) -> None:
    assert browser(SPECIALIST).get("/?show=everything").main.one("h1").text == "我的待办"
