"""序时进度: points behind the plan, by hand; the limit moves with the nodes that are reached."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.definitions import (
    CLERK,
    COUNTY,
    HEAD,
    TOWNSHIP,
    WORLD,
    Walk,
    at,
    due_day,
    person,
    told,
)
from workflow.engine.definition import Progress
from workflow.engine.errors import ConditionNotMet, NotYourTurn
from workflow.engine.progress import behind, next_node

PLAN = Progress(
    done="done", target="target", plan="nodes", by="by", reach="reach", since="begins", idle=3
)
FACTS: dict[str, Any] = {
    "target": 200.0,
    "begins": "2026-01-01",
    "nodes": [  # as people type them: not in order
        {"by": "2026-12-31", "reach": 200.0},
        {"by": "2026-04-11", "reach": 80.0},  # 100 days after the beginning
    ],
}


def lag(today: str, done: float = 1.0, **facts: Any) -> float:
    return behind(
        PLAN, {**FACTS, "done": done, **facts}, date(2020, 1, 1), date.fromisoformat(today)
    )


@pytest.mark.parametrize(
    ("today", "done", "points"),
    [
        ("2025-12-31", 1, 0.0),  # the plan has not begun
        ("2026-01-01", 1, 0.0),
        ("2026-02-20", 40, 0.0),  # day 50 of 100: 40 of 80 are wanted
        ("2026-02-20", 20, 10.0),  # 20 of 200 are missing: exactly yellow
        ("2026-02-20", 20.4, 9.8),
        ("2026-04-11", 20, 30.0),  # 60 of 200: still yellow
        ("2026-04-11", 19, 30.5),  # red
        ("2026-08-22", 80, 30.2),  # day 133 of 264 to the end: 80 + 120 * 133/264 are wanted
        ("2026-12-31", 80, 60.0),
        ("2027-06-30", 80, 60.0),  # no more than the last row is ever wanted
        ("2026-12-31", 230, 0.0),  # more than was planned is not behind
    ],
)
def test_points_behind_by_hand(today: str, done: float, points: float) -> None:
    assert lag(today, done) == points


@pytest.mark.parametrize(
    ("today", "points"),
    [("2026-01-31", 12.0), ("2026-02-01", 12.4), ("2026-03-31", 35.6), ("2026-04-01", 36.0)],
)
def test_nothing_done_counts_at_least_as_far_behind_as_the_plan_says(
    today: str, points: float
) -> None:
    assert lag(today, 0) == points


@pytest.mark.parametrize(
    ("today", "points"),
    [("2026-01-31", 0.8), ("2026-02-01", 10.0), ("2026-03-31", 10.0), ("2026-04-01", 30.1)],
)
def test_a_standstill_turns_yellow_and_red_by_itself(today: str, points: float) -> None:
    """A plan that asks for little in its first months: 银川 lights the standstill all the same."""
    slow = [{"by": "2026-12-31", "reach": 20.0}]
    assert lag(today, 0, nodes=slow) == points


def test_without_a_target_or_a_plan_nothing_is_behind() -> None:
    assert lag("2026-12-31", 0, target=0.0) == 0.0
    assert lag("2026-12-31", 0, nodes=[]) == 0.0
    assert next_node(PLAN, {}) is None


@given(
    done=st.floats(1, 400), more=st.floats(0, 400), day=st.dates(date(2026, 1, 1), date(2027, 2, 1))
)
def test_more_done_is_never_further_behind(done: float, more: float, day: date) -> None:
    assert lag(day.isoformat(), done + more) <= lag(day.isoformat(), done) <= 100


# In a workflow


TASK = """
facts:
  begins: { title: 开始, type: date }
  target: { title: 目标值, type: number }
  done: { title: 已完成, type: number }
  nodes:
    title: 节点
    type: table
    columns: { by: { title: 时限, type: date }, reach: { title: 应完成, type: number } }
progress: { done: done, target: target, plan: nodes, by: by, reach: reach, since: begins }
marks: { slow: { title: 滞后, when: behind > 30.0 } }
opening: { state: start, needs: [what, begins, target, nodes], may: [] }
states:
  start:
    title: 推进
    turn: worker
    limit: by nodes
    events:
      report: { title: 报进度, by: worker.clerk, needs: done }
      finish: { title: 完成, by: worker.clerk, when: behind == 0.0, otherwise: 落后于计划, to: end }
  end: { title: 办结, final: true }
"""


def test_the_limit_is_the_next_node_and_a_report_moves_it() -> None:
    walk = Walk(TASK, what="修路", **FACTS)
    assert due_day(walk) == "2026-04-11"
    assert walk.due.derivation == "节点的下一个节点 2026年4月11日"
    walk.fire("report", CLERK, done=80)
    assert due_day(walk) == "2026-12-31"
    walk.fire("report", CLERK, done=60)  # put right: the node is not reached after all
    assert due_day(walk) == "2026-04-11"
    assert walk.case.marks == ()
    assert walk.again() == walk.case


def test_a_mark_remembers_that_a_case_was_far_behind() -> None:
    walk = Walk(TASK, start=at("2026-04-20"), what="修路", **FACTS)
    walk.refused(ConditionNotMet, "finish", CLERK)
    walk.fire("report", CLERK, done=19)
    assert walk.case.marks == ("slow",)
    walk.fire("report", CLERK, done=90)
    assert walk.case.marks == ("slow",)
    assert walk.fire("finish", CLERK).case.state == "end"


# A party that may be empty


HELPED = """
parties: { helper: { title: 配合单位, among: [county, township], optional: true } }
states:
  start:
    title: 推进
    turn: worker
    tell: [worker.clerk, helper.clerk]
    events:
      remark: { title: 反映, by: [helper.clerk, worker.head], needs: note, tell: worker.clerk }
      invite: { title: 请求配合, by: worker.head, reassigns: helper }
      finish: { title: 完成, by: worker.clerk, to: end }
  end: { title: 办结, final: true }
"""


def test_an_optional_party_acts_where_it_is_named_and_may_be_named_later() -> None:
    walk = Walk(HELPED)
    assert "helper" not in walk.case.parties
    assert told(walk.steps[0]) == [(COUNTY, "clerk")]
    stranger = person(150, (TOWNSHIP, "clerk"))
    walk.refused(NotYourTurn, "remark", stranger, note="材料未到")
    walk.fire("invite", HEAD, unit=TOWNSHIP, world=WORLD)
    walk.fire("remark", stranger, note="材料未到")
    assert walk.again() == walk.case
    named = Walk(HELPED, named={"worker": COUNTY, "helper": TOWNSHIP})
    assert told(named.steps[0]) == [(COUNTY, "clerk"), (TOWNSHIP, "clerk")]
