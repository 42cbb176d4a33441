"""Handing over (转办): to whom, by whom, and until when."""

import pytest

from tests.engine.definitions import (
    CHECK_CLERK,
    CHECKER,
    CLERK,
    CLERK_2,
    COUNTY,
    HEAD,
    KEEPER,
    STRANGER,
    Walk,
    person,
    seeing,
)
from workflow.engine.case import Actor
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotYourTurn, OutOfTurn

HANDED = """
facts: { grade: { title: 等级 } }
sign_offs: { first: { title: 签字, stamps: work } }
ledgers: { work: { title: 台账, kept_by: worker, facts: note } }
states:
  start:
    title: 办理
    turn: worker
    hand_over: [worker.clerk, worker.inspector]
    events:
      send: { title: 报送, by: worker.clerk, to: check }
      sign: { title: 签字, by: worker.head, signs: first, to: end }
      remind: { title: 催问, by: checker.head }
  check:
    title: 审核
    turn: checker
    events:
      return: { title: 退回, by: checker.head, to: start }
      pass: { title: 通过, by: checker.head, to: end }
  end: { title: 结束, final: true }
"""
INSPECTOR = person(104, (COUNTY, "inspector"))


def handed(to: Actor = INSPECTOR, by: Actor = CLERK) -> Walk:
    walk = Walk(HANDED)
    walk.fire("hand_over", by, to=to.person, world=seeing(to))
    return walk


def test_the_one_to_whom_work_is_handed_may_do_it() -> None:
    walk = Walk(HANDED)
    walk.refused(NotYourTurn, "send", INSPECTOR)
    decided = walk.fire("hand_over", CLERK, to=104, world=seeing(INSPECTOR))
    assert [(notice.people, notice.template) for notice in decided.notices] == [((104,), "task")]
    assert walk.case.stay.handler == 104
    assert walk.state == "start"
    assert walk.fire("send", INSPECTOR).post == INSPECTOR.posts[0]
    assert walk.state == "check"
    assert walk.again() == walk.case


def test_the_others_of_the_role_still_may() -> None:
    assert handed().fire("send", CLERK_2).case.state == "check"


def test_it_ends_with_the_state() -> None:
    walk = handed()
    walk.fire("send", INSPECTOR)
    walk.fire("return", CHECKER)
    assert walk.case.stay.handler is None
    walk.refused(NotYourTurn, "send", INSPECTOR)


def test_it_can_be_handed_on() -> None:
    walk = handed()
    walk.fire("hand_over", INSPECTOR, to=101, world=seeing(CLERK_2))
    assert walk.case.stay.handler == 101
    walk.refused(NotYourTurn, "send", INSPECTOR)


@pytest.mark.rights
def test_a_signature_and_another_party_s_event_are_not_handed_over() -> None:
    walk = handed()
    walk.refused(NotYourTurn, "sign", INSPECTOR)
    walk.refused(NotYourTurn, "remind", INSPECTOR)


@pytest.mark.rights
@pytest.mark.parametrize("wrong", [STRANGER, HEAD, CHECK_CLERK, person(105)])
def test_it_goes_only_to_posts_named_in_the_same_unit(wrong: Actor) -> None:
    refusal = Walk(HANDED).refused(
        ConditionNotMet, "hand_over", CLERK, to=wrong.person, world=seeing(wrong)
    )
    assert refusal.sentence == "只能转办给本单位规定岗位上的人"


@pytest.mark.rights
@pytest.mark.parametrize("wrong", [STRANGER, INSPECTOR, CHECKER, KEEPER])
def test_only_those_whose_turn_it_is_hand_over(wrong: Actor) -> None:
    """The checker may ask here, but the work is not theirs to give away."""
    Walk(HANDED).refused(NotYourTurn, "hand_over", wrong, to=101, world=seeing(CLERK_2))


@pytest.mark.parametrize("to", [None, 100])
def test_it_goes_to_somebody_else(to: int | None) -> None:
    Walk(HANDED).refused(InvalidInput, "hand_over", CLERK, to=to, world=seeing(CLERK))


def test_where_the_definition_does_not_say_so_nothing_is_handed_over() -> None:
    walk = Walk(HANDED)
    walk.fire("send", CLERK)
    walk.refused(OutOfTurn, "hand_over", CHECKER, to=111, world=seeing(CHECK_CLERK))
