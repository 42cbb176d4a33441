"""One firing decided: where it leads, how often, who is told, and that nothing else changes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.engine.definitions import CHECKER, CLERK, COUNTY, LEAD, MONDAY, SUPERVISION, Walk, told
from tests.engine.small_workflows import SIGNING
from workflow.engine.errors import ConditionNotMet, InvalidInput, OutOfTurn, UnknownEvent

ROADS = """
facts:
  grade: { title: 等级, type: choice, options: [轻, 重] }
  count: { title: 件数, type: integer }
counts: { returns: 退回次数 }
marks: { noted: 记过, many: { title: 多次, when: returns >= 2 } }
opening: { state: start, needs: what, may: [grade, count] }
states:
  start:
    title: 开始
    turn: worker
    tell: worker.clerk
    limit: 5 working days
    events:
      send:
        title: 报送
        by: worker.clerk
        to:
          - { when: 'grade == "重"', state: check }
          - { when: count > 3, state: check }
          - { state: end }
      strict:
        title: 严格报送
        by: worker.clerk
        to: [{ when: count > 100, state: check }]
        otherwise: 不够多
      note:
        title: 批注
        by: worker.clerk
        needs: note
        may: count
        at_most: 2
        mark: noted
        tell: keeper.head
  check:
    title: 审核
    turn: checker
    tell: [checker.head, checker.clerk]
    urgency: urgent
    events:
      return:
        { title: 退回, by: checker.head, needs: note, adds: returns, tell: worker.head, to: start }
      pass: { title: 通过, by: checker.head, to: end }
  end: { title: 结束, final: true }
"""


@pytest.mark.parametrize(
    ("facts", "state"),
    [({}, "end"), ({"grade": "重"}, "check"), ({"count": 4}, "check"), ({"count": 3}, "end")],
)
def test_the_first_branch_that_holds_is_taken(facts: Mapping[str, Any], state: str) -> None:
    walk = Walk(ROADS, what="修路", **facts)
    assert walk.fire("send", CLERK).case.state == state
    assert (walk.case.closed_at is not None) is (state == "end")


def test_no_branch_that_holds_refuses_with_the_definitions_own_words() -> None:
    assert Walk(ROADS).refused(ConditionNotMet, "strict", CLERK).sentence == "不够多"


def test_an_event_of_another_state_says_what_is_possible_now() -> None:
    refusal = Walk(ROADS).refused(OutOfTurn, "pass", CHECKER)
    assert refusal.sentence == (
        "这件事项现处于“开始”，不能办理这一步，现在可以：报送、严格报送、批注"
    )
    assert refusal.data == {"state": "start"}


@pytest.mark.parametrize("name", ["", "nonsense", "__class__", "send ", "open"])
def test_an_event_that_does_not_exist_is_not_taken_for_one_out_of_turn(name: str) -> None:
    Walk(ROADS).refused(UnknownEvent, name, CLERK)


def test_nothing_happens_after_the_end() -> None:
    walk = Walk(ROADS)
    walk.fire("send", CLERK)
    for event in ("send", "note", "take_back", "hand_over"):
        walk.refused(OutOfTurn, event, CLERK, to=101)


def test_an_event_that_stays_writes_and_tells_but_moves_nothing() -> None:
    walk = Walk(ROADS)
    before = walk.case
    decided = walk.fire("note", CLERK, note="看过", count="2")
    assert (walk.state, walk.case.due, walk.case.entry) == ("start", before.due, before.entry)
    assert decided.written == {"note": "看过", "count": 2}
    assert walk.case.marks == ("noted",)
    assert told(decided) == [(SUPERVISION, "head")]
    assert decided.timers is None
    assert not decided.arrived


def test_at_most_so_often_in_a_cycle() -> None:
    walk = Walk(ROADS)
    walk.fire("note", CLERK, note="一")
    walk.fire("note", CLERK, note="二")
    refusal = walk.refused(ConditionNotMet, "note", CLERK, note="三")
    assert refusal.sentence == "“批注”至多 2 次，已用完"


def test_arriving_tells_those_whose_turn_it_is() -> None:
    walk = Walk(ROADS, what="修路", grade="重")
    assert told(walk.steps[0]) == [(COUNTY, "clerk")]
    decided = walk.fire("send", CLERK)
    (notice,) = decided.notices
    assert notice.to == ((LEAD, "head"), (LEAD, "clerk"))
    assert (notice.template, notice.urgency) == ("task", "urgent")
    assert notice.variables["state"] == "审核"
    assert all(isinstance(value, str) for value in notice.variables.values())


def test_counts_go_up_and_a_mark_comes_of_itself_at_the_step_after() -> None:
    walk = Walk(ROADS, what="修路", grade="重")
    for _ in range(2):
        walk.fire("send", CLERK)
        walk.fire("return", CHECKER, note="不够细")
    assert walk.case.cycle.counts == {"returns": 2}
    assert "many" not in walk.case.marks
    walk.fire("send", CLERK)
    assert walk.case.marks == ("many",)


def test_facts_missing_or_not_asked_for_change_nothing() -> None:
    walk = Walk(ROADS)
    assert "请填写“说明”" in walk.refused(InvalidInput, "note", CLERK).sentence
    walk.refused(InvalidInput, "note", CLERK, note="看过", what="改事由")
    walk.refused(InvalidInput, "send", CLERK, note="多余")


# Laws


def test_nothing_of_the_old_case_is_changed() -> None:
    walk = Walk(SIGNING)
    before = walk.case
    facts, signed = dict(before.facts), dict(before.cycle.signed)
    walk.fire("apply", CLERK, note="修好了")
    assert (before.facts, before.cycle.signed, before.state) == (facts, signed, "start")


def test_the_same_firing_decides_the_same_whenever_it_is_asked() -> None:
    first, second = Walk(ROADS), Walk(ROADS)
    for walk in (first, second):
        walk.fire("note", CLERK, note="看过")
        walk.fire("send", CLERK)
    assert first.steps == second.steps


def test_time_is_only_what_is_handed_in() -> None:
    walk = Walk(ROADS, start=MONDAY - timedelta(days=3650))
    assert walk.due.at.year == 2016
