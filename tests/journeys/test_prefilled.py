"""办法第二十条: 县级每年向上级报告，也向本级党代会、全委会报告. What the system knows stands in
the form already, 同样的材料不能反复要; the prefecture's own report gathers its counties.

办法第二十六条，一季一约谈: a round is proposed from the numbers of the quarter, and people decide.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.definitions import at
from tests.journeys.desk import Desk
from tests.journeys.play import Play, a_story
from tests.journeys.problems import closed, rectifying
from workflow.cadences import Switching, switch
from workflow.engine.errors import InvalidInput
from workflow.store.database import Database
from workflow.tallying import drafts, tallied_for

pytestmark = pytest.mark.journey

PREFECTURE, XINGYI = "522300", "522301"
OFFICE = "zhou-bg.liaison"


def drafted(play: Play, case: int) -> dict[str, Any]:
    """What the system has written into the forms of a case."""
    definition = play.catalog.version(play.case(case).definition).definition
    with play.database.reading() as connection:
        found = tallied_for(connection, play.catalog, play.case(case), play.now)
        return drafts(connection, play.catalog, definition, found, definition.facts, play.now)


def switched_on(play: Play, who: str, workflow: str, every: str) -> None:
    asked = Switching(workflow, every, play.unit(PREFECTURE), True, "领导小组会议决定")
    switch(play.database, play.catalog, asked, play.actor(who), play.now)


def test_a_county_finds_its_report_half_written_and_the_prefecture_gathers_them(
    database: Database, tmp_path: Path
) -> None:
    with a_story(database, at("2026-09-01 09:00")) as play:
        closed(play, due="2026-10-30")
        rectifying(play, due="2026-10-15", description="饮水工程管网漏损")
        play.until("2026-10-16")
        reports = {play.case(one).unit: one for one in play.of_workflow("annual_report")}
        report = reports[play.unit(XINGYI)]
        made = drafted(play, report)
        assert made["rectified"] == "新增问题 2 件，销号 1 件，按期销号率 100%；在办 1 件。"
        assert made["problems"] == "整改逾期 1 件，回头看反弹 0 件。"
        assert drafted(play, reports[play.unit("522326")])["rectified"] == (
            "新增问题 0 件，销号 0 件；在办 0 件。"
        )
        given = {name: made[name] for name in ("overview", "responsibility", "targets", "problems")}
        play.act("xingyi.liaison", report, "submit", **given, next_steps="补短板，强弱项。")
        play.act("xingyi.head", report, "issue", signer="张三")
        switched_on(play, "zhou-bg.head", "summary_report", "year")
        play.until("2027-01-05 08:00")
        (summary,) = play.of_workflow("summary_report")
        assert play.case(summary).period == 2026
        desk = Desk(play, tmp_path)
        _summarised(play, desk, summary)
        inward = desk.issue("xingyi.liaison", report, "county_congress_report")
        assert "第二十条" in inward.text
        assert made["rectified"] not in inward.text, "only what the county chose to report"
        assert made["overview"].replace(" ", "") in inward.text, "without the gaps of a page"


def test_a_summary_begun_by_hand_in_january_says_of_which_year_it_is(play: Play) -> None:
    play.now = at("2027-01-11 09:00")
    host = {"host": PREFECTURE}
    with pytest.raises(InvalidInput, match="请选定"):
        play.open(OFFICE, "summary_report", parties=host, subject="年度汇总报告")
    case = play.open(OFFICE, "summary_report", parties=host, period=2026, subject="年度汇总报告")
    assert drafted(play, case)["overview"].startswith("2026年，")


def test_a_summary_begun_for_the_wrong_year_leaves_that_year_to_the_calendar(play: Play) -> None:
    switched_on(play, "zhou-bg.head", "summary_report", "year")
    play.now = at("2026-11-16 09:00")
    host = {"host": PREFECTURE}
    wrong = play.open(OFFICE, "summary_report", parties=host, period=2026, subject="2025年的汇总")
    assert play.act(OFFICE, wrong, "withdraw", opinion="应为2025年") == "withdrawn"
    play.now = at("2027-01-05 09:00")
    play.sweep()
    (own,) = [one for one in play.of_workflow("summary_report") if one != wrong]
    assert play.case(own).period == 2026


def _summarised(play: Play, desk: Desk, case: int) -> None:
    made = drafted(play, case)
    assert "应报年度报告 9 个单位，尚未报送 8 个" in made["overview"]
    assert [row["unit"] for row in made["unreported"]].count("兴义市") == 0
    assert len(made["unreported"]) == 8
    assert len(made["counties"]) == 9
    assert made["counties"][-1]["unit"] == "兴义市"
    play.act(OFFICE, case, "submit", **made, next_steps="抓好问题整改。")
    play.act("zhou.head", case, "sign", signer="李四")
    up = desk.issue(OFFICE, case, "summary_report")
    assert "省委、省人民政府" in up.text
    assert "尚未报送年度报告的单位" in up.text
    play.act(OFFICE, case, "send")
    inward = desk.issue(OFFICE, case, "congress_report")
    assert "请审议" in inward.text
    assert "尚未报送年度报告的单位" not in inward.text
    assert play.act(OFFICE, case, "archive") == "archived"


def test_a_quarter_proposes_interviews_where_mending_lags_and_nowhere_else(
    database: Database,
) -> None:
    with a_story(database, at("2026-03-02 09:00")) as play:
        switched_on(play, "zhou-dc.head", "interview", "quarter")
        for number in range(3):
            rectifying(play, due="2026-03-31", description=f"{number} 号泵站停用")
        play.until("2026-04-07 20:00")
        assert play.of_workflow("interview") == []
        play.until("2026-04-08 08:00")
        (interview,) = play.of_workflow("interview")
        case = play.case(interview)
        assert (play.seat(interview, "object"), case.state) == (XINGYI, "proposed")
        assert case.facts["cause"] == "2026年一季度 兴义市"
        assert case.facts["reason"] == "整改逾期 3 件，回头看反弹 0 件"
        play.act("zhou-dc.specialist1", interview, "drop", opinion="汛期影响，县里已排期")
        play.until("2026-04-13 08:00")
        assert len(play.of_workflow("interview")) == 1  # asked once a quarter
