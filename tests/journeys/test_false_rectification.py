"""实施办法 art. 25: 责任追究. Who reports as mended what is not is proposed for a referral (移送),
at the look-back, or when the site is checked before a problem is signed off.

The proposal lies with the head of the supervising office, who alone knows of it: the case it comes
from says nothing of it to anybody else.
"""

from typing import Any

import pytest

from tests.journeys.play import TOWNSHIP, Play, variation
from tests.journeys.problems import PLAN, closed, first_review
from tests.journeys.test_referral import CONTACT, HEAD, LETTER, MAKER, OTHER, who_sees
from workflow.engine.errors import NotYourTurn

pytestmark = [pytest.mark.journey, pytest.mark.rights]

STAGED: dict[str, Any] = {"lookback_record": "灯具从未更换，照片系他处拍摄", "due": "2026-08-31"}
PRETENDED = {
    "site_record": "三组路灯未更换，验收照片系他处拍摄",
    "further_requirements": "按方案重新更换，并说明照片来源",
}


def found_at_look_back(play: Play) -> int:
    case = closed(play)
    play.until("2026-06-10")
    play.act("zhou-dc.inspector1", case, "falsified", **STAGED)
    assert play.act("zhou-dc.inspector2", case, "falsified") == "assigned"
    return case


def test_what_was_only_pretended_is_proposed_for_a_referral(play: Play) -> None:
    case = found_at_look_back(play)
    proposal = play.child(case, "referral")
    known = play.case(proposal)
    assert known.facts["source"] == "虚假整改"
    assert known.facts["source_case"] == play.case(case).number
    assert known.facts["situation"].endswith("回头看：灯具从未更换，照片系他处拍摄")
    assert who_sees(play, proposal) == {HEAD}, "nobody knows of it until the head says so"
    assert {told.who for told in play.told(proposal)} == {HEAD}
    play.refused(NotYourTurn, MAKER, proposal, "assess", grounds="照片与现场不符，核查记录两份")
    play.act(HEAD, proposal, "share", readers=[MAKER])
    grounds: dict[str, Any] = {"grounds": "照片与现场不符，核查记录两份", "contact": [CONTACT]}
    assert play.act(MAKER, proposal, "assess", **grounds) == "assessed"
    play.act(HEAD, proposal, "approve")
    assert play.act(MAKER, proposal, "transfer", **LETTER) == "transferred"
    assert who_sees(play, proposal) == {MAKER, HEAD, CONTACT}
    assert OTHER in who_sees(play, case), "the problem is mended before everybody's eyes"


@variation
def test_the_head_may_find_that_it_is_none(play: Play) -> None:
    proposal = play.child(found_at_look_back(play), "referral")
    play.act(HEAD, proposal, "assess", grounds="系照片归档有误，并非虚报")
    assert play.act(HEAD, proposal, "drop", opinion="不构成虚假整改，作提醒") == "dropped"


@variation
def test_a_site_that_shows_something_else_is_sent_back_and_proposed(play: Play) -> None:
    case = first_review(play)
    play.act("zhou-zx.head", case, "sign_first")
    play.act("zhou-zx.inspector1", case, "expose", **PRETENDED)
    assert play.act("zhou-dc.inspector1", case, "expose") == "rectifying"
    now = play.case(case)
    assert (now.cycle.number, now.cycle.counts, now.marks) == (1, {"returns": 1}, ("exposed",))
    assert now.cycle.signed == {}
    proposal = play.child(case, "referral")
    assert play.case(proposal).facts["situation"].endswith("验收照片系他处拍摄")
    assert who_sees(play, proposal) == {HEAD}


@variation
def test_it_lies_with_whoever_supervises_the_problem(play: Play) -> None:
    """A township's problem that the prefecture found is the prefecture's to refer."""
    case = play.open("zhou-dc.specialist1", parties={"responsible": TOWNSHIP})
    play.act("zhou-dc.specialist1", case, "dispatch")
    play.act("jingnan.liaison", case, "accept")
    play.act("jingnan.liaison", case, "submit_plan", **PLAN)
    play.act("zhou-dc.specialist1", case, "approve_plan")
    play.act("jingnan.liaison", case, "apply", result="已经更换", finished_on="2026-03-02")
    play.act("jingnan.head", case, "confirm")
    play.act("xingyi-zx.head", case, "sign_first")
    play.act("zhou-dc.inspector1", case, "expose", **PRETENDED)
    play.act("zhou-dc.inspector2", case, "expose")
    assert who_sees(play, play.child(case, "referral")) == {HEAD}


@variation
def test_a_second_time_is_a_second_proposal(play: Play) -> None:
    """An earlier one that is still open hinders nobody, and so betrays nothing."""
    case = first_review(play)
    for _ in range(2):
        play.act("zhou-zx.head", case, "sign_first")
        play.act("zhou-zx.inspector1", case, "expose", **PRETENDED)
        assert play.act("zhou-zx.inspector2", case, "expose") == "rectifying"
        first_review(play, case)
    assert len(play.children(case, "referral")) == 2
