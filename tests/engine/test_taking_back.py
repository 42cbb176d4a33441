"""Taking back (撤回): by whoever sent it, as long as the next desk has not acted."""

from typing import Any

import pytest

from tests.engine.definitions import (
    CHECK_CLERK,
    CHECKER,
    CLERK,
    CLERK_2,
    COUNTY,
    HEAD,
    Walk,
    at,
    person,
    seeing,
)
from workflow.engine.case import Actor
from workflow.engine.errors import NotYourTurn, OutOfTurn

TAKEN_BACK = """
ladders:
  ladder:
    - { at: due - 1 working day, tell: turn.clerk }
    - { at: due + 1 working day, tell: turn.clerk }
states:
  start:
    title: 办理
    turn: worker
    limit: 10 working days
    ladder: ladder
    hand_over: worker.clerk
    events:
      send:
        title: 报送
        by: [worker.clerk, worker.head]
        may: note
        at_most: 1
        take_back: true
        to: check
      finish: { title: 完成, by: worker.clerk, to: end }
  check:
    title: 审核
    turn: checker
    limit: 1 working day
    ladder: ladder
    hand_over: checker.clerk
    events:
      note: { title: 批注, by: checker.head, needs: note }
      look: { title: 会看, by: [checker.head, checker.clerk], cosign: 2 }
      return: { title: 退回, by: checker.head, to: start }
      pass: { title: 通过, by: checker.head, to: end }
  end: { title: 结束, final: true }
"""


def sent() -> Walk:
    walk = Walk(TAKEN_BACK)
    walk.fire("send", CLERK, when="2026-03-04")
    return walk


def test_who_sent_it_takes_it_back_and_the_old_limit_stands() -> None:
    walk = Walk(TAKEN_BACK)
    before = walk.case
    walk.fire("send", CLERK, when="2026-03-04")
    decided = walk.fire("take_back", CLERK, when="2026-03-04 11:00")
    after = walk.case
    assert (after.state, after.due, after.stay.entered_at) == (
        "start",
        before.due,
        before.stay.entered_at,
    )
    assert after.cycle.fired["send"] == 0
    assert (after.entry, after.last) == (after.seq, None)
    assert [timer.at for timer in decided.timers or ()] == [
        at("2026-03-13 09:00"),
        at("2026-03-17 09:00"),
    ]
    walk.fire("send", CLERK)  # at most once, and the first time does not count
    assert walk.state == "check"
    assert walk.again() == walk.case


@pytest.mark.rights
@pytest.mark.parametrize("wrong", [CLERK_2, HEAD, CHECKER, person(100 + 999, (COUNTY, "clerk"))])
def test_nobody_else_takes_it_back(wrong: Actor) -> None:
    assert "只能由办理上一步的人撤回" in sent().refused(NotYourTurn, "take_back", wrong).sentence


@pytest.mark.parametrize(
    ("event", "more"),
    [
        ("note", {"note": "已看"}),
        ("look", {}),
        ("hand_over", {"to": 111}),
        ("return", {}),
        ("pass", {}),
    ],
)
def test_it_cannot_be_taken_back_once_the_next_desk_has_acted(
    event: str, more: dict[str, Any]
) -> None:
    walk = sent()
    walk.fire(event, CHECKER, world=seeing(CHECK_CLERK), **more)
    walk.refused(OutOfTurn, "take_back", CLERK)


def test_a_reminder_is_not_the_next_desk_acting() -> None:
    walk = sent()
    walk.rung(1, when="2026-03-06 09:00")
    assert walk.fire("take_back", CLERK, when="2026-03-06 10:00").case.state == "start"


def test_it_is_taken_back_once() -> None:
    walk = sent()
    walk.fire("take_back", CLERK)
    walk.refused(OutOfTurn, "take_back", CLERK)


def test_what_the_definition_does_not_let_take_back_stays() -> None:
    walk = Walk(TAKEN_BACK)
    walk.fire("finish", CLERK)
    walk.refused(OutOfTurn, "take_back", CLERK)
    Walk(TAKEN_BACK).refused(OutOfTurn, "take_back", CLERK)


def test_the_work_comes_back_to_whom_it_had_been_handed() -> None:
    walk = Walk(TAKEN_BACK)
    walk.fire("hand_over", CLERK, to=101, world=seeing(CLERK_2))
    walk.fire("send", CLERK_2)
    walk.fire("take_back", CLERK_2)
    assert walk.case.stay.handler == 101
