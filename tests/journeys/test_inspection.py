"""实施办法 art. 21: those above inspect those below, regularly; the results lead to rectification.

意见 三（二） and 建议: unannounced visits, straight to the villages. 政府督查工作条例: first a
scheme, a conclusion in the end, and whoever is inspected may object to it.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import Desk
from tests.journeys.play import COUNTY, TOWNSHIP, Play, variation
from tests.journeys.test_confidential import who_sees
from workflow.engine.errors import (
    ConditionNotMet,
    DutiesNotSeparate,
    InvalidInput,
    NotYourTurn,
    RelationNotAllowed,
)
from workflow.store.lists.queries import cases_by_id

pytestmark = pytest.mark.journey

MAKER, OTHER = "zhou-dc.specialist1", "zhou-dc.specialist2"
FIRST, SECOND = "zhou-dc.inspector1", "zhou-dc.inspector2"
TEAM = [MAKER, FIRST]
OFFICE = {MAKER, OTHER, "zhou-dc.head"}
"""Of those whom `who_sees` asks, the ones who plan and approve."""
CONCERNED = {"xingyi.head", "xingyi.liaison", "zhou.head"}
PLAN: dict[str, Any] = {
    "subject": "饮水安全和村道管护",
    "origin": "年度计划",
    "authority": "2026 年度督查计划第 3 项",
    "visit_on": "2026-03-10",
}
SCHEME = {"scheme": "随机抽取两村，入户核实，查看管护记录", "sample": "甲村、乙村"}
FINDINGS: dict[str, Any] = {
    "findings": [
        {"problem": "甲村二组水压不足，每天停水六小时", "due": "2026-04-30"},
        {"problem": "乙村公路边沟淤塞，无人清理", "due": "2026-05-29"},
    ],
    "grade": "较重",
}
CONCLUSION = {"conclusion": "两村饮水和村道管护责任没有落实到人"}


def planned(play: Play, mode: str = "暗访", *, code: str = COUNTY, **facts: Any) -> int:
    named = {"inspected": code}
    return play.open(MAKER, "inspection", parties=named, mode=mode, **{**PLAN, **facts})


def prepared(play: Play, mode: str = "暗访", *, team: list[str] = TEAM) -> int:
    case = planned(play, mode)
    play.act("zhou-dc.officer", case, "approve")
    assert play.act(MAKER, case, "prepare", team=team, **SCHEME) == "prepared"
    return case


def in_field(play: Play, mode: str = "暗访") -> int:
    case = prepared(play, mode)
    play.until("2026-03-10 09:00")
    assert play.act(FIRST, case, "set_out") == "in_field"
    return case


def reviewed(play: Play) -> int:
    """The conclusion lies before the head."""
    case = in_field(play)
    play.act(FIRST, case, "end_visit", field_record="入户十二户，水压不足九户", **FINDINGS)
    assert play.act(MAKER, case, "conclude", **CONCLUSION) == "conclusion_review"
    return case


def told(play: Play, case: int) -> set[str]:
    return {one.who for one in play.told(case)}


def test_an_unannounced_visit_from_the_plan_to_the_last_problem(play: Play) -> None:
    case = prepared(play)
    assert who_sees(play, case) == OFFICE
    play.until("2026-03-10 09:00")
    play.act(FIRST, case, "set_out")
    play.act(MAKER, case, "note", field_record="第一天：甲村六户")
    assert who_sees(play, case) == OFFICE, "nobody is forewarned while they are out"
    assert not told(play, case) & CONCERNED
    assert play.doctor().complaints == []

    play.act(FIRST, case, "end_visit", field_record="入户十二户，水压不足九户", **FINDINGS)
    assert (play.state(case), play.due(case)) == ("recorded", "2026-03-17")
    assert who_sees(play, case) == OFFICE | CONCERNED
    play.act(MAKER, case, "conclude", **CONCLUSION)
    play.act("zhou-dc.officer", case, "feed_back", letter_number="州督函〔2026〕5号")
    assert "xingyi.head" in told(play, case)
    assert play.act("xingyi.head", case, "agree") == "issued"

    assert play.act(OTHER, case, "dispatch") == "tracking"
    problems = play.children(case, "rectification")
    assert [play.case(one).facts["due"] for one in problems] == ["2026-04-30", "2026-05-29"]
    first = play.case(problems[0])
    assert (first.facts["source"], first.facts["grade"]) == ("暗访", "较重")
    assert (first.facts["batch"], first.state) == (play.case(case).number, "registered")
    assert play.seat(problems[0], "responsible") == COUNTY
    play.act("zhou-dc.head", problems[0], "withdraw", reason="已由州水务局并案处理")
    assert play.state(case) == "tracking", "one problem is still open"
    play.act(MAKER, problems[1], "merge", merged_into="问题整改〔2026〕88号")
    assert play.state(case) == "closed"


def test_a_blank_record_goes_out_on_paper_and_the_screen_comes_later(
    play: Play, tmp_path: Path
) -> None:
    """办法第十九条: 防止过度留痕. Nothing has to be typed, placed or photographed out there."""
    case = prepared(play)
    sheet = Desk(play, tmp_path).issue(FIRST, case, "field_record").text
    assert "督查现场记录单" in sheet
    assert "发现的问题" in sheet
    assert play.case(case).number in sheet
    assert who_sees(play, case) == OFFICE, "a sheet that is printed forewarns nobody"
    play.until("2026-03-10 09:00")
    play.act(FIRST, case, "set_out")
    play.until("2026-03-12")
    assert play.act(FIRST, case, "end_visit", field_record="入户十二户，详见记录单") == "recorded"


@variation
def test_the_scheme_says_who_leads_the_team(play: Play, tmp_path: Path) -> None:
    """政府督查工作条例: 督查组实行组长负责制; whoever leads is one of the team."""
    case = planned(play)
    play.act("zhou-dc.officer", case, "approve")
    stranger: dict[str, Any] = {"team": TEAM, "leader": [OTHER], **SCHEME}
    refusal = play.refused(ConditionNotMet, MAKER, case, "prepare", **stranger)
    assert "组长须是督查组成员" in refusal.sentence
    play.act(MAKER, case, "prepare", team=TEAM, leader=[FIRST], **SCHEME)
    name = play.name(FIRST)
    scheme = Desk(play, tmp_path).issue(MAKER, case, "inspection_scheme").text
    assert f"组长：{name}。" in scheme
    others: dict[str, Any] = {"team": [MAKER, SECOND]}
    play.refused(ConditionNotMet, "zhou-dc.officer", case, "change_team", **others)
    play.act("zhou-dc.officer", case, "change_team", leader=[SECOND], **others)


def test_an_announced_visit_is_known_from_the_start(play: Play) -> None:
    case = prepared(play, "明查")
    assert who_sees(play, case) == OFFICE | CONCERNED
    play.act(FIRST, case, "announce")
    assert {"xingyi.head", "xingyi.liaison"} <= told(play, case)
    play.act(FIRST, case, "set_out")
    play.act(FIRST, case, "end_visit", field_record="两村未发现问题")
    play.act(FIRST, case, "conclude", conclusion="管护责任已经落实")
    play.act("zhou-dc.head", case, "feed_back")
    assert play.due(case) == "2026-03-09"
    play.until("2026-03-10 01:00")
    assert play.state(case) == "issued", "five working days passed without an objection"
    play.refused(ConditionNotMet, MAKER, case, "dispatch")
    assert play.act(MAKER, case, "close") == "closed"


# The team


@variation
@pytest.mark.rights
def test_a_team_has_three_members_at_most_who_are_the_inspectors_own(play: Play) -> None:
    case = planned(play)
    play.act("zhou-dc.head", case, "approve")
    four = [MAKER, OTHER, FIRST, SECOND]
    refusal = play.refused(InvalidInput, MAKER, case, "prepare", team=four, **SCHEME)
    assert "应为 1 至 3 人，现为 4 人" in refusal.sentence
    for stranger in ("xingyi.liaison", "zhou-zx.inspector1", "nobody"):
        refusal = play.refused(InvalidInput, MAKER, case, "prepare", team=[stranger], **SCHEME)
        assert "不在可以指定的人员之内" in refusal.sentence


@pytest.mark.rights
@pytest.mark.parametrize("code", [COUNTY, "522301-DC"])
def test_no_member_belongs_to_the_unit_inspected_or_to_one_below_it(play: Play, code: str) -> None:
    case = planned(play)
    play.act("zhou-dc.head", case, "approve")
    play.give_post(FIRST, code, "liaison")
    refusal = play.refused(DutiesNotSeparate, MAKER, case, "prepare", team=TEAM, **SCHEME)
    assert refusal.sentence == f"{play.name(FIRST)}属于被督查单位，不能列入“督查组”"
    assert play.act(MAKER, case, "prepare", team=[MAKER, SECOND], **SCHEME) == "prepared"


@variation
@pytest.mark.rights
def test_only_the_team_acts_in_the_field_and_people_may_be_called_by_name(play: Play) -> None:
    case = prepared(play, team=[play.name(MAKER), FIRST, FIRST])
    named = [{"person": play.person(one), "unit": play.unit("522300-DC")} for one in TEAM]
    assert play.case(case).facts["team"] == named
    refusal = play.refused(NotYourTurn, SECOND, case, "set_out")
    assert refusal.sentence == "“出发”由督查机构的督查组办理"
    play.act("zhou-dc.head", case, "change_team", team=[SECOND])
    play.refused(NotYourTurn, FIRST, case, "set_out")
    assert play.act(SECOND, case, "set_out") == "in_field"


@pytest.mark.rights
def test_whoever_stands_in_for_a_member_acts_and_sees_for_them(play: Play) -> None:
    case = prepared(play, team=[FIRST])
    play.refused(NotYourTurn, SECOND, case, "set_out")
    play.stand_in(SECOND, FIRST)
    assert play.act(SECOND, case, "set_out") == "in_field"


@pytest.mark.rights
def test_whoever_stands_in_elsewhere_for_a_member_learns_nothing_here(play: Play) -> None:
    """A colleague of the bureau is the member's substitute, but in another office's post."""
    case = prepared(play, team=[FIRST])
    play.give_post(FIRST, "522300-ZX", "liaison")
    there = {"person": play.person(SECOND), "stands_for": play.person(FIRST)}
    play.organising.substitute(play.asked(), **there, unit=play.unit("522300-ZX"), reason="出差")
    with play.database.reading() as connection:
        seen = {who: cases_by_id(connection, play.actor(who), {case}) for who in (FIRST, SECOND)}
    assert (len(seen[FIRST]), seen[SECOND]) == (1, [])
    play.refused(NotYourTurn, SECOND, case, "set_out")


# Conclusion and objection


@pytest.mark.rights
def test_who_inspected_neither_approves_the_conclusion_nor_decides_on_the_objection(
    play: Play,
) -> None:
    case = reviewed(play)
    play.give_post(FIRST, "522300-DC", "officer")
    refusal = play.refused(DutiesNotSeparate, FIRST, case, "feed_back")
    assert refusal.sentence == "你列在“督查组”中，“批准结论，反馈被督查单位”须由其他人办理"
    play.act("zhou-dc.officer", case, "redo", opinion="请补充户数")
    play.act(MAKER, case, "conclude", **CONCLUSION)
    play.act("zhou-dc.officer", case, "feed_back")
    play.refused(
        NotYourTurn, "xingyi.liaison", case, "object", objection="停水系管网检修，并非常态"
    )
    play.act("xingyi.head", case, "object", objection="停水系管网检修，并非常态")
    assert (play.state(case), play.marks(case)) == ("objection_review", ("objected",))
    play.stand_in(FIRST, "zhou-dc.head")
    decision = {"decision": "检修属实，改列为一般问题"}
    changed = {**decision, "conclusion": "管护责任基本落实", "grade": "一般"}
    play.refused(DutiesNotSeparate, FIRST, case, "change", **changed)
    assert play.act("zhou-dc.head", case, "change", **changed) == "issued"
    play.act(OTHER, case, "dispatch")
    assert play.case(play.children(case, "rectification")[0]).facts["grade"] == "一般"


@variation
@pytest.mark.rights
def test_who_sent_the_conclusion_does_not_decide_on_the_objection_to_it(play: Play) -> None:
    """By others than those who concluded, and not by who stands in for them."""
    case = reviewed(play)
    play.act("zhou-dc.head", case, "feed_back")
    play.act("xingyi.head", case, "object", objection="停水系管网检修，并非常态")
    kept = {"decision": "检修属实，但逾期未恢复"}
    refusal = play.refused(DutiesNotSeparate, "zhou-dc.head", case, "uphold", **kept)
    assert refusal.sentence == "“批准结论，反馈被督查单位”是你办理的，“维持结论”须由其他人办理"
    play.stand_in(SECOND, "zhou-dc.head")
    refusal = play.refused(DutiesNotSeparate, SECOND, case, "uphold", **kept)
    assert refusal.sentence.startswith("“批准结论，反馈被督查单位”是你代理的人办理的")
    assert "zhou-dc.officer" in told(play, case)
    assert play.act("zhou-dc.officer", case, "uphold", **kept) == "issued"


@variation
@pytest.mark.rights
def test_a_visit_called_off_in_secret_stays_secret(play: Play) -> None:
    case = prepared(play)
    play.act("zhou-dc.head", case, "cancel", opinion="当地有汛情，改期再定")
    assert who_sees(play, case) == OFFICE
    assert not told(play, case) & CONCERNED


@variation
def test_a_township_is_inspected_by_its_county_or_by_the_prefecture(play: Play) -> None:
    above = planned(play, code=TOWNSHIP)
    assert play.seat(above, "inspectors") == "522300-DC"
    named = {"inspected": TOWNSHIP}
    own = play.open("xingyi-dc.specialist", "inspection", parties=named, mode="明查", **PLAN)
    assert play.seat(own, "inspectors") == "522301-DC"
    with pytest.raises(RelationNotAllowed):
        planned(play, code="522300-DC")


@variation
def test_nobody_announces_an_unannounced_visit(play: Play) -> None:
    case = prepared(play)
    refusal = play.refused(ConditionNotMet, FIRST, case, "announce")
    assert refusal.sentence == "暗访不事先通知，请直接办理“出发”"


def test_a_report_that_is_late_is_urged_within_the_team_s_own_house(play: Play) -> None:
    case = in_field(play)
    play.until("2026-03-21")
    assert play.marks(case) == ("desk_late",)
    assert told(play, case) <= {MAKER, OTHER, FIRST, "zhou-dc.head", "zhou-dc.officer"}
