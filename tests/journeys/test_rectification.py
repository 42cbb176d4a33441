"""问题整改 from the finding to the archive, after the table of domain.md 12.1.

Of the test cases in 13.4: an extension asked for at T+1 is refused; one person may not sign both
销号; a re-opened case keeps the figures of its first cycle; a second refusal of an assignment is
refused. (公示 dates and 调休 Sundays: test_due_dates.py; one unit may not sign both, for no table
that the loader accepts can bring it about: test_signatures.py.)
"""

import pytest

from tests.journeys.play import COUNTY, TOWNSHIP, Play, variation
from tests.journeys.problems import (
    FINDER,
    MORE_WORK,
    PLAN,
    RESULT,
    SEEN,
    checked,
    closed,
    dispatched,
    first_review,
    publicity,
    rectifying,
)
from workflow.engine.errors import (
    ConditionNotMet,
    DutiesNotSeparate,
    InvalidInput,
    NotYourTurn,
    OutOfTurn,
    RelationNotAllowed,
)

pytestmark = pytest.mark.journey

# The whole way


def test_eight_people_bring_a_problem_to_the_archive(play: Play) -> None:
    case = play.open(FINDER)
    assert play.state(case) == "registered"
    assert play.due(case) == "2026-03-05"
    play.act(FINDER, case, "dispatch", dispatch_number="州督办〔2026〕7号")
    assert play.due(case) == "2026-03-03"  # the clock starts at dispatch
    play.until("2026-03-03 09:30")
    play.act("xingyi.liaison", case, "accept", contact="李四")
    assert play.due(case) == "2026-03-16"  # ten working days since dispatch, not since 签收
    assert play.due_words(case) == "10 个工作日，自 3月2日次日起，至 3月16日"
    play.until("2026-03-09")
    play.act("xingyi.liaison", case, "submit_plan", **PLAN)
    play.act("zhou-dc.officer", case, "approve_plan", opinion="同意")
    assert play.due(case) == "2026-05-29"
    assert play.due_words(case) == "整改时限 2026年5月29日"
    play.until("2026-04-20")
    assert play.act("xingyi.liaison", case, "report_progress", progress="半数已亮", percent=50) == (
        "rectifying"
    )
    play.until("2026-05-18")
    play.act("xingyi.liaison", case, "apply", **RESULT)
    play.act("xingyi.head", case, "confirm")
    assert play.due(case) == "2026-05-25"
    play.until("2026-05-20")
    play.act("zhou-zx.head", case, "sign_first", opinion="同意")
    play.until("2026-05-25 08:00")
    play.act("zhou-zx.inspector1", case, "pass_check", **SEEN)
    assert play.state(case) == "site_check"
    play.act("zhou-zx.inspector2", case, "pass_check")
    assert (play.state(case), play.due(case)) == ("publicity", "2026-05-29")  # the first day counts
    play.until("2026-05-29 23:59")
    assert play.state(case) == "publicity"
    play.until("2026-06-01")
    assert (play.state(case), play.due(case)) == ("second_review", "2026-06-05")
    play.act("zhou-dc.head", case, "sign_second", opinion="同意")
    assert (play.state(case), play.due(case)) == ("closed", "2026-09-01")
    play.until("2026-09-02")
    assert (play.state(case), play.due(case)) == ("lookback", "2026-09-16")
    play.act("zhou-dc.inspector1", case, "lasting", lookback_record="未见反弹，亮灯正常")
    assert play.act("zhou-dc.inspector2", case, "lasting") == "archived"
    assert play.marks(case) == ()
    assert play.signatures(case) == [
        (1, "first", "zhou-zx.head", True),
        (1, "second", "zhou-dc.head", True),
    ]
    assert [event for event in play.events(case) if event != "rung"] == [
        "open", "register", "dispatch", "accept", "submit_plan", "approve_plan",
        "report_progress", "apply", "confirm", "sign_first", "pass_check", "pass_check",
        "end_publicity", "sign_second", "begin_lookback", "lasting", "lasting",
    ]  # fmt: skip
    play.refused(OutOfTurn, "zhou-dc.head", case, "sign_second")


@variation
def test_each_ledger_is_written_by_its_keeper_alone(play: Play) -> None:
    case = rectifying(play)
    play.refused(NotYourTurn, FINDER, case, "report_progress", progress="代填")
    play.refused(
        InvalidInput, "xingyi.liaison", case, "report_progress", progress="已亮", grade="一般"
    )
    play.refused(
        InvalidInput, "xingyi.liaison", case, "report_progress", progress="已亮", due="2027-01-01"
    )


@variation
def test_a_problem_to_be_put_right_at_once_needs_no_plan(play: Play) -> None:
    case = dispatched(play, kind="立行立改", due="2026-03-10")
    assert play.act("xingyi.liaison", case, "accept") == "rectifying"
    assert play.due(case) == "2026-03-10"


@variation
def test_a_plan_sent_back_counts_as_a_return_and_keeps_its_limit(play: Play) -> None:
    case = dispatched(play)
    play.act("xingyi.liaison", case, "accept")
    play.act("xingyi.liaison", case, "submit_plan", **PLAN)
    play.refused(
        InvalidInput, "zhou-dc.officer", case, "return_plan", further_requirements="再改"
    )  # at least ten characters
    play.act("zhou-dc.officer", case, "return_plan", **MORE_WORK)
    assert (play.state(case), play.due(case)) == ("planning", "2026-03-16")
    assert play.case(case).counts == {"returns": 1}


# 责任争议


def test_one_dispute_with_a_new_unit_which_may_not_dispute_again(play: Play) -> None:
    case = dispatched(play)
    play.act("xingyi.officer", case, "dispute", reason="该路段在望谟县境内")
    assert (play.state(case), play.due(case)) == ("disputed", "2026-03-04")
    play.refused(InvalidInput, FINDER, case, "reassign", reason="属实，改派望谟县")
    play.refused(RelationNotAllowed, FINDER, case, "reassign", reason="属实，改派", unit="522300")
    play.until("2026-03-03")
    play.act(FINDER, case, "reassign", reason="属实，改派望谟县", unit="522326")
    assert (play.state(case), play.due(case)) == ("assigned", "2026-03-04")
    assert play.seat(case, "responsible") == "522326"
    assert play.case(case).unit == play.unit("522326")
    assert ("wangmo.liaison", "待签收") in [(told.who, told.what) for told in play.told(case)]
    play.refused(NotYourTurn, "xingyi.liaison", case, "accept")
    refusal = play.refused(
        ConditionNotMet, "wangmo.officer", case, "dispute", reason="也不在我县境内"
    )
    assert refusal.sentence == "“申请退回”至多 1 次，已用完"
    assert play.act("wangmo.liaison", case, "accept") == "planning"


def test_a_dispute_may_end_with_a_binding_assignment(play: Play) -> None:
    case = dispatched(play)
    play.act("xingyi.head", case, "dispute", reason="该路段在望谟县境内")
    assert play.act("zhou-dc.head", case, "insist", reason="经核实在兴义市境内") == "planning"
    play.refused(OutOfTurn, "xingyi.head", case, "dispute", reason="仍有异议，请再核实")


@variation
def test_a_dispute_after_the_working_day_is_too_late(play: Play) -> None:
    case = dispatched(play)
    play.until("2026-03-04 08:00")
    refusal = play.refused(
        ConditionNotMet, "xingyi.officer", case, "dispute", reason="该路段在望谟县境内"
    )
    assert refusal.sentence == "申请退回须在签收时限（交办后 1 个工作日）内提出"
    assert play.act("xingyi.liaison", case, "accept") == "planning"


def test_who_finds_a_problem_supervises_it_also_after_a_dispute(play: Play) -> None:
    """The prefecture found it in a township; another township answers, the finder stays."""
    case = play.open(FINDER, parties={"responsible": TOWNSHIP})
    assert play.seat(case, "supervisor") == "522300-DC"
    play.act(FINDER, case, "dispatch")
    play.act("jingnan.officer", case, "dispute", reason="该路段在邻镇境内")
    play.act(FINDER, case, "reassign", reason="属实，改派", unit="522301001")
    assert play.seat(case, "supervisor") == "522300-DC"
    assert play.seat(case, "reviewer") == "522301-ZX"


# 销号


@variation
def test_low_risk_skips_the_site_check(play: Play) -> None:
    case = first_review(play, grade="一般")
    assert play.act("zhou-zx.head", case, "sign_first", skip_site_check=True) == "publicity"


def test_low_risk_and_internal_skips_both(play: Play) -> None:
    case = first_review(play, grade="一般", internal_only=True)
    assert play.act("zhou-zx.head", case, "sign_first", skip_site_check=True) == "second_review"


@variation
def test_what_is_not_low_risk_is_checked_whatever_the_reviewer_says(play: Play) -> None:
    case = first_review(play, internal_only=True)
    assert play.act("zhou-zx.head", case, "sign_first", skip_site_check=True) == "site_check"
    checked(play, case)
    assert play.state(case) == "second_review"  # internal only: no public notice


def test_a_failed_site_check_voids_the_first_signature(play: Play) -> None:
    case = first_review(play)
    play.act("zhou-zx.head", case, "sign_first")
    play.act("zhou-zx.inspector1", case, "fail_check", site_record="三组仍不亮灯", **MORE_WORK)
    assert play.signatures(case) == [(1, "first", "zhou-zx.head", True)]  # one inspector is none
    play.refused(DutiesNotSeparate, "zhou-zx.inspector1", case, "fail_check")
    assert play.act("zhou-dc.inspector1", case, "fail_check") == "rectifying"
    assert play.signatures(case) == [(1, "first", "zhou-zx.head", False)]
    assert play.case(case).counts == {"returns": 1}
    first_review(play, case)
    play.act("zhou-zx.head", case, "sign_first")
    assert play.signatures(case)[1:] == [(1, "first", "zhou-zx.head", True)]


@variation
@pytest.mark.rights
def test_an_inspector_does_not_belong_to_the_unit_inspected(play: Play) -> None:
    case = first_review(play)
    play.act("zhou-zx.head", case, "sign_first")
    play.give_post("zhou-zx.inspector1", COUNTY, "officer")
    play.refused(DutiesNotSeparate, "zhou-zx.inspector1", case, "pass_check", **SEEN)


@pytest.mark.rights
def test_one_person_never_signs_both_sides(play: Play) -> None:
    """Nor as a substitute, nor through a second post."""
    case = publicity(play, internal_only=True)
    play.stand_in("zhou-zx.head", "zhou-dc.head")
    refusal = play.refused(DutiesNotSeparate, "zhou-zx.head", case, "sign_second")
    assert refusal.sentence == "你已签过“一次销号”，同一人不能签两次"
    play.give_post("zhou-zx.head", "522300-DC", "head")
    play.refused(DutiesNotSeparate, "zhou-zx.head", case, "sign_second")
    assert play.act("zhou-dc.head", case, "sign_second") == "closed"


@variation
@pytest.mark.rights
def test_only_the_reviewer_signs_first_and_only_the_supervisor_second(play: Play) -> None:
    case = first_review(play)
    for wrong in ("zhou-dc.head", "zhou-zx.officer", "xingyi.head", "xingyi-zx.head", "zhou.head"):
        play.refused(NotYourTurn, wrong, case, "sign_first")


def test_a_second_review_that_sends_back_voids_the_first_signature(play: Play) -> None:
    case = publicity(play, internal_only=True)
    assert play.act("zhou-dc.officer", case, "return_second", **MORE_WORK) == "rectifying"
    assert play.signatures(case) == [(1, "first", "zhou-zx.head", False)]


# 公示


@variation
def test_an_objection_dismissed_leaves_the_notice_as_it_was(play: Play) -> None:
    case = publicity(play)
    due = play.due(case)
    assert due == "2026-03-06"  # Monday to Friday, the first day counts
    play.act(FINDER, case, "dismiss", objection="群众反映一盏不亮", opinion="经查系误报")
    assert (play.state(case), play.due(case)) == ("publicity", due)
    play.until("2026-03-07")
    assert play.state(case) == "second_review"


def test_an_objection_upheld_sends_the_case_back(play: Play) -> None:
    case = publicity(play)
    play.act(FINDER, case, "uphold", objection="群众反映一盏不亮", **MORE_WORK)
    assert play.state(case) == "rectifying"
    assert play.case(case).counts == {"returns": 1}
    assert play.signatures(case) == [(1, "first", "zhou-zx.head", False)]
    play.until("2026-03-30")
    assert play.state(case) == "rectifying"  # the notice's own timer went with it


@variation
def test_a_notice_over_the_national_day_ends_after_it(play: Play) -> None:
    play.until("2026-09-28 00:30")
    case = publicity(play, due="2026-12-15")
    assert play.due(case) == "2026-10-09"
    assert "扣除国庆节 7 日" in play.due_words(case)
    play.until("2026-10-10 00:00")
    assert play.state(case) == "second_review"


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
        assert refusal.sentence.startswith("延期须在到期 5 个工作日以前提出")


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


# 回头看


@variation
def test_a_grave_problem_is_looked_back_on_after_six_months(play: Play) -> None:
    case = closed(play, grade="重大")
    assert play.due(case) == "2026-09-02"
    assert play.due_words(case) == "6 个月，自 3月2日次日起，至 9月2日"


def test_a_rebound_begins_a_second_cycle_and_freezes_the_first(play: Play) -> None:
    case = closed(play)
    play.until("2026-06-10")
    assert play.state(case) == "lookback"
    again = {"lookback_record": "路灯再次大面积不亮", "due": "2026-08-31"}
    play.act("zhou-dc.inspector1", case, "rebound", **again)
    assert play.act("zhou-dc.inspector2", case, "rebound") == "assigned"
    case_now = play.case(case)
    assert (case_now.cycle, case_now.counts, case_now.marks) == (2, {}, ("rebounded",))
    assert case_now.facts["description"] == "村道路灯损坏，三个月无人修复"
    assert not {"goal", "measures", "result"} & case_now.facts.keys()
    assert play.signatures(case) == [  # what was closed in the first cycle was closed
        (1, "first", "zhou-zx.head", True),
        (1, "second", "zhou-dc.head", True),
    ]
    assert play.case(play.child(case, "escalation")).facts["reason"] == "回头看反弹"
    play.act("xingyi.liaison", case, "accept")
    play.act("xingyi.liaison", case, "submit_plan", **PLAN)
    play.act("zhou-dc.specialist2", case, "approve_plan")
    assert play.due(case) == "2026-08-31"
    publicity(play, case)
    assert play.act("zhou-dc.head", case, "sign_second") == "closed"
    assert [signed[:3] for signed in play.signatures(case)] == [
        (1, "first", "zhou-zx.head"),
        (1, "second", "zhou-dc.head"),
        (2, "first", "zhou-zx.head"),
        (2, "second", "zhou-dc.head"),
    ]


@variation
def test_one_inspector_alone_neither_clears_nor_condemns(play: Play) -> None:
    case = closed(play)
    play.until("2026-06-10")
    play.act("zhou-dc.inspector1", case, "lasting", lookback_record="未见反弹，亮灯正常")
    play.refused(DutiesNotSeparate, "zhou-dc.inspector1", case, "lasting")
    falsified = {"lookback_record": "现场与照片不符", "due": "2026-08-31"}
    play.act("zhou-dc.inspector1", case, "falsified", **falsified)
    assert play.act("zhou-dc.inspector2", case, "falsified") == "assigned"
    assert play.marks(case) == ("falsified",)


@variation
def test_without_a_look_back_the_head_archives_with_a_reason(play: Play) -> None:
    case = closed(play)
    play.refused(InvalidInput, "zhou-dc.head", case, "archive")
    assert play.act("zhou-dc.head", case, "archive", reason="一次性事项，无需回头看") == "archived"


# 撤销, 合并, 草稿


def test_a_wrong_case_is_withdrawn_with_a_reason_and_nothing_is_deleted(play: Play) -> None:
    case = rectifying(play)
    play.refused(InvalidInput, "zhou-dc.head", case, "withdraw_case")
    play.refused(NotYourTurn, FINDER, case, "withdraw_case", reason="不属于督办范围")
    assert play.act("zhou-dc.head", case, "withdraw_case", reason="不属于督办范围") == "withdrawn"
    assert play.timers(case) == []
    assert play.case(case).facts["description"]


def test_a_duplicate_is_merged_and_one_not_to_be_pursued_is_dropped(play: Play) -> None:
    first, second, third = (play.open(FINDER) for _ in range(3))
    number = play.case(first).number
    assert play.act(FINDER, second, "merge", merged_into=number) == "merged"
    assert play.act("zhou-dc.head", third, "withdraw", reason="线索不实，不予立项") == "withdrawn"


def test_a_draft_waits_until_it_is_registered_or_thrown_away(play: Play) -> None:
    draft, other = play.open(FINDER, draft=True), play.open(FINDER, draft=True)
    assert (play.state(draft), play.due(draft)) == ("draft", None)
    assert play.act(FINDER, draft, "register") == "registered"
    assert play.act(FINDER, other, "discard") == "discarded"
    play.refused(OutOfTurn, FINDER, draft, "discard")


@variation
@pytest.mark.rights
def test_only_a_supervisor_s_specialist_opens_and_never_against_his_own(play: Play) -> None:
    for wrong in ("xingyi.liaison", "zhou-dc.head", "zhou.head", "wangmo-dc.specialist"):
        with pytest.raises(NotYourTurn):
            play.open(wrong)
    with pytest.raises(RelationNotAllowed):
        play.open(FINDER, parties={"responsible": "522300"})
    with pytest.raises(RelationNotAllowed):  # a reviewer is found in the table, never typed
        play.open(FINDER, parties={"responsible": COUNTY, "reviewer": "522300-GH"})


# 提级


def escalate(play: Play, case: int, approver: str, lister: str) -> int:
    escalation = play.child(case, "escalation")
    play.act(approver, escalation, "approve")
    play.act(lister, escalation, "list", notice_number="挂督〔2026〕1号")
    return escalation


def test_two_returns_propose_an_escalation_once(play: Play) -> None:
    case = first_review(play)
    play.act("zhou-zx.officer", case, "return_first", **MORE_WORK)
    assert play.children(case, "escalation") == []
    first_review(play, case)
    play.act("zhou-zx.officer", case, "return_first", **MORE_WORK)
    escalation = play.child(case, "escalation")
    assert play.case(escalation).facts["reason"] == "反复交办整改不到位"
    assert (play.state(escalation), play.seat(escalation, "decider")) == ("proposed", "522300")
    first_review(play, case)
    play.act("zhou-zx.officer", case, "return_first", **MORE_WORK)
    assert len(play.children(case, "escalation")) == 1


def test_a_grave_problem_is_proposed_for_escalation_at_once_and_may_be_refused(play: Play) -> None:
    case = dispatched(play, grade="重大")
    escalation = play.child(case, "escalation")
    assert play.case(escalation).facts["reason"] == "重大问题"
    play.refused(NotYourTurn, "zhou-dc.head", escalation, "approve")
    play.act("zhou.officer", escalation, "refuse", opinion="先由州督查局督办")
    assert play.seat(case, "supervisor") == "522300-DC"


def test_a_township_s_case_rises_to_the_prefecture_which_then_signs_second(play: Play) -> None:
    case = play.open("xingyi-dc.specialist", parties={"responsible": TOWNSHIP}, grade="重大")
    play.act("xingyi-dc.specialist", case, "dispatch")
    assert play.seat(case, "supervisor") == "522301-DC"
    play.act("jingnan.liaison", case, "accept")
    play.act("jingnan.liaison", case, "submit_plan", **PLAN)
    escalation = escalate(play, case, "xingyi.officer", "xingyi-dc.specialist")
    assert play.seat(case, "supervisor") == "522300-DC"
    assert ("jingnan.head", "提级督办生效") in [(t.who, t.what) for t in play.told(case)]
    play.refused(NotYourTurn, "xingyi-dc.officer", case, "approve_plan")
    play.act(FINDER, case, "approve_plan")
    play.act("jingnan.liaison", case, "apply", **RESULT)
    play.act("jingnan.head", case, "confirm")
    play.act("xingyi-zx.head", case, "sign_first")
    play.act("xingyi-zx.inspector1", case, "pass_check", **SEEN)
    play.act("zhou-dc.inspector1", case, "pass_check")
    play.until("2026-03-12")
    play.refused(NotYourTurn, "xingyi-dc.head", case, "sign_second")
    play.act("zhou-dc.head", case, "sign_second")
    assert [signed[1:3] for signed in play.signatures(case)] == [
        ("first", "xingyi-zx.head"),
        ("second", "zhou-dc.head"),
    ]
    play.act("xingyi-dc.head", escalation, "delist", opinion="已销号")
    play.act("xingyi-dc.specialist", escalation, "publish", published_on="2026-03-13")
    assert play.state(escalation) == "delisted"


def test_at_the_top_an_escalation_stays_and_is_marked(play: Play) -> None:
    """Design, section 5: it has nowhere to go, is marked, and listed for the top unit's head."""
    case = dispatched(play, grade="重大")
    escalate(play, case, "zhou.officer", FINDER)
    assert play.seat(case, "supervisor") == "522300-DC"
    assert play.events(case)[-1] == "escalated_at_top"
    assert play.marks(case) != ()
    assert "zhou.head" in [told.who for told in play.told(case)]
