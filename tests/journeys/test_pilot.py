"""意见 二（三）: thirty pilots, in about three years, to be borrowed, copied and spread."""

from typing import Any

import pytest

from tests.journeys.play import COUNTY, Play, variation
from workflow.engine.errors import ConditionNotMet, NotYourTurn

pytestmark = pytest.mark.journey

OFFICER, LIAISON = "xingyi.officer", "xingyi.liaison"
ORGANISER = "zhou-zx.officer"
PILOT: dict[str, Any] = {
    "subject": "山地茶旅融合示范试点",
    "place": "甲村",
    "scheme": "三年建成茶园步道、加工坊和农家旅舍，带动一百户",
}
SELECTED: dict[str, Any] = {
    "rank": 3,
    "target": 12,
    "begins": "2026-03-02",
    "mid_term_on": "2027-09-01",
    "nodes": [
        {"node": "起步", "by": "2026-12-31", "reach": 4},
        {"node": "成型", "by": "2027-12-31", "reach": 8},
        {"node": "建成", "by": "2029-02-28", "reach": 12},
    ],
}


def building(play: Play) -> int:
    case = play.open(OFFICER, "pilot", parties={"builder": COUNTY}, **PILOT)
    assert play.act(ORGANISER, case, "select", **SELECTED) == "building"
    return case


def test_a_pilot_is_chosen_built_judged_half_way_accepted_and_spread(play: Play) -> None:
    case = building(play)
    assert play.due(case) == "2026-12-31"
    mid_term = play.child(case, "evaluation")
    assert (play.state(mid_term), play.due(mid_term)) == ("awaited", "2027-09-01")
    play.act(LIAISON, case, "report", done=4, progress="步道、加工坊完工")
    assert play.due(case) == "2027-12-31"
    play.down_until("2027-08-20")
    play.act(LIAISON, case, "report", done=7)
    refused = play.refused(
        ConditionNotMet,
        OFFICER,
        case,
        "apply",
        done=12,
        result="十二项全部建成",
        experience="以茶带旅",
    )
    assert refused.sentence == (
        "建设任务全部完成并经过中期评估后，才能申请验收；有调整申请的，先等批复"
    )
    play.refused(NotYourTurn, OFFICER, mid_term, "settle", conclusion="成效明显", grade="好")
    play.act(
        "zhou-zx.inspector1", mid_term, "settle", conclusion="进度快，利益联结不足", grade="较好"
    )
    assert play.case(case).facts["mid_term_grade"] == "较好"
    play.down_until("2028-11-01")
    play.act(OFFICER, case, "apply", done=12, result="十二项全部建成", experience="以茶带旅")
    assert play.act(ORGANISER, case, "pass", acceptance_record="现场逐项核对属实") == "accepted"
    assert play.act(ORGANISER, case, "promote", promotion="在三个县推开") == "promoted"


@variation
def test_a_pilot_is_accepted_by_the_plan_that_was_asked_for_and_approved(play: Play) -> None:
    """An adjustment that is approved after the acceptance has begun would change nothing."""
    case = building(play)
    mid_term = play.child(case, "evaluation")
    play.act("zhou-zx.inspector1", mid_term, "settle", conclusion="进度快，成效好", grade="好")
    nodes = [*SELECTED["nodes"][:2], {"node": "建成", "by": "2029-02-28", "reach": 14}]
    play.act(OFFICER, case, "adjust", reason="增建停车场两处", new_target=14, new_nodes=nodes)
    done: dict[str, Any] = {"result": "全部建成投用", "experience": "以茶带旅"}
    refused = play.refused(ConditionNotMet, OFFICER, case, "apply", done=12, **done)
    assert refused.sentence.endswith("有调整申请的，先等批复")
    play.act(ORGANISER, play.child(case, "adjustment"), "approve")
    play.refused(ConditionNotMet, OFFICER, case, "apply", done=12, **done)
    assert play.act(OFFICER, case, "apply", done=14, **done) == "acceptance"


def test_a_half_way_check_that_nobody_makes_goes_up_to_the_head(play: Play) -> None:
    case = building(play)
    mid_term = play.child(case, "evaluation")
    play.act(LIAISON, case, "report", done=9)
    play.down_until("2027-08-10")
    play.until("2027-09-16 12:00")
    assert "zhou-zx.head" in {one.who for one in play.told(mid_term)}
    assert play.marks(mid_term) == ("late",)


@variation
def test_thirty_are_chosen_and_the_others_are_told_why(play: Play) -> None:
    cases = [
        play.open(
            OFFICER, "pilot", parties={"builder": COUNTY}, **{**PILOT, "subject": f"试点候选 {n}"}
        )
        for n in range(32)
    ]
    for rank, case in enumerate(cases[:30], start=1):
        play.act(ORGANISER, case, "select", **{**SELECTED, "rank": rank})
    for case in cases[30:]:
        play.act(ORGANISER, case, "reject", opinion="用地手续不全")
    states = [play.state(case) for case in cases]
    assert (states.count("building"), states.count("rejected")) == (30, 2)
