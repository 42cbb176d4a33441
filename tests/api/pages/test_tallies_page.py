"""统计 on the page of a case: drafts to change, and numbers that lead to the cases behind them."""

import pytest

from api.context import Duban
from tests.api.pages.conftest import Browsers, new_request
from tests.api.pages.stories import SPECIALIST, open_case
from tests.prefecture import Prefecture


@pytest.fixture
def bulletin(duban: Duban) -> int:
    """A bulletin about this year, in which 兴义市 has two new problems."""
    for description in ("一号路灯损坏", "二号路灯损坏"):
        open_case(duban, description=description)
    place = Prefecture(duban.database)
    answer = duban.commands.open_case(
        workflow="bulletin",
        parties={"host": place.unit("522300")},
        facts={"subject": "路灯专题"},
        actor=place.actor(SPECIALIST),
        request=new_request(),
        now=duban.clock(),
    )
    return answer.case


def test_the_system_writes_first_and_says_so(browser: Browsers, bulletin: int) -> None:
    desk = browser(SPECIALIST)
    page = desk.get(f"/cases/{bulletin}")
    assert "系统按统计填写，可改" in page.text
    form = next(form for form in page.forms if form.values.get("event") == "submit")
    assert form.values["fact.good"].startswith("2026年，黔西南州新增问题 2 件")
    after = desk.do(bulletin, "submit", **{"fact.good": "各县按期整改，进度正常。"})
    assert "各县按期整改，进度正常。" in after.text
    assert "系统按统计填写，可改" not in after.text


def test_whoever_begins_one_by_hand_says_of_which_period_it_is(browser: Browsers) -> None:
    desk = browser(SPECIALIST)
    asked = desk.get("/cases/new?workflow=bulletin")
    offered = [one.text for one in asked.main.one("select", id="period").all("option")]
    assert offered[:2] == ["请选择", "2026年第10周"]
    assert {"2026年2月", "2025年四季度", "2025年"} <= set(offered)
    (form,) = (form for form in asked.forms if "workflow" in form.values)
    given = {**form.values, "party.host": "522300", "fact.subject": "去年工作情况"}
    wrong = desk.post("/cases/new", {**given, "period": "去年"})
    assert "没有这一期" in wrong.text
    (form,) = (form for form in wrong.forms if "workflow" in form.values)
    page = desk.post("/cases/new", {**form.values, "period": "2025"})
    form = next(form for form in page.forms if form.values.get("event") == "submit")
    assert form.values["fact.good"].startswith("2025年，黔西南州新增问题 0 件")


def test_a_number_leads_to_the_cases_behind_it(browser: Browsers, bulletin: int) -> None:
    desk = browser(SPECIALIST)
    table = desk.get(f"/cases/{bulletin}/tallies").main.one("table", class_="heat")
    row = next(row for row in table.all("tr") if row.text.startswith("兴义市"))
    link = row.one("a")
    assert link.text == "2"
    behind = desk.get(link.attributes["href"])
    assert "兴义市 新增问题" in behind.text
    assert len(list(behind.main.one("ol", class_="cases").all("li"))) == 2
    desk.get(f"/cases/{bulletin}/tallies/nonsense", status=404)


@pytest.mark.rights
def test_whoever_does_not_see_the_bulletin_sees_no_number(browser: Browsers, bulletin: int) -> None:
    browser("xingyi.head").get(f"/cases/{bulletin}/tallies/opened", status=404)
