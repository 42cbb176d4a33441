"""放假通知 on a page: typed in as the State Council writes it, looked at, entered once; the limits
that it moves are worked out by the worker, and the page says how many are left.
"""

from datetime import UTC, date, datetime

import pytest

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.pages.conftest import Browser, new_request
from tests.api.pages.page import Page
from tests.api.pages.stories import walk_to
from workflow import timers

HERE = "/administration/holidays"
NEW_YEAR = {"from.0": "2027-01-01", "to.0": "2027-01-03"}
SPRING = {"from.1": "2027-02-05", "to.1": "2027-02-13", "work.1": "2027-01-30、2027-02-20"}
MID_AUTUMN = {"from.5": "2027-09-15"}


@pytest.fixture(autouse=True)
def december(duban: Duban, clock: SimulatedClock) -> None:
    """The last Monday of 2026, and a case whose limit reaches into a year without a notice."""
    clock.advance_to(datetime(2026, 12, 28, 2, tzinfo=UTC))
    walk_to(duban, "planning", clock, due="2027-05-28")


def sent(system: Browser, act: str, **typed: str) -> Page:
    """The answer to the form with these cells."""
    return system.post_form(HERE, "holidays", act=act, **typed)


def test_a_notice_is_looked_at_and_entered_and_limits_follow_it(
    system: Browser, duban: Duban, clock: SimulatedClock
) -> None:
    empty = system.get(HERE)
    assert empty.forms[0].values["year"] == "2027"
    assert "正在校正" not in empty.text

    looked = sent(system, "look", **NEW_YEAR, **SPRING, **MID_AUTUMN)
    assert "春节：2月5日 周五 至 2月13日 周六，共 9 天" in looked.text
    assert "中秋节：9月15日 周三，共 1 天" in looked.text
    begun = sent(system, "look", **NEW_YEAR | {"from.0": "2026-12-31"})
    assert "元旦：2026年12月31日 周四 至 1月3日 周日，共 4 天" in begun.text
    assert "调休上班：1月30日 周六、2月20日 周六" in looked.text
    assert "录入以后，有 1 件事项的期限要按它重新计算" in looked.text
    assert 2027 not in duban.catalog.calendar.notices

    done = system.post_on(looked, "holidays", act="enter")
    assert "已录入 2027 年的放假通知" in done.text
    assert "正在校正 还有 1 件事项的期限要按新的通知校正" in done.text
    assert done.response.headers["refresh"] == "3"  # no script asks again
    assert "refresh" not in system.get(f"{HERE}?still=yes").response.headers
    assert timers.recalculate(duban.database, duban.catalog, clock()) == 1
    finished = system.get(HERE)
    assert "正在校正" not in finished.text
    assert "refresh" not in finished.response.headers
    assert "录入：关力" in finished.text
    with duban.database.reading() as connection:
        assert timers.behind_calendar(connection, duban.catalog) == []


def test_every_mistake_is_told_at_once_and_what_was_typed_stays(
    system: Browser, duban: Duban
) -> None:
    wrong = sent(
        system,
        "enter",
        **{"from.1": "2027-02-13", "to.1": "2027-02-05", "work.3": "2027-05-04", "name.7": "多"},
    )
    assert wrong.status == 422
    assert [one.text for one in wrong.main.one(class_="banner").all("li")] == [
        "第 2 行春节：2027年2月13日 至 2027年2月5日 前后颠倒或太长",
        "第 4 行劳动节：没有填放假从哪天开始",
        "第 4 行劳动节：2027年5月4日 本来就是周一至周五，不是调休上班日",
    ]
    assert wrong.forms[0].values["from.1"] == "2027-02-13"
    assert 2027 not in duban.catalog.calendar.notices


def test_days_worked_may_stand_as_the_notice_writes_them(system: Browser) -> None:
    written = SPRING | {"work.1": "1月30日（农历腊月二十三、周六）、2月20日（周六）上班"}
    looked = sent(system, "look", **NEW_YEAR, **written)
    assert "调休上班：1月30日 周六、2月20日 周六" in looked.text
    wrong = sent(system, "look", **NEW_YEAR, **SPRING | {"work.1": "2月30日"})
    assert "没有“2027年2月30日”这个日期" in wrong.text


def test_what_was_changed_after_the_look_is_looked_at_again(system: Browser, duban: Duban) -> None:
    assert "录入以前请核对" in sent(system, "enter", **NEW_YEAR).text, "nothing was looked at yet"
    looked = sent(system, "look", **NEW_YEAR)
    other = system.post_on(looked, "holidays", act="enter", **SPRING)
    assert "填写的内容在核对以后改过，还没有录入" in other.main.one(class_="banner").text
    assert "春节：2月5日" in other.text
    assert 2027 not in duban.catalog.calendar.notices
    assert "已经录入过通知" not in other.text
    assert "已录入 2027 年" in system.post_on(other, "holidays", act="enter").text
    again = sent(system, "look", year="2027", **NEW_YEAR)
    assert "2027 年已经录入过通知：再次录入以后以这一份为准" in again.text
    assert len(duban.catalog.calendar.notices[2027].work) == 2


def test_the_same_notice_sent_twice_is_one_version(system: Browser, duban: Duban) -> None:
    before = duban.catalog.calendar.version
    looked = sent(system, "look", **NEW_YEAR)
    for _ in range(2):
        system.post_on(looked, "holidays", act="enter", request=new_request())
    assert duban.catalog.calendar.version == before + 1


def told(page: Page, year: int) -> list[str]:
    """What the page says of the notice of a year that is known."""
    known = next(one for one in page.main.all("details") if one.text.startswith(f"{year} 年"))
    return [one.text for one in known.one("ul").all("li")]


@pytest.mark.parametrize("year", [2020, 2024, 2026])
def test_a_notice_that_is_known_is_taken_up_again_as_it_would_be_typed(
    year: int, system: Browser, duban: Duban
) -> None:
    page = system.get(f"{HERE}?again={year}")
    assert page.forms[0].values["year"] == str(year)
    looked = system.post_on(page, "holidays", act="look")
    section = looked.main.one("section", **{"aria-label": "录入以前请核对"})
    assert [one.text for one in section.one("ul").all("li")] == told(page, year)
    before = duban.catalog.calendar.version
    system.post_on(looked, "holidays", act="enter")
    assert duban.catalog.calendar.version == before, "nothing was changed"


def test_a_place_adds_its_own_day_off_to_the_notice_of_a_year(
    system: Browser, duban: Duban
) -> None:
    """黔西南州 is an autonomous prefecture: such a place has days off of its own."""
    link = next(one for one in system.get(HERE).main.all("a") if "2026 年这一份" in one.text)
    page = system.get(link.attributes["href"].partition("#")[0])
    free = next(at for at in range(20) if page.forms[0].values[f"name.{at}"] == "")
    own = {f"name.{free}": "建州纪念日", f"from.{free}": "2026-09-07"}
    looked = system.post_on(page, "holidays", act="look", **own)
    assert "建州纪念日：9月7日 周一，共 1 天" in looked.text
    assert "2026 年已经录入过通知" in looked.text
    assert "已录入 2026 年的放假通知" in system.post_on(looked, "holidays", act="enter").text
    calendar = duban.catalog.calendar
    assert not calendar.is_working(date(2026, 9, 7))
    assert not calendar.is_working(date(2026, 2, 16)), "春节 is as it was"
    assert calendar.is_working(date(2026, 2, 14)), "and so is the day worked for it"


@pytest.mark.parametrize("year", ["1999", "2027", "-1", "两千"])
def test_a_year_without_a_notice_begins_blank(year: str, system: Browser) -> None:
    values = system.get(f"{HERE}?again={year}").forms[0].values
    assert (values["year"], values["name.1"], values["from.1"]) == ("2027", "春节", "")
