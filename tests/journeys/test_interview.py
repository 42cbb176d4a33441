"""办法第二十六条: “上级党委和政府应当约谈下级党委和政府”, and a level its own departments.
Proposed by a rule or a person, along these two relations only.

Of the cases worth having: a department tries to interview a county's 党委政府 and is refused.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import Desk
from tests.journeys.play import COUNTY, TOWNSHIP, Play, variation
from workflow.engine.errors import (
    ConditionNotMet,
    DutiesNotSeparate,
    InvalidInput,
    NotYourTurn,
    OutOfTurn,
    RelationNotAllowed,
)

pytestmark = pytest.mark.journey

MAKER = "zhou-dc.specialist1"
FINDINGS = {"findings": "情况属实，逾期两个月"}
MEETING = {"meeting_on": "2026-03-10", "place": "州政府三楼会议室", "attendees": "兴义市分管负责人"}
RECORD = {"record": "约谈人通报情况，被约谈人表态"}
ITEMS = [
    {"item": "三十日内完成路灯修复", "due": "2026-04-30"},
    {"item": "建立村级管护队伍", "due": "2026-06-30"},
]
MINUTES: dict[str, Any] = {"minutes": "会议要求立即整改", "items": ITEMS}


def proposed(play: Play, *, who: str = MAKER, code: str = COUNTY, **given: Any) -> int:
    parties = {"object": code, **given.pop("parties", {})}
    facts = {
        "cause": "问题整改〔2026〕99号",
        "matter": "整改逾期",
        "level": 1,
        "trigger": "逾期",
        **given,
    }
    return play.open(who, "interview", parties=parties, **facts)


def approved(play: Play, **given: Any) -> int:
    case = proposed(play, **given)
    play.act(MAKER, case, "verify", **FINDINGS)
    assert play.act("zhou.officer", case, "approve") == "approved"
    return case


def notified(play: Play, **given: Any) -> int:
    case = approved(play, **given)
    assert play.act(MAKER, case, "notify", **MEETING) == "notified"
    return case


def reported(play: Play, **given: Any) -> int:
    """Held, followed up and reported on."""
    case = notified(play, **given)
    play.act("xingyi.officer", case, "acknowledge")
    play.act(MAKER, case, "hold", **RECORD)
    play.act(MAKER, case, "draft_minutes", **MINUTES)
    play.act("zhou.officer", case, "issue_minutes")
    play.act("xingyi.head", case, "submit_plan", plan="四月底前完成，分管负责人包保")
    assert play.act("xingyi.head", case, "report_outcome", outcome="路灯已全部修复") == "reported"
    return case


def failed(play: Play, case: int) -> None:
    play.act("zhou-dc.head", case, "fail", check_report="抽查三处仍未修复")


# The whole way


def test_an_interview_is_prepared_held_and_followed_up(play: Play) -> None:
    case = proposed(play)
    assert (play.state(case), play.due(case)) == ("proposed", "2026-03-09")
    assert (play.seat(case, "principal"), play.seat(case, "preparer")) == ("522300", "522300-DC")
    play.until("2026-03-04")
    play.act(MAKER, case, "verify", **FINDINGS)
    assert play.due(case) == "2026-03-11"
    play.act("zhou.officer", case, "approve", opinion="同意")
    play.until("2026-03-05")
    play.act(MAKER, case, "notify", **MEETING, demands="整改台账", notice_number="约〔2026〕1号")
    assert play.due(case) == "2026-03-06"
    assert {told.who for told in play.told(case, since="2026-03-05")} == {
        "xingyi.head", "xingyi.officer", "xingyi.liaison",
    }  # fmt: skip
    play.act("xingyi.liaison", case, "acknowledge", statement="基本情况、原因、教训、措施附后")
    assert (play.due(case), play.due_words(case)) == ("2026-03-10", "约谈日期 2026年3月10日")
    play.until("2026-03-10 09:00")
    play.act(MAKER, case, "hold", **RECORD)
    assert play.due(case) == "2026-03-13"
    play.until("2026-03-12")
    play.act(MAKER, case, "draft_minutes", **MINUTES)
    assert play.due(case) == "2026-03-17"  # five working days since the meeting
    play.act("xingyi.head", case, "sign_minutes", objections="无异议")
    play.act("zhou.officer", case, "issue_minutes")
    assert (play.state(case), play.due(case)) == ("minutes_issued", "2026-03-26")
    play.until("2026-03-20")
    play.act("xingyi.head", case, "submit_plan", plan="四月底前完成，分管负责人包保")
    assert play.due(case) == "2026-04-20"  # thirty days end on Sunday, the 19th
    play.until("2026-04-17")
    play.act("xingyi.officer", case, "report_outcome", outcome="路灯已全部修复")
    assert play.due(case) == "2026-05-06"  # over 劳动节
    play.act("zhou-dc.head", case, "confirm", check_report="抽查六处，均已修复")
    assert play.state(case) == "closed"
    assert play.marks(case) == ("minutes_signed",)


def test_the_items_of_the_minutes_become_cases_on_somebody_s_desk(play: Play) -> None:
    case = notified(play)
    play.act("xingyi.officer", case, "acknowledge")
    play.act(MAKER, case, "hold", **RECORD)
    play.act(MAKER, case, "draft_minutes", **MINUTES)
    play.act("zhou.officer", case, "issue_minutes")
    items = play.children(case, "items")
    assert [play.case(item).facts["description"] for item in items] == [
        "三十日内完成路灯修复",
        "建立村级管护队伍",
    ]
    first = play.case(items[0])
    assert first.facts["due"] == "2026-04-30"
    assert first.facts["source"] == "约谈"
    assert play.seat(items[0], "responsible") == COUNTY
    assert play.seat(items[0], "supervisor") == "522300-DC"
    # nothing can be sat on: a limit runs, and the specialist hears of it before it ends
    assert (play.state(items[0]), play.due(items[0])) == ("registered", "2026-03-05")
    play.until("2026-03-05 08:00")
    assert MAKER in [told.who for told in play.told(items[0])]
    assert play.act(MAKER, items[0], "dispatch") == "assigned"


# Who interviews whom (art. 26)


@variation
@pytest.mark.rights
@pytest.mark.parametrize("department", ["522300-DC", "522300-ZX", "522301-DC"])
def test_a_department_never_interviews_a_county(play: Play, department: str) -> None:
    with pytest.raises(RelationNotAllowed) as caught:
        proposed(play, parties={"principal": department})
    assert caught.value.sentence == "该单位不能作为约谈单位：不在规定的关系之内"


@variation
@pytest.mark.rights
def test_a_department_approves_no_interview_that_it_prepares(play: Play) -> None:
    case = proposed(play)
    play.act(MAKER, case, "verify", **FINDINGS)
    for wrong in ("zhou-dc.head", "zhou-dc.officer", "zhou-zx.head"):
        play.refused(NotYourTurn, wrong, case, "approve")


@variation
@pytest.mark.rights
def test_who_is_interviewed_approves_nothing_of_it(play: Play) -> None:
    case = proposed(play)
    play.act(MAKER, case, "verify", **FINDINGS)
    play.give_post("zhou.officer", COUNTY, "officer")
    for event in ("approve", "downgrade", "refuse"):
        more = {} if event == "approve" else {"opinion": "不宜约谈"}
        play.refused(DutiesNotSeparate, "zhou.officer", case, event, **more)
    assert play.act("zhou.head", case, "approve") == "approved"


@pytest.mark.parametrize(("principal", "by"), [("522301", "xingyi.head"), ("522300", "zhou.head")])
def test_a_township_is_interviewed_by_its_county_or_where_chosen_by_the_prefecture(
    play: Play, principal: str, by: str
) -> None:
    maker = "xingyi-dc.specialist"
    case = proposed(play, who=maker, code=TOWNSHIP, parties={"principal": principal})
    assert play.seat(case, "principal") == principal
    play.act(maker, case, "verify", **FINDINGS)
    other = {"xingyi.head": "zhou.head", "zhou.head": "xingyi.head"}[by]
    play.refused(NotYourTurn, other, case, "approve")
    assert play.act(by, case, "approve") == "approved"


@variation
def test_a_township_is_interviewed_by_its_county_unless_chosen_otherwise(play: Play) -> None:
    assert (
        play.seat(proposed(play, who="xingyi-dc.specialist", code=TOWNSHIP), "principal")
        == "522301"
    )


@variation
def test_a_department_is_interviewed_by_the_government_of_its_own_level(play: Play) -> None:
    assert play.seat(proposed(play, code="522300-GH"), "principal") == "522300"
    with pytest.raises(RelationNotAllowed):
        proposed(play, code="522300-GH", parties={"principal": "522301"})


@variation
@pytest.mark.rights
def test_only_the_preparer_s_specialist_proposes(play: Play) -> None:
    for wrong in ("zhou-dc.head", "xingyi.head", "zhou.head", "wangmo-dc.specialist"):
        with pytest.raises(NotYourTurn):
            proposed(play, who=wrong)


# Levels


@variation
def test_levels_begin_at_one_except_for_the_last_in_rank(play: Play) -> None:
    with pytest.raises(ConditionNotMet, match="级次只能逐级上升，现在应为第 1 级"):
        proposed(play, level=2)
    direct = proposed(play, level=2, trigger="考核末位")
    assert play.case(direct).facts["level"] == 2


@variation
@pytest.mark.parametrize("level", [0, 4, "二", 1.5])
def test_a_level_that_does_not_exist_is_refused(play: Play, level: Any) -> None:
    with pytest.raises(InvalidInput, match="级次"):
        proposed(play, level=level, trigger="考核末位")


def test_one_cause_has_one_interview_of_a_level(play: Play) -> None:
    proposed(play)
    with pytest.raises(ConditionNotMet, match="同一起因已有第 1 级，不能再发起第 1 级"):
        proposed(play, matter="同一件事")
    with pytest.raises(ConditionNotMet):  # two steps at once
        proposed(play, level=3)
    proposed(play, cause="问题整改〔2026〕100号")  # another cause


@pytest.mark.parametrize("end", ["drop", "refuse", "downgrade", "revoke", "cancel"])
def test_one_that_was_not_held_frees_its_level(play: Play, end: str) -> None:
    if end in ("revoke", "cancel"):  # the reason for it has gone: the meeting need not be held
        case = approved(play) if end == "revoke" else notified(play)
        play.refused(NotYourTurn, MAKER, case, end, opinion="已全部整改到位")
        assert play.act("zhou.head", case, end, opinion="已全部整改到位") == "dropped"
        assert play.timers(case) == []
        assert play.state(proposed(play)) == "proposed"
        return
    case = proposed(play)
    if end == "drop":
        play.act(MAKER, case, "drop", opinion="查无实据")
    else:
        play.act(MAKER, case, "verify", **FINDINGS)
        play.act("zhou.officer", case, end, opinion="改为提醒")
    assert play.state(proposed(play)) == "proposed"


def test_a_reminder_in_its_place_is_a_letter_on_the_preparer_s_desk(
    play: Play, tmp_path: Path
) -> None:
    """L0, 提醒函: it says what it is about, and no limit of a case that has ended."""
    case = proposed(play)
    play.act(MAKER, case, "verify", **FINDINGS)
    play.act("zhou.officer", case, "downgrade", opinion="首次滞后，改为提醒")
    letter = play.child(case, "reminder")
    assert play.case(letter).facts["form"] == "提醒函"
    play.act(MAKER, letter, "issue", letter="请倒排工期，按月反馈。")
    text = Desk(play, tmp_path).issue(MAKER, letter, "urging_letter").text
    number = play.case(case).number
    assert "提醒办理" in text
    assert f"关于{number}“整改逾期”，现函告如下。" in text
    assert "应于" not in text


def test_one_that_failed_rises_by_one_level_up_to_the_third_and_is_then_referred(
    play: Play,
) -> None:
    """L0 to L3 are meetings and letters; L4 is none: 只产生移送函或问责建议书, and the result."""
    case = reported(play)
    for level in (1, 2):
        assert play.case(case).facts["level"] == level
        failed(play, case)
        play.refused(NotYourTurn, "zhou-dc.head", case, "raise")
        assert play.act("zhou.head", case, "raise") == "raised"
        following = play.child(case, "next_level")
        assert play.case(following).facts["trigger"] == "上次约谈未落实"
        assert play.case(following).facts["cause"] == "问题整改〔2026〕99号"
        case = following
        _to_report(play, case)
    assert play.case(case).facts["level"] == 3
    failed(play, case)
    refusal = play.refused(ConditionNotMet, "zhou.head", case, "raise")
    assert refusal.sentence == "已是最高级次，不能再升级，请按程序处理"
    assert play.act("zhou.head", case, "refer") == "referred"
    assert play.state(play.child(case, "referral")) == "lead"


def _to_report(play: Play, case: int) -> None:
    play.act(MAKER, case, "verify", **FINDINGS)
    play.act("zhou.officer", case, "approve")
    play.act(MAKER, case, "notify", **{**MEETING, "meeting_on": "2026-03-20"})
    play.act("xingyi.officer", case, "acknowledge")
    play.act(MAKER, case, "hold", **RECORD)
    play.act(MAKER, case, "draft_minutes", **MINUTES)
    play.act("zhou.officer", case, "issue_minutes")
    play.act("xingyi.head", case, "submit_plan", plan="四月底前完成，分管负责人包保")
    play.act("xingyi.head", case, "report_outcome", outcome="路灯已全部修复")


# The meeting


@variation
@pytest.mark.parametrize(
    ("day", "possible"), [("2026-03-05", True), ("2026-03-04", False), ("2026-02-27", False)]
)
def test_the_notice_goes_out_three_working_days_before_the_meeting(
    play: Play, day: str, possible: bool
) -> None:
    case = approved(play)  # Monday, 2 March
    meeting = {**MEETING, "meeting_on": day}
    if possible:
        assert play.act(MAKER, case, "notify", **meeting) == "notified"
    else:
        refusal = play.refused(ConditionNotMet, MAKER, case, "notify", **meeting)
        assert refusal.sentence == "约谈通知应至少提前 3 个工作日发出，请改定约谈日期"


def test_a_meeting_is_postponed_once(play: Play) -> None:
    case = notified(play)
    play.act("xingyi.officer", case, "postpone", postponement="当日州人大调研，请改期")
    assert (play.state(case), play.due(case)) == ("postponed", "2026-03-16")
    play.refused(NotYourTurn, "xingyi.head", case, "reschedule", meeting_on="2026-03-13")
    assert play.act(MAKER, case, "reschedule", meeting_on="2026-03-13") == "notified"
    assert "xingyi.head" in [told.who for told in play.told(case)]
    refusal = play.refused(
        ConditionNotMet, "xingyi.officer", case, "postpone", postponement="再请改期"
    )
    assert refusal.sentence == "“申请改期”至多 1 次，已用完"
    play.act("xingyi.officer", case, "acknowledge")
    assert play.due(case) == "2026-03-13"


def test_why_another_day_was_asked_for_is_no_opinion_on_the_minutes(
    play: Play, tmp_path: Path
) -> None:
    case = notified(play)
    play.act("xingyi.officer", case, "postpone", postponement="当日州人大调研，请改期")
    play.act(MAKER, case, "reschedule", meeting_on="2026-03-13")
    play.act("xingyi.officer", case, "acknowledge")
    play.act(MAKER, case, "hold", **RECORD)
    play.act(MAKER, case, "draft_minutes", **MINUTES)
    play.act("zhou.officer", case, "issue_minutes")
    text = Desk(play, tmp_path).issue("zhou.officer", case, "interview_minutes").text
    assert "会议要求立即整改" in text
    assert "对纪要的意见" not in text


def test_who_never_confirms_is_telephoned_and_the_meeting_is_held(play: Play) -> None:
    case = notified(play)
    refusal = play.refused(ConditionNotMet, MAKER, case, "confirm_by_phone")
    assert refusal.sentence == "确认期限（1 个工作日）未过，请等被约谈单位自行确认"
    play.until("2026-03-05 09:00")
    assert play.act(MAKER, case, "confirm_by_phone") == "acknowledged"
    assert play.act(MAKER, case, "hold", **RECORD) == "held"


@variation
def test_a_new_day_for_the_meeting_lies_ahead(play: Play) -> None:
    case = notified(play)
    play.act("xingyi.officer", case, "postpone", postponement="当日州人大调研，请改期")
    play.refused(ConditionNotMet, MAKER, case, "reschedule", meeting_on="2026-02-27")


def test_who_stays_away_or_sends_another_is_marked_and_invited_again(play: Play) -> None:
    case = notified(play)
    play.act("xingyi.officer", case, "acknowledge")
    play.until("2026-03-10 11:00")
    absence = {"record": "分管负责人未到场", "meeting_on": "2026-03-17"}
    assert play.act(MAKER, case, "absent", **absence) == "notified"
    assert play.marks(case) == ("absent",)
    play.act("xingyi.officer", case, "acknowledge")
    assert play.due(case) == "2026-03-17"


@variation
def test_minutes_are_sent_back_and_taken_back(play: Play) -> None:
    case = notified(play)
    play.act("xingyi.officer", case, "acknowledge")
    play.act(MAKER, case, "hold", **RECORD)
    play.act(MAKER, case, "draft_minutes", **MINUTES)
    assert play.act(MAKER, case, "take_back") == "held"
    play.act(MAKER, case, "draft_minutes", **MINUTES)
    assert play.act("zhou.officer", case, "redraft", opinion="措辞从严") == "held"
    play.refused(OutOfTurn, "zhou.officer", case, "issue_minutes")


def test_whoever_lets_a_proposal_lie_hears_of_it(play: Play) -> None:
    """Nothing can be sat on: the preparer's desk has a ladder of its own."""
    case = proposed(play)
    play.until("2026-03-13")
    assert play.rungs(case) == [("2026-03-06", 0), ("2026-03-10", 1), ("2026-03-12", 2)]
    assert play.marks(case) == ("desk_late",)
    assert [told.who for told in play.told(case, since="2026-03-12 08:00")] == ["zhou.head"]
