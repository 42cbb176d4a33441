"""办法第十四条: 定点帮扶单位 “制定年度计划，发挥自身优势创新帮扶举措，
持续选派挂职干部和驻村第一书记，加强工作指导，督促政策落实，提高帮扶实效”.

意见 三（一）: 州直单位定点帮扶.

What a unit outside the system does is written down by the county it helps; an office of the
prefecture has a desk of its own, speaks for itself, and is judged when the year is over.
"""

from typing import Any

import pytest

from tests.journeys.play import COUNTY, Play, variation
from workflow.engine.errors import ConditionNotMet, DutiesNotSeparate, NotFound, NotYourTurn
from workflow.store.sight import scope

pytestmark = pytest.mark.journey

COUNTY_LIAISON, COUNTY_HEAD = "xingyi.liaison", "xingyi.head"
HELPER, HELPER_OFFICER = "zhou-gh.liaison", "zhou-gh.officer"
KEEPER, KEEPER_OFFICER = "zhou-zx.liaison", "zhou-zx.officer"
BOTH = {"helped": COUNTY, "helping": "522300-GH"}
PLAN: dict[str, Any] = {
    "subject": "2026年州直单位定点帮扶计划",
    "kind": "州直单位定点帮扶",
    "helper": "州直定点帮扶单位",
    "plan": "办电商培训六期，结对四所村小，选派两名驻村第一书记",
    "people": 2,
    "measure": "项",
    "target": 10,
    "nodes": [{"by": "2026-06-30", "reach": 5}, {"by": "2026-11-30", "reach": 10}],
}
"""Deeds, and no money: art. 14 asks for none."""
JUDGED = {"grade": "较好", "assessment": "受援县满意，消费帮扶还可加力"}


def begun(play: Play, parties: dict[str, str] = BOTH, **facts: Any) -> int:
    return play.open(COUNTY_LIAISON, "assistance_plan", parties=parties, **{**PLAN, **facts})


def test_an_office_helps_a_county_for_a_year_and_is_judged(play: Play) -> None:
    case = begun(play)
    assert HELPER in {one.who for one in play.told(case)}
    play.act(HELPER, case, "help", guidance="请把村小结对写明到校")
    play.act(KEEPER, case, "send_back", opinion="结对的村小请写明")
    play.act(COUNTY_LIAISON, case, "resubmit", plan="办电商培训六期，结对敬南等四所村小")
    play.act(KEEPER_OFFICER, case, "agree")

    assert play.due(case) == "2026-06-30"
    play.act(COUNTY_LIAISON, case, "report", done=2, people=2, progress="第一书记已到村")
    assert play.due(case) == "2026-06-30", "half of the plan is due in the middle of the year"
    play.until("2026-06-16 12:00")
    reminded = {one.who for one in play.told(case, since="2026-06-15 08:00")}
    assert {COUNTY_LIAISON, HELPER} <= reminded
    play.act(HELPER_OFFICER, case, "help", guidance="到点督促两次，助学政策已经兑现")
    play.act(COUNTY_LIAISON, case, "report", done=5, progress="培训三期，两所村小已结对")
    assert play.due(case) == "2026-11-30"

    play.down_until("2026-11-20")
    summary = "十项举措全部落实，带动三百户增收"
    assert play.act(COUNTY_HEAD, case, "sum_up", done=10, summary=summary) == "summed_up"
    early = play.refused(ConditionNotMet, KEEPER, case, "file")
    assert early.sentence == "州直单位的定点帮扶，评价以后才能归档"
    play.refused(NotYourTurn, HELPER_OFFICER, case, "assess", **JUDGED)
    play.act(KEEPER_OFFICER, case, "assess", **JUDGED)
    told = {one.who for one in play.told(case, since="2026-11-20")}
    assert {COUNTY_HEAD, "zhou-gh.head"} <= told
    assert play.act(KEEPER, case, "file") == "filed"
    assert play.case(case).facts["grade"] == "较好"
    assert play.marks(case) == ()


def test_a_unit_of_the_centre_is_judged_above_and_only_written_down(play: Play) -> None:
    """Its help is followed here; its result comes from those who assess it."""
    central = {"kind": "中央定点帮扶", "helper": "中央某单位", "measure": "万元", "target": 800}
    nodes = [{"by": "2026-06-30", "reach": 300}, {"by": "2026-11-30", "reach": 800}]
    case = begun(play, {"helped": COUNTY}, **central, nodes=nodes)
    play.act(KEEPER, case, "agree")
    play.until("2026-07-02 12:00")
    assert "xingyi.officer" in {one.who for one in play.told(case, since="2026-07-01 08:00")}
    play.act(COUNTY_LIAISON, case, "report", done=320, progress="首批资金到位")
    play.down_until("2026-11-20")
    play.act(COUNTY_HEAD, case, "sum_up", done=800, summary="资金全部到位，干部履职到位")
    play.act(KEEPER_OFFICER, case, "assess", grade="好", assessment="上级反馈的考核等次")
    assert play.act(KEEPER, case, "file") == "filed"


@variation
def test_help_that_lags_far_behind_is_remembered(play: Play) -> None:
    case = begun(play)
    play.act(KEEPER, case, "agree")
    play.until("2026-07-02 12:00")
    assert HELPER_OFFICER in {one.who for one in play.told(case, since="2026-07-01 08:00")}
    play.act(COUNTY_LIAISON, case, "report", done=1, progress="培训只办了一期")
    assert "lagging" in play.marks(case)


@variation
def test_a_plan_without_anything_to_reach_is_not_agreed(play: Play) -> None:
    case = begun(play, target=0)
    refused = play.refused(ConditionNotMet, KEEPER, case, "agree")
    assert refused.sentence == "年度目标须大于零"


@variation
@pytest.mark.rights
def test_who_helps_speaks_and_reports_no_figure_and_others_see_nothing(play: Play) -> None:
    case = begun(play)
    play.act(KEEPER, case, "agree")
    play.refused(NotYourTurn, HELPER, case, "report", done=10)
    with play.database.reading() as connection:
        scope.check_scope(connection, play.actor(HELPER), case)
        with pytest.raises(NotFound):
            scope.check_scope(connection, play.actor("zhou-tw.liaison"), case)


@variation
@pytest.mark.rights
def test_who_spoke_for_the_help_does_not_judge_it(play: Play) -> None:
    """The office that keeps the plans may help a county itself."""
    case = begun(play, {"helped": COUNTY, "helping": "522300-ZX"})
    play.act(KEEPER_OFFICER, case, "help", guidance="到村指导一次，督促分红兑现")
    play.act(KEEPER, case, "agree")
    play.act(COUNTY_HEAD, case, "sum_up", done=10, summary="十项举措全部落实，群众满意")
    play.refused(DutiesNotSeparate, KEEPER_OFFICER, case, "assess", **JUDGED)
    play.act("zhou-zx.head", case, "assess", **JUDGED)
    assert play.act(KEEPER, case, "file") == "filed"
