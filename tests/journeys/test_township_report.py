"""办法第二十条：“各级党委和政府应当每年向上级党委和政府报告”. Of townships no text gives a date.

Each county's office decides whether the calendar asks for it; due by the last working day of
November, shorter than a county's, and never from a village.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.definitions import at
from tests.journeys.desk import Desk
from tests.journeys.play import COUNTY, TOWNSHIP, Play, a_story, variation
from tests.journeys.problems import FINDER
from workflow.cadences import Switching, switch
from workflow.engine.errors import NotYourTurn
from workflow.store.database import Database
from workflow.tallying import drafts, tallied_for

pytestmark = pytest.mark.journey

CLERK, HEAD, DESK = "jingnan.liaison", "jingnan.head", "xingyi-bg.liaison"
SAID = {"overview": "总体平稳", "work": "年初计划全部完成", "problems": "产业规模小，抓紧补齐"}


def switched(play: Play, who: str, *, unit: str = COUNTY) -> None:
    asked = Switching("township_report", "year", play.unit(unit), True, "县委常委会议决定")
    switch(play.database, play.catalog, asked, play.actor(who), play.now)


def of_township(play: Play, code: str = TOWNSHIP) -> int:
    wanted = play.unit(code)
    (found,) = [one for one in play.of_workflow("township_report") if play.case(one).unit == wanted]
    return found


@pytest.fixture
def report(database: Database) -> Iterator[tuple[Play, int]]:
    """敬南镇's report of 2026, just opened."""
    with a_story(database, at("2026-10-12 10:00")) as play:
        play.open(FINDER, parties={"responsible": TOWNSHIP}, due="2026-12-18")
        switched(play, "xingyi-bg.head")
        play.until("2026-10-15 09:30")
        yield play, of_township(play)


def test_the_townships_of_a_county_that_wants_it_report_and_no_others(
    report: tuple[Play, int],
) -> None:
    play, case = report
    opened = [play.case(one) for one in play.of_workflow("township_report")]
    assert {play.seat(one.id, "receiver") for one in opened} == {f"{COUNTY}-BG"}
    assert {play.seat(one.id, "above") for one in opened} == {COUNTY}
    assert len({one.unit for one in opened}) == len(opened) > 20
    assert play.case(case).facts["subject"] == "2026年实施乡村振兴战略进展情况报告"
    assert (play.due(case), play.case(case).period) == ("2026-11-30", 2026)
    for wrong in ("xingyi-bg.liaison", "xingyi.head", "zhou-bg.head"):
        with pytest.raises(NotYourTurn):
            switched(play, wrong)


def test_a_report_goes_up_on_paper_of_its_own_and_is_received(
    report: tuple[Play, int], tmp_path: Path
) -> None:
    play, case = report
    definition = play.catalog.version(play.case(case).definition).definition
    with play.database.reading() as connection:
        tallied = tallied_for(connection, play.catalog, play.case(case), play.now)
        made = drafts(connection, play.catalog, definition, tallied, definition.facts, play.now)
    assert made["rectified"] == "新增问题 1 件，销号 0 件；在办 1 件。"
    play.act(CLERK, case, "submit", **SAID, rectified=made["rectified"])
    play.refused(NotYourTurn, CLERK, case, "issue", signer="张三")
    assert play.act(HEAD, case, "issue", signer="张三") == "submitted"
    paper = Desk(play, tmp_path).issue(CLERK, case, "township_report").text
    assert "关于2026年实施乡村振兴战略进展情况的报告" in paper
    assert "签发人：张三" in paper
    assert "中共兴义市委、兴义市人民政府：" in paper
    play.refused(NotYourTurn, "zhou-bg.liaison", case, "receive")
    play.act(DESK, case, "return", corrections="请补充资金公开情况")
    play.until("2026-12-04")
    assert play.act("jingnan.officer", case, "resubmit", work="计划完成，资金公开") == "submitted"
    assert play.act(DESK, case, "receive", received_number="市办收〔2026〕9号") == "received"
    assert play.marks(case) == ()  # sent back is not late


def test_one_that_is_late_is_urged_listed_and_proposed_for_an_interview(
    report: tuple[Play, int],
) -> None:
    """第二十六条：“工作滞后”, by the county: T+1, T+5 and T+10 working days."""
    play, case = report
    play.until("2026-11-30 23:59")
    assert [day for day, _ in play.rungs(case)] == ["2026-11-13", "2026-11-23", "2026-11-27"]
    assert play.children(case, "urging") == []
    play.until("2026-12-15")
    assert play.marks(case) == ("late", "bulletin")
    assert play.seat(play.child(case, "urging"), "sender") == f"{COUNTY}-DC"
    interview = play.child(case, "interview")
    assert play.seat(interview, "principal") == COUNTY


@variation
def test_what_came_on_paper_is_entered_by_whoever_received_it(report: tuple[Play, int]) -> None:
    play, case = report
    play.refused(NotYourTurn, CLERK, case, "on_paper", received_number="市办收〔2026〕8号")
    assert play.act(DESK, case, "on_paper", received_number="市办收〔2026〕8号") == "received"
    other = of_township(play, "522301001")
    assert play.act("xingyi-bg.officer", other, "excuse", opinion="街道已并入") == "excused"


def test_a_county_s_own_report_says_which_of_its_townships_have_reported(
    report: tuple[Play, int],
) -> None:
    play, _ = report
    county = next(
        one for one in play.of_workflow("annual_report") if play.seat(one, "reporter") == COUNTY
    )
    definition = play.catalog.version(play.case(county).definition).definition
    with play.database.reading() as connection:
        tallied = tallied_for(connection, play.catalog, play.case(county), play.now)
        made = drafts(connection, play.catalog, definition, tallied, definition.facts, play.now)
    owed = len(play.of_workflow("township_report"))
    assert made["responsibility"].endswith(f"应报年度报告 {owed} 份，尚未报送 {owed} 份。")
