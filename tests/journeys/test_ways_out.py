"""办法第二十一条：“及时发现和解决存在的问题”.

Nothing that was begun waits for ever: what is no longer wanted is ended by those it is up to, and
what somebody else would have to do goes with it.
"""

from typing import Any

import pytest

from tests.journeys import test_collective_interview as sitting
from tests.journeys import test_pilot as pilot
from tests.journeys import test_referral as referral
from tests.journeys.play import TOWNSHIP, Play, variation
from tests.journeys.problems import publicity, rectifying
from workflow.engine.errors import NotYourTurn

pytestmark = pytest.mark.journey

JOINT = [{"unit": "522300-ZX"}, {"unit": "522300-GH"}]
WHY = {"opinion": "会同单位改定以后再报"}


def consulting(play: Play) -> int:
    case = sitting.proposed(play, called=sitting.CALLED[:1], joint=JOINT)
    play.act(sitting.MAKER, case, "verify", findings="情况属实，逾期两个月")
    assert play.act("zhou.officer", case, "approve") == "consulting"
    return case


def test_an_office_that_never_answers_or_declines_is_left_out(play: Play) -> None:
    case = consulting(play)
    first, second = play.children(case, "consents")
    play.refused(NotYourTurn, sitting.MAKER, case, "stop", **WHY)
    assert play.act("zhou.officer", case, "stop", **WHY) == "proposed"
    assert (play.state(first), play.state(second)) == ("stopped", "stopped")
    play.act(sitting.MAKER, case, "verify", findings="情况属实，逾期两个月", joint=JOINT[:1])
    play.act("zhou.officer", case, "approve")
    play.act("zhou-zx.head", play.children(case, "consents")[2], "decline", opinion="不涉及")
    assert play.act("zhou.officer", case, "revise", **WHY) == "proposed"
    play.act(sitting.MAKER, case, "verify", findings="情况属实，逾期两个月", joint=JOINT[1:])
    play.act("zhou.officer", case, "approve")
    play.act("zhou-gh.head", play.children(case, "consents")[3], "agree")
    assert play.state(case) == "approved"


def test_a_sitting_that_is_called_off_is_called_off_for_everybody(play: Play) -> None:
    case = sitting.called(play)
    parts = play.children(case, "parts")
    play.act("xingyi.liaison", parts[0], "acknowledge")
    assert play.act("zhou.head", case, "cancel", opinion="问题已全部整改到位") == "dropped"
    assert [play.state(one) for one in parts] == ["dropped", "dropped"]
    assert "xingren.head" in {told.who for told in play.told(parts[1])}


def test_what_was_asked_for_ends_with_the_problem(play: Play) -> None:
    case = rectifying(play)
    later = {"reason": "汛期施工受阻", "proposed_due": "2026-07-31"}
    play.act("xingyi.head", case, "extend", **later)
    stage = {"reason": "须长期坚持", "stage_goal": "建成队伍", "review_on": "2026-12-31"}
    play.act("xingyi.head", case, "make_long_term", **stage)
    play.act("zhou-dc.head", case, "withdraw_case", reason="并入另一件办理")
    for name in ("extension", "long_term"):
        assert play.state(play.child(case, name)) == "cancelled"


@variation
def test_who_asked_for_more_time_may_think_better_of_it(play: Play) -> None:
    case = rectifying(play)
    stage = {"reason": "须长期坚持", "stage_goal": "建成队伍", "review_on": "2026-12-31"}
    play.act("xingyi.head", case, "make_long_term", **stage)
    asked = play.child(case, "long_term")
    assert play.act("xingyi.head", asked, "cancel") == "cancelled"
    assert play.due(case) == "2026-05-29"


def test_nobody_judges_half_way_what_has_been_given_up(play: Play) -> None:
    case = pilot.building(play)
    judged = play.child(case, "evaluation")
    play.act("zhou-zx.head", case, "withdraw", reason="征地不成，退出试点")
    assert (play.state(judged), play.timers(judged)) == ("cancelled", [])


def test_a_problem_on_the_list_that_is_signed_off_is_to_be_taken_from_it(play: Play) -> None:
    """挂牌督办：销号以后由人摘牌，系统只提醒。"""
    case = rectifying(play, grade="重大")
    raised = play.child(case, "escalation")
    play.act("zhou.officer", raised, "approve")
    play.act("zhou-dc.specialist1", raised, "list", notice_number="州督挂〔2026〕1号")
    publicity(play, case)
    play.until("2026-03-10 09:00")
    assert play.act("zhou-dc.head", case, "sign_second") == "closed"
    assert play.state(raised) == "listed"
    assert "问题已销号，请摘牌" in {told.what for told in play.told(raised)}
    assert play.act("zhou-dc.head", raised, "delist", opinion="已销号") == "delisting"


@pytest.mark.rights
def test_a_receipt_and_a_result_may_come_on_paper(play: Play) -> None:
    """办法第二十五条：纪检一方不在系统里办理的，由移送单位照录。"""
    case = referral.assessed(play)
    play.act(referral.HEAD, case, "approve")
    play.act(referral.MAKER, case, "transfer", **referral.LETTER)
    received = {"receipt_on_paper": "三月二日收到，材料齐全"}
    play.refused(NotYourTurn, referral.CONTACT, case, "receipted_on_paper", **received)
    assert play.act(referral.MAKER, case, "receipted_on_paper", **received) == "receipted"
    assert play.act(referral.MAKER, case, "feed_back_on_paper", outcome="批评教育") == "recorded"


def test_a_county_reviews_its_secretaries_without_a_township_s_word(play: Play) -> None:
    """六大工程（固本强基）：研判由县里做，乡镇不报不耽误；发起错了的作废。"""
    parties = {"township": TOWNSHIP}
    wrong, right = (
        play.open("xingyi-zx.liaison", "village_review", parties=parties, subject="2026 年度研判")
        for _ in range(2)
    )
    why: dict[str, Any] = {"opinion": "已到村了解"}
    play.refused(NotYourTurn, "jingnan.officer", right, "go_ahead", **why)
    assert play.act("xingyi-zx.officer", right, "go_ahead", **why) == "reviewing"
    assert play.act("xingyi-zx.liaison", wrong, "withdraw", opinion="重复发起") == "withdrawn"


@variation
def test_a_case_that_was_closed_keeps_what_was_decided(play: Play) -> None:
    """Only what waits ends with the problem; an extension that was granted stays granted."""
    case = rectifying(play)
    later = {"reason": "汛期施工受阻", "proposed_due": "2026-07-31"}
    play.act("xingyi.head", case, "extend", **later)
    extension = play.child(case, "extension")
    play.act("zhou-dc.head", extension, "approve", granted_due="2026-07-31")
    play.act("zhou-dc.head", case, "withdraw_case", reason="并入另一件办理")
    assert play.state(extension) == "approved"
