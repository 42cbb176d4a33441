"""意见 三（二）: “双台账”“双责”“双销号”; 实施办法 art. 21. 问题整改 from the
finding to the archive.

What may come between has files of its own: the opening, a dispute, the two signatures (销号), the
public notice, a limit that moves, the look-back, an escalation.
"""

import pytest

from tests.journeys.play import Play, variation
from tests.journeys.problems import FINDER, MORE_WORK, PLAN, RESULT, SEEN, dispatched, rectifying
from workflow.engine.errors import InvalidInput, NotYourTurn, OutOfTurn

pytestmark = pytest.mark.journey


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


def test_a_plan_sent_back_is_a_return_and_has_days_of_its_own(play: Play) -> None:
    """The days that the review took are not the unit's; one that was late gets none."""
    case, late = dispatched(play), dispatched(play)
    for one in (case, late):
        play.act("xingyi.liaison", one, "accept")
    play.until("2026-03-13 10:00")
    play.act("xingyi.liaison", case, "submit_plan", **PLAN)
    play.refused(
        InvalidInput, "zhou-dc.officer", case, "return_plan", further_requirements="再改"
    )  # at least ten characters
    play.until("2026-03-18 10:00")
    play.act("xingyi.liaison", late, "submit_plan", **PLAN)
    play.act("zhou-dc.officer", late, "return_plan", **MORE_WORK)
    assert (play.due(late), play.marks(late)) == ("2026-03-16", ("ever_overdue",))
    play.act("zhou-dc.officer", case, "return_plan", **MORE_WORK)
    assert (play.state(case), play.due(case)) == ("planning", "2026-03-25")
    play.act("xingyi.liaison", case, "submit_plan", **PLAN)
    assert play.marks(case) == ()
    assert play.case(case).cycle.counts == {"returns": 1}
