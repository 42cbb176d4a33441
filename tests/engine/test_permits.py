"""Who may do what: the post decides, the clock and linked cases keep to their own events."""

import pytest

from tests.engine.definitions import (
    CHECKER,
    CLERK,
    COUNTY,
    HEAD,
    KEEPER,
    LEAD,
    STRANGER,
    SUPERVISION,
    Walk,
    person,
)
from workflow.engine.case import CLOCK, LINKED_CASE, Actor
from workflow.engine.errors import DutiesNotSeparate, NotYourTurn

pytestmark = pytest.mark.rights

DESK = """
children: { sub: { workflow: sub } }
states:
  start:
    title: 开始
    turn: worker
    limit: 5 working days
    events:
      send: { title: 报送, by: [turn.clerk, worker.head], to: check }
      lapse: { title: 过期, at: due, to: end }
      sub_done: { title: 子项办结, on: sub.done, to: end }
  check:
    title: 审核
    turn: checker
    events:
      pass: { title: 通过, by: checker.head, to: end }
      note: { title: 批注, by: [checker.head, keeper.head], may: note }
  end: { title: 结束, final: true }
"""


@pytest.mark.parametrize("actor", [CLERK, HEAD])
def test_whoever_holds_a_post_named_may_act(actor: Actor) -> None:
    walk = Walk(DESK)
    assert walk.fire("send", actor).post == actor.posts[0]
    assert walk.state == "check"


@pytest.mark.parametrize(
    "actor",
    [
        STRANGER,
        CHECKER,
        KEEPER,
        person(1),
        person(2, (COUNTY, "inspector")),
        person(3, (LEAD, "clerk")),
        Actor("person"),
    ],
    ids=["other county", "checker", "keeper", "no post", "other role", "other unit", "nobody"],
)
def test_anybody_else_is_told_whose_step_it_is(actor: Actor) -> None:
    refusal = Walk(DESK).refused(NotYourTurn, "send", actor)
    assert refusal.sentence == "“报送”由承办单位的经办人、承办单位的负责人办理"


@pytest.mark.parametrize("actor", [CLOCK, LINKED_CASE])
def test_the_system_does_nothing_that_a_person_must_do(actor: Actor) -> None:
    Walk(DESK).refused(NotYourTurn, "send", actor)


def test_the_clock_and_a_linked_case_have_events_of_their_own() -> None:
    for event, right, wrong in (("lapse", CLOCK, LINKED_CASE), ("sub_done", LINKED_CASE, CLOCK)):
        walk = Walk(DESK)
        walk.refused(NotYourTurn, event, wrong)
        walk.refused(NotYourTurn, event, CLERK)
        assert walk.fire(event, right).post is None
        assert walk.state == "end"


def test_of_two_posts_the_one_named_first_acts() -> None:
    both = person(5, (COUNTY, "head"), (COUNTY, "clerk"))
    assert Walk(DESK).fire("send", both).post == both.posts[1]


def test_who_holds_a_post_on_both_sides_acts_for_neither_of_those_kept_apart() -> None:
    walk = Walk(DESK)
    walk.fire("send", CLERK)
    both = person(6, (LEAD, "head"), (COUNTY, "inspector"))
    refusal = walk.refused(DutiesNotSeparate, "pass", both)
    assert refusal.sentence == "你在承办单位任职，不能代表审核单位办理"
    assert walk.fire("pass", CHECKER).case.state == "end"


def test_one_side_fits_although_a_post_on_another_side_does_not() -> None:
    """The worker's own people are not barred from the worker's own steps."""
    both = person(7, (COUNTY, "clerk"), (SUPERVISION, "head"))
    assert Walk(DESK).fire("send", both).post == both.posts[0]


@pytest.mark.parametrize("event", ["hand_over", "take_back"])
def test_built_in_events_are_for_people_only(event: str) -> None:
    walk = Walk(
        DESK.replace("turn: worker\n", "turn: worker\n    hand_over: worker.clerk\n").replace(
            "to: check }", "to: check, take_back: true }"
        )
    )
    if event == "take_back":
        walk.fire("send", CLERK)
    walk.refused(NotYourTurn, event, CLOCK, to=101)
    walk.refused(NotYourTurn, event, LINKED_CASE, to=101)


@pytest.mark.parametrize("event", ["rung", "recalculate"])
def test_what_the_clock_alone_does_nobody_else_may(event: str) -> None:
    walk = Walk(DESK)
    walk.refused(NotYourTurn, event, CLERK, ladder="ladder", rung=0)
    walk.refused(NotYourTurn, event, LINKED_CASE, ladder="ladder", rung=0)


OPENED_BY_PEOPLE = DESK + "opening: { state: start, by: keeper.clerk, needs: what }\n"


def test_a_case_is_opened_by_a_post_named_and_by_no_other() -> None:
    clerk = person(121, (SUPERVISION, "clerk"))
    assert Walk(OPENED_BY_PEOPLE, actor=clerk).steps[0].post == clerk.posts[0]
    for wrong in (CLERK, KEEPER, person(8)):
        with pytest.raises(NotYourTurn, match="你的岗位不能发起“小流程”"):
            Walk(OPENED_BY_PEOPLE, actor=wrong)
