"""办法第八条（十四）：“建立健全重点任务分工落实机制”.

转办: a unit's people hand the work of a step to one another; the duty stays the unit's.
"""

import pytest
from sqlalchemy import update

from tests.journeys.play import Play, variation
from workflow.engine.errors import ConditionNotMet, NotFound, NotYourTurn, OutOfTurn
from workflow.store.tables.handles import PERSON

pytestmark = pytest.mark.journey


@pytest.fixture
def assigned(play: Play) -> int:
    case = play.open("zhou-dc.specialist1")
    play.act("zhou-dc.specialist1", case, "dispatch")
    return case


def test_the_liaison_hands_the_work_to_the_officer_who_does_it(play: Play, assigned: int) -> None:
    play.act("xingyi.liaison", assigned, "accept")
    play.act("xingyi.liaison", assigned, "hand_over", to="xingyi.officer")
    (message,) = play.told(assigned, template="task")[-1:]
    assert (message.who, message.what) == ("xingyi.officer", "转办")
    assert play.due(assigned) == "2026-03-16"  # the limit is the unit's, and stands
    play.act(
        "xingyi.officer",
        assigned,
        "submit_plan",
        goal="路灯全亮",
        measures=[{"measure": "更换灯具", "owner": "张三", "due": "2026-04-30"}],
    )
    assert play.case(assigned).stay.handler is None


@variation
def test_the_liaison_may_still_do_it_himself(play: Play, assigned: int) -> None:
    play.act("xingyi.liaison", assigned, "hand_over", to="xingyi.officer")
    assert play.act("xingyi.liaison", assigned, "accept") == "planning"
    play.refused(
        ConditionNotMet, "xingyi.liaison", assigned, "hand_over", to="xingyi.head"
    )  # not a post that does this work


@variation
@pytest.mark.rights
def test_it_stays_inside_the_unit(play: Play, assigned: int) -> None:
    play.refused(ConditionNotMet, "xingyi.liaison", assigned, "hand_over", to="wangmo.liaison")
    for other in ("wangmo.liaison", "zhou-dc.head", "zhou-zx.head", "jingnan.liaison"):
        play.refused(NotYourTurn, other, assigned, "hand_over", to="xingyi.officer")


@pytest.mark.rights
def test_a_substitute_works_through_the_post_he_stands_in_for(play: Play, assigned: int) -> None:
    play.refused(NotYourTurn, "xingyi-bg.officer", assigned, "accept")
    play.stand_in("xingyi-bg.officer", "xingyi.liaison")
    assert play.act("xingyi-bg.officer", assigned, "accept") == "planning"


@variation
def test_a_disabled_account_acts_no_more(play: Play, assigned: int) -> None:
    gone = update(PERSON).where(PERSON.c.username == "xingyi.liaison")
    with play.database.unit_of_work() as connection:
        connection.execute(gone.values(disabled_at=play.now))
    play.refused(NotFound, "xingyi.liaison", assigned, "accept")


@variation
def test_nothing_is_handed_to_an_account_that_lets_nobody_in(play: Play, assigned: int) -> None:
    gone = update(PERSON).where(PERSON.c.username == "xingyi.officer")
    with play.database.unit_of_work() as connection:
        connection.execute(gone.values(disabled_at=play.now))
    play.refused(ConditionNotMet, "xingyi.liaison", assigned, "hand_over", to="xingyi.officer")


# 撤回


def test_a_dispatch_is_taken_back_until_it_is_accepted(play: Play) -> None:
    case = play.open("zhou-dc.specialist1")
    due = play.due(case)
    play.act("zhou-dc.specialist1", case, "dispatch")
    play.refused(NotYourTurn, "zhou-dc.specialist2", case, "take_back")
    play.refused(NotYourTurn, "zhou-dc.head", case, "take_back")
    assert play.act("zhou-dc.specialist1", case, "take_back") == "registered"
    assert play.due(case) == due
    assert [day for day, *_ in play.timers(case)] == ["2026-03-04", "2026-03-06", "2026-03-10"]
    play.act("zhou-dc.specialist1", case, "dispatch")
    play.act("xingyi.liaison", case, "accept")
    play.refused(OutOfTurn, "zhou-dc.specialist1", case, "take_back")


def test_a_dispute_taken_back_was_none(play: Play, assigned: int) -> None:
    """The one dispute that is allowed is not used up."""
    why = {"reason": "该路段属于义龙新区管理"}
    play.act("xingyi.officer", assigned, "dispute", **why)
    assert play.act("xingyi.officer", assigned, "take_back") == "assigned"
    assert play.act("xingyi.officer", assigned, "dispute", **why) == "disputed"
