"""建议: “对重大问题，对反复交办整改不到位的问题，实行提级查办”. What proposes it,
who decides it, and who then signs.
"""

import pytest

from tests.journeys.play import TOWNSHIP, Play
from tests.journeys.problems import FINDER, MORE_WORK, PLAN, RESULT, SEEN, dispatched, first_review
from workflow.engine.errors import NotYourTurn

pytestmark = pytest.mark.journey


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
