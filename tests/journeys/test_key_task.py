"""实施办法 art. 8（二）: plan and do the tasks of a year; 六大工程: 30 things done for people.

意见 二（三）: tasks are led by one and helped by others. Lights by lag: 银川 2025.
"""

from typing import Any

import pytest

from api.presenting.lights import Pace, pace_of
from api.presenting.versions import earlier_versions
from tests.journeys.play import COUNTY, Play, variation
from workflow.engine.errors import ConditionNotMet, NotFound, NotYourTurn
from workflow.store.lists import queries
from workflow.store.sight import scope

pytestmark = pytest.mark.journey

MAKER, BOSS = "zhou-dc.specialist1", "zhou-dc.officer"
LEAD, OFFICER, HEAD = "xingyi.liaison", "xingyi.officer", "xingyi.head"
HELPER = "zhou-gh.liaison"
INCOME: dict[str, Any] = {
    "subject": "年收入五万元以上的村达到全部",
    "kind": "实事",
    "source": "三十件实事 第 12 项",
    "measure": "%",
    "target": 100,
    "begins": "2026-03-02",
    "nodes": [
        {"node": "一季度", "by": "2026-03-31", "reach": 40},
        {"node": "半年", "by": "2026-06-30", "reach": 70},
        {"node": "年底", "by": "2026-12-31", "reach": 100},
    ],
}
"""六大工程: 集体经济年收入5万元以上村达到100%."""
LATER = [
    {"node": "半年", "by": "2026-07-31", "reach": 60},
    {"node": "年底", "by": "2026-12-31", "reach": 95},
]


def under_way(play: Play, **facts: Any) -> int:
    named = {"lead": COUNTY, "helper": "522300-GH"}
    case = play.open(MAKER, "key_task", parties=named, **{**INCOME, **facts})
    play.act(BOSS, case, "issue")
    assert play.act(LEAD, case, "accept") == "in_progress"
    return case


def light(play: Play, case: int) -> Pace | None:
    whole = play.case(case)
    definition = play.catalog.version(whole.definition).definition
    return pace_of(definition, whole.facts, whole.opened_at, play.now)


def test_a_task_goes_from_its_nodes_to_acceptance_with_two_baselines(play: Play) -> None:
    case = under_way(play)
    assert play.due(case) == "2026-03-31"
    assert HELPER in {one.who for one in play.told(case)}

    play.until("2026-03-16")
    assert light(play, case) == Pace("near", "进度落后 19.3 个百分点")
    play.act(LEAD, case, "report", done=25, progress="二十五个村达标")
    assert light(play, case) == Pace("good", "进度正常")
    assert play.desk(HELPER) == [], "who helps may speak, and need not"
    play.act(HELPER, case, "help", opinion="帮扶资金四月到位")
    play.act(LEAD, case, "report", done=41)
    assert play.due(case) == "2026-06-30", "a node that is reached hands the limit to the next"

    play.until("2026-06-01")
    play.act(OFFICER, case, "adjust", reason="汛期影响项目施工", new_target=95, new_nodes=LATER)
    adjustment = play.child(case, "adjustment")
    play.refused(ConditionNotMet, OFFICER, case, "apply", done=100, result="各村全部达标")
    play.act(BOSS, adjustment, "approve")
    assert (play.marks(case), play.due(case)) == (("adjusted",), "2026-07-31")
    definition = play.catalog.version(play.case(case).definition).definition
    with play.database.reading() as connection:
        history = queries.history_of(connection, case)
    (first,) = earlier_versions(definition, definition.ledgers["baseline"], history)
    shown = {value.title: value for value in first.values}
    assert first.title == "第 1 版，2026年3月2日起"
    assert shown["目标值"].text == "100"
    assert shown["节点"].table is not None
    assert shown["节点"].table.rows[0] == ("一季度", "2026年3月31日", "40")

    play.act(LEAD, case, "report", done=95)
    play.act(HEAD, case, "apply", done=95, result="九成五的村年收入超过五万元")
    accepted = {"acceptance_record": "随机抽查十村，账目属实"}
    play.refused(ConditionNotMet, BOSS, case, "pass", **accepted)
    assert play.act(BOSS, case, "pass", satisfied=96.5, **accepted) == "completed"


def test_whoever_is_far_behind_is_urged_at_the_report_and_at_the_node(play: Play) -> None:
    case = under_way(play)
    play.until("2026-03-30")
    assert light(play, case) == Pace("late", "进度落后 38.6 个百分点")
    play.act(LEAD, case, "report", done=2, difficulties="村集体没有经营性资产")
    (urging,) = play.children(case, "urging")
    assert play.case(urging).facts["reason"] == "进度落后序时进度 30 个百分点以上"
    assert play.case(urging).state == "drafted", "the letter waits for whoever issues it"
    play.act(MAKER, urging, "issue", letter="请说明原因，报送推进计划")
    assert "lagging" in play.marks(case)
    play.until("2026-04-02 12:00")
    second = play.children(case, "urging")[-1]
    assert play.case(second).facts["reason"] == "到期的节点没有完成"
    play.until("2026-04-09 12:00")
    assert "bulletin" in play.marks(case)
    play.act(LEAD, case, "report", done=45)
    assert play.due(case) == "2026-06-30"
    play.until("2026-05-15")
    assert play.children(case, "interview") == [], "the node was reached in the end"


@variation
def test_a_node_missed_for_twenty_working_days_is_proposed_for_an_interview(play: Play) -> None:
    case = under_way(play)
    play.until("2026-05-06")
    interview = play.child(case, "interview")
    assert play.seat(interview, "principal") == "522300"


@variation
def test_a_task_that_a_unit_was_given_already_is_joined_to_the_first(play: Play) -> None:
    """减负: 同一件事不向一个单位要两次."""
    first = under_way(play)
    named = {"lead": COUNTY, "helper": "522300-GH"}
    again = play.open(MAKER, "key_task", parties=named, **INCOME)
    number = play.case(first).number
    assert play.case(again).facts["same_task"] == number
    assert play.act(MAKER, again, "merge", same_task=number) == "merged"
    elsewhere = play.open(MAKER, "key_task", parties={"lead": "522302"}, **INCOME)
    assert "same_task" not in play.case(elsewhere).facts


@variation
def test_a_suspended_task_is_looked_at_again_after_ninety_days(play: Play) -> None:
    case = under_way(play)
    play.act("zhou-dc.head", case, "suspend", reason="上级政策正在调整")
    assert play.due(case) == "2026-06-01"
    play.until("2026-06-03 12:00")
    assert MAKER in {one.who for one in play.told(case, since="2026-05-29")}
    play.act("zhou-dc.head", case, "resume")
    assert play.due(case) == "2026-03-31"


@variation
def test_an_adjustment_approved_while_the_task_is_suspended_takes_effect(play: Play) -> None:
    case = under_way(play)
    play.act(OFFICER, case, "adjust", reason="上级政策正在调整", new_target=95, new_nodes=LATER)
    play.act("zhou-dc.head", case, "suspend", reason="上级政策正在调整")
    play.act(BOSS, play.child(case, "adjustment"), "approve")
    assert (play.state(case), play.due(case)) == ("suspended", "2026-06-01")
    assert (play.case(case).facts["target"], play.marks(case)) == (95, ("adjusted",))
    play.act("zhou-dc.head", case, "resume")
    assert play.due(case) == "2026-07-31"


@variation
@pytest.mark.rights
def test_who_leads_sets_no_baseline_and_a_helper_reports_nothing(play: Play) -> None:
    case = under_way(play)
    with play.database.reading() as connection:
        scope.check_scope(connection, play.actor(HELPER), case)
        with pytest.raises(NotFound):
            scope.check_scope(connection, play.actor("zhou-tw.liaison"), case)
    play.refused(NotYourTurn, HELPER, case, "report", done=100)
    play.refused(NotYourTurn, "zhou-tw.liaison", case, "help", opinion="不相干的单位")
    play.act(OFFICER, case, "adjust", reason="资金到位推迟", new_target=90, new_nodes=LATER)
    adjustment = play.child(case, "adjustment")
    play.refused(NotYourTurn, OFFICER, adjustment, "approve")
    play.act(BOSS, adjustment, "refuse", opinion="资金已经到位")
    assert play.case(case).facts["target"] == 100
