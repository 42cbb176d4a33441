"""What somebody did bars them from another event (`not_by`): who concluded reviews no objection."""

import pytest

from tests.engine.definitions import (
    CHECK_CLERK,
    CHECK_CLERK_2,
    CHECKER,
    CLERK,
    LEAD,
    Walk,
    person,
)
from workflow.engine.case import Actor, Post
from workflow.engine.errors import DutiesNotSeparate

pytestmark = pytest.mark.rights

REVIEWED = """
states:
  start:
    title: 待结论
    turn: checker
    events:
      conclude: { title: 作出结论, by: [checker.head, checker.clerk], to: told }
  told:
    title: 征求意见
    turn: worker
    events:
      object: { title: 提出异议, by: worker.clerk, to: review }
  review:
    title: 复核
    turn: checker
    events:
      uphold: { title: 维持, by: [checker.head, checker.clerk], not_by: conclude, to: end }
      anew: { title: 重新办理, by: checker.clerk, next_cycle: true, to: told }
  end: { title: 结束, final: true }
"""
CHECKERS_POST = CHECKER.posts[0].id
STAND_IN = Actor("person", 113, (Post(CHECKERS_POST, LEAD, "head", holder=CHECKER.person),))


def objected(*who: Actor, definition: str = REVIEWED) -> Walk:
    """An objection to what these people concluded."""
    walk = Walk(definition)
    for one in who:
        walk.fire("conclude", one)
    walk.fire("object", CLERK)
    return walk


def test_who_concluded_reviews_nothing_through_whatever_post() -> None:
    walk = objected(CHECKER)
    other_post = person(CHECKER.person or 0, (LEAD, "clerk"))
    for same in (CHECKER, other_post):
        refusal = walk.refused(DutiesNotSeparate, "uphold", same)
        assert refusal.sentence == "“作出结论”是你办理的，“维持”须由其他人办理"
    assert walk.fire("uphold", CHECK_CLERK).case.state == "end"
    assert walk.again() == walk.case


def test_nobody_reviews_for_who_concluded() -> None:
    refusal = objected(CHECKER).refused(DutiesNotSeparate, "uphold", STAND_IN)
    assert refusal.sentence == "“作出结论”是你代理的人办理的，“维持”须由其他人办理"


@pytest.mark.parametrize("who", [CHECKER, STAND_IN])
def test_what_a_substitute_concluded_is_the_holder_s_as_well(who: Actor) -> None:
    walk = objected(STAND_IN)
    walk.refused(DutiesNotSeparate, "uphold", who)
    assert walk.fire("uphold", CHECK_CLERK).case.state == "end"


def test_each_of_several_who_concluded_together_is_kept_out() -> None:
    together = REVIEWED.replace("checker.clerk], to: told", "checker.clerk], cosign: 2, to: told")
    walk = objected(CHECKER, CHECK_CLERK, definition=together)
    for one in (CHECKER, CHECK_CLERK):
        walk.refused(DutiesNotSeparate, "uphold", one)
    assert walk.fire("uphold", CHECK_CLERK_2).case.state == "end"
    assert walk.again() == walk.case


def test_another_cycle_knows_nothing_of_who_did_what_in_the_last() -> None:
    walk = objected(CHECKER)
    walk.fire("anew", CHECK_CLERK)
    walk.fire("object", CLERK)
    assert walk.fire("uphold", CHECKER).case.state == "end"


def test_what_bars_nobody_is_not_remembered() -> None:
    assert objected(CHECKER).case.cycle.done_by == {"conclude": (CHECKER.person,)}
    anybody = REVIEWED.replace("not_by: conclude, ", "")
    assert objected(CHECKER, definition=anybody).case.cycle.done_by == {}
