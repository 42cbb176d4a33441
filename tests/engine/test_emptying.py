"""What somebody empties is gone; what is merely not given stays, and what was needed cannot go."""

from typing import Any

import pytest

from tests.engine.definitions import CLERK, HEAD, MONDAY, Walk
from workflow.engine.errors import InvalidInput, Refusal

LISTED = """
facts:
  contact: { title: 联系人 }
  plan: { title: 方案 }
  rows: { title: 明细, type: table, columns: { name: { title: 名称 } } }
  on: { title: 日期, type: date }
ledgers: { work: { title: 台账, kept_by: worker, facts: [what, contact, plan, rows, on] } }
opening: { state: start, needs: what, may: [contact, rows, on] }
states:
  start:
    title: 办理
    turn: worker
    limit: [{ when: 'on != ""', is: by on }, { is: 30 days }]
    events:
      amend: { title: 修改, by: worker.clerk, may: [what, contact, plan, rows, on] }
      settle: { title: 定案, by: worker.clerk, needs: plan, to: settled }
      both:
        title: 会签
        by: [worker.clerk, worker.head]
        cosign: 2
        needs: plan
        may: contact
        to: settled
      urge: { title: 催办, by: worker.head, needs: note }
      finish: { title: 完成, by: worker.clerk, to: end }
  settled:
    title: 已定
    turn: worker
    events:
      change: { title: 调整, by: worker.clerk, may: [plan, contact] }
      reopen: { title: 重来, by: worker.clerk, next_cycle: true, to: start }
      finish: { title: 完成, by: worker.clerk, to: end }
  end: { title: 结束, final: true }
"""
ROWS = [{"name": "灯"}, {"name": "路"}]


def opened() -> Walk:
    """A case with everything that may be given."""
    return Walk(LISTED, what="修路", contact="岑光明", rows=ROWS, on="2026-04-10")


def sentences(refusal: Refusal) -> dict[str, str]:
    """What a refusal says of each fact."""
    said: Any = refusal.data["facts"]
    return dict(said)


def test_what_is_emptied_has_no_value_any_more_and_the_rest_stays() -> None:
    walk = opened()
    step = walk.fire("amend", CLERK, emptied=("contact", "rows"))
    assert (step.emptied, dict(step.written)) == (("contact", "rows"), {})
    assert dict(walk.case.facts) == {"what": "修路", "on": "2026-04-10"}
    assert walk.again() == walk.case


def test_what_is_not_given_or_given_empty_stays() -> None:
    walk = opened()
    before = walk.case.facts
    walk.fire("amend", CLERK, contact="", rows=[], plan=None)
    assert walk.case.facts == before
    assert "emptied" not in walk.rows[-1]["inputs"]


def test_what_has_no_value_or_gets_another_is_not_emptied() -> None:
    walk = opened()
    step = walk.fire("amend", CLERK, emptied=("plan", "contact"), contact="韦小兰")
    assert step.emptied == ()
    assert walk.case.facts["contact"] == "韦小兰"
    assert walk.again() == walk.case


def test_a_limit_follows_a_date_that_is_emptied() -> None:
    walk = opened()
    assert walk.due.term == ""
    walk.fire("amend", CLERK, emptied=("on",))
    assert walk.due.term == "30 days"
    assert walk.due.start == MONDAY
    assert walk.again() == walk.case


@pytest.mark.parametrize(
    ("event", "name", "sentence"),
    [
        ("amend", "what", "“事由”是必填的内容，可以改，不能清空"),
        ("settle", "plan", "请填写“方案”"),
        ("settle", "contact", "这一步不填写“联系人”"),
        ("amend", "nothing", "这一步不填写“nothing”"),
    ],
)
def test_what_may_not_be_emptied_is_refused_with_a_sentence(
    event: str, name: str, sentence: str
) -> None:
    refusal = opened().refused(InvalidInput, event, CLERK, emptied=(name,))
    assert sentences(refusal)[name] == sentence


def test_what_is_wrong_beside_it_is_said_in_the_same_answer() -> None:
    refusal = opened().refused(InvalidInput, "amend", CLERK, emptied=("what",), on="昨天")
    assert {*sentences(refusal)} == {"what", "on"}


def test_what_a_step_of_this_round_needed_cannot_be_emptied_after_it() -> None:
    walk = opened()
    walk.fire("amend", CLERK, plan="先修桥")
    walk.fire("amend", CLERK, emptied=("plan",))  # a draft
    walk.fire("settle", CLERK, plan="先修桥")
    refusal = walk.refused(InvalidInput, "change", CLERK, emptied=("plan",))
    assert sentences(refusal) == {"plan": "“方案”是必填的内容，可以改，不能清空"}
    walk.fire("reopen", CLERK)
    walk.fire("amend", CLERK, emptied=("plan",))  # the next round asks for it again
    assert "plan" not in walk.case.facts
    assert walk.again() == walk.case


def test_who_co_signs_may_empty_what_the_first_might_have_left_out_and_no_more() -> None:
    walk = opened()
    walk.fire("both", CLERK, plan="先修桥")
    refusal = walk.refused(InvalidInput, "both", HEAD, emptied=("plan",))
    assert sentences(refusal) == {"plan": "请填写“方案”"}
    walk.fire("both", HEAD, emptied=("contact",))
    assert (walk.state, "contact" in walk.case.facts) == ("settled", False)
    assert walk.again() == walk.case
