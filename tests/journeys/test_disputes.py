"""意见 三（二）: “双责”. 责任争议 about a problem: once, and within the working day.

Of the cases worth having: a second refusal of an assignment is refused.
"""

import pytest

from tests.journeys.play import TOWNSHIP, Play, variation
from tests.journeys.problems import FINDER, dispatched
from workflow.engine.errors import (
    ConditionNotMet,
    InvalidInput,
    NotYourTurn,
    OutOfTurn,
    RelationNotAllowed,
)

pytestmark = pytest.mark.journey


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
def test_what_is_to_be_put_right_at_once_needs_no_plan_after_a_dispute_either(play: Play) -> None:
    case = dispatched(play, kind="立行立改", due="2026-03-10")
    play.act("xingyi.head", case, "dispute", reason="该路段在望谟县境内")
    assert play.act(FINDER, case, "insist", reason="经核实在兴义市境内") == "rectifying"
    assert play.due(case) == "2026-03-10"


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
