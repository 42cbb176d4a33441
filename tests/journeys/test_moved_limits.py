"""意见 三（二）: “双台账”. What moves the limit of 问题整改: 延期, 长期坚持, 中止.

Of the cases worth having: an extension asked for at T+1 is refused.
"""

import pytest

from tests.journeys.play import COUNTY, Play, variation
from tests.journeys.problems import FINDER, MORE_WORK, RESULT, first_review, rectifying
from workflow.engine.errors import ConditionNotMet, DutiesNotSeparate, NotYourTurn

pytestmark = pytest.mark.journey

# 延期


def extension_asked(play: Play, when: str = "2026-05-18") -> tuple[int, int]:
    case = rectifying(play)
    play.until(when)
    play.act("xingyi.officer", case, "extend", reason="连续降雨无法施工", proposed_due="2026-06-30")
    return case, play.child(case, "extension")


def test_an_extension_granted_in_time_moves_the_limit_and_its_ladder(play: Play) -> None:
    case, extension = extension_asked(play)
    assert play.case(extension).facts["current_due"] == "2026-05-29"
    assert play.due(case) == "2026-05-29"  # the old date stands until the decision
    before = play.timers(case)
    assert before[0][0] == "2026-05-20"
    play.until("2026-05-19")
    refusal = play.refused(
        ConditionNotMet, "zhou-dc.head", extension, "approve", granted_due="2026-05-20"
    )
    assert refusal.sentence == "新期限必须晚于原期限"
    play.act("zhou-dc.head", extension, "approve", granted_due="2026-06-26")
    assert play.due(case) == "2026-06-26"
    assert [day for day, *_ in play.timers(case)] == [
        "2026-06-16", "2026-06-23", "2026-06-25", "2026-06-29", "2026-07-03", "2026-07-10",
    ]  # fmt: skip
    assert play.marks(case) == ()
    play.until("2026-06-15")
    assert play.rungs(case) == []


def test_what_may_be_asked_for_lies_on_nobody_s_desk_and_the_request_on_one(play: Play) -> None:
    case = rectifying(play)
    assert case in play.desk("xingyi.officer"), "who mends"
    assert case not in play.desk("xingyi.head"), "who could only ask for more time"
    wish = {"reason": "连续降雨无法施工", "proposed_due": "2026-06-30"}
    play.act("xingyi.head", case, "extend", **wish)
    assert play.desk("zhou-dc.head") == [play.child(case, "extension")]


@variation
def test_an_extension_refused_leaves_everything(play: Play) -> None:
    case, extension = extension_asked(play)
    before = play.timers(case)
    play.act("zhou-dc.head", extension, "refuse", opinion="可以加派人手")
    assert (play.due(case), play.timers(case)) == ("2026-05-29", before)
    assert play.act(
        "xingyi.officer", case, "extend", reason="仍在下雨，无法施工", proposed_due="2026-06-30"
    )


@variation
@pytest.mark.parametrize(
    ("when", "possible"),
    [("2026-05-22", True), ("2026-05-25", False), ("2026-05-29", False), ("2026-06-01", False)],
)
def test_an_extension_is_asked_for_five_working_days_before_the_limit(
    play: Play, when: str, possible: bool
) -> None:
    case = rectifying(play)
    play.until(when)
    asked = {"reason": "连续降雨无法施工", "proposed_due": "2026-06-30"}
    if possible:
        play.act("xingyi.officer", case, "extend", **asked)
    else:
        refusal = play.refused(ConditionNotMet, "xingyi.officer", case, "extend", **asked)
        assert refusal.sentence.startswith("延期至迟须在到期前 5 个工作日提出")


def test_a_third_extension_is_refused_and_a_second_waits_for_the_first(play: Play) -> None:
    case, first = extension_asked(play, "2026-05-11")
    again = {"reason": "仍在下雨，无法施工", "proposed_due": "2026-07-31"}
    play.refused(ConditionNotMet, "xingyi.officer", case, "extend", **again)
    play.act("zhou-dc.head", first, "approve", granted_due="2026-06-30")
    play.act("xingyi.officer", case, "extend", **again)
    second = play.children(case, "extension")[1]
    play.act("zhou-dc.head", second, "approve", granted_due="2026-07-31")
    refusal = play.refused(ConditionNotMet, "xingyi.officer", case, "extend", **again)
    assert refusal.sentence == "至多 2 次，已用完"
    assert play.due(case) == "2026-07-31"


@variation
def test_nothing_is_signed_while_an_extension_is_undecided(play: Play) -> None:
    case, extension = extension_asked(play)
    first_review(play, case)
    refusal = play.refused(ConditionNotMet, "zhou-zx.head", case, "sign_first")
    assert refusal.sentence == "延期申请尚未办结，不能销号"
    play.act("xingyi.head", extension, "cancel")
    assert play.act("zhou-zx.head", case, "sign_first") == "site_check"


def test_an_extension_granted_during_the_review_is_not_lost(play: Play) -> None:
    case, extension = extension_asked(play)
    first_review(play, case)
    play.act("zhou-dc.head", extension, "approve", granted_due="2026-06-26")
    play.act("zhou-zx.head", case, "return_first", **MORE_WORK)
    assert (play.state(case), play.due(case)) == ("rectifying", "2026-06-26")


def test_an_extension_decided_late_climbs_the_decider_s_own_ladder(play: Play) -> None:
    case, extension = extension_asked(play, "2026-05-11")
    assert play.due(extension) == "2026-05-18"
    play.until("2026-05-22")
    assert play.rungs(extension) == [("2026-05-15", 0), ("2026-05-19", 1), ("2026-05-21", 2)]
    assert [(told.on, told.who) for told in play.told(extension, template="overdue")] == [
        ("2026-05-19", "zhou-dc.officer"),
        ("2026-05-19", "zhou-dc.head"),
        ("2026-05-21", "zhou-dc.head"),
    ]
    assert play.due(case) == "2026-05-29"


@variation
@pytest.mark.rights
def test_the_applicant_does_not_decide(play: Play) -> None:
    _, extension = extension_asked(play)
    for wrong in ("xingyi.head", "zhou-zx.head", FINDER):
        play.refused(NotYourTurn, wrong, extension, "approve", granted_due="2026-06-26")
    play.give_post("zhou-dc.head", COUNTY, "officer")
    play.refused(DutiesNotSeparate, "zhou-dc.head", extension, "approve", granted_due="2026-06-26")


def test_after_the_limit_only_the_supervisor_s_head_may_still_grant(play: Play) -> None:
    case = rectifying(play)
    later = {"reason": "汛期冲毁线路，情况属实", "due": "2026-07-10"}
    refusal = play.refused(ConditionNotMet, "zhou-dc.head", case, "grant_late", **later)
    assert "尚未逾期的，应由责任单位按程序申请延期" in refusal.sentence
    play.until("2026-06-02")
    for wrong in ("xingyi.head", "zhou-dc.officer", "zhou-zx.head"):
        play.refused(NotYourTurn, wrong, case, "grant_late", **later)
    play.refused(
        ConditionNotMet,
        "zhou-dc.head",
        case,
        "grant_late",
        reason=later["reason"],
        due="2026-05-30",
    )
    play.act("zhou-dc.head", case, "grant_late", **later)
    assert (play.due(case), play.state(case)) == ("2026-07-10", "rectifying")
    assert "ever_overdue" in play.marks(case)
    first_review(play, case)
    assert "ever_overdue" in play.marks(case)  # for good


# 长期坚持, 中止


def test_long_term_work_gets_a_stage_goal_and_a_day_of_review(play: Play) -> None:
    case = rectifying(play)
    stage = {
        "reason": "管护机制须长期坚持",
        "stage_goal": "年内建成管护队伍",
        "review_on": "2026-12-31",
    }
    play.refused(NotYourTurn, "xingyi.officer", case, "make_long_term", **stage)
    play.act("xingyi.head", case, "make_long_term", **stage)
    child = play.child(case, "long_term")
    assert play.due(case) == "2026-05-29"
    play.act("zhou-dc.head", child, "approve")
    assert (play.due(case), play.marks(case)) == ("2026-12-31", ("long_term",))


def test_a_suspension_moves_the_limit_and_nobody_is_reminded_meanwhile(play: Play) -> None:
    case = rectifying(play)
    play.until("2026-04-01")
    play.act("zhou-dc.head", case, "suspend", reason="涉法涉诉，等待裁定")
    assert play.timers(case) == []
    play.refused(ConditionNotMet, "xingyi.liaison", case, "apply", **RESULT)
    play.until("2026-06-10")
    play.act("xingyi.liaison", case, "report_progress", progress="等待裁定")
    play.act("zhou-dc.head", case, "resume")
    # 48 working days were touched: 1 April and 10 June among them, and Saturday, 9 May
    assert play.due(case) == "2026-08-06"
    assert play.marks(case) == ()
    assert play.rungs(case) == []
    assert play.timers(case)[0][0] == "2026-07-28"
