"""Conditions are typed at load, run within a budget, and fail closed."""

from typing import Any

import pytest

from tests.engine.definitions import CLERK, Walk, define
from workflow.engine.errors import ConditionNotMet
from workflow.engine.guards import GuardError, Guards

DEFINITION = define("""
facts:
  grade: { title: 等级, type: choice, options: [轻, 重] }
  count: { title: 件数, type: integer }
  money: { title: 金额, type: number }
  open: { title: 公开, type: yes_no }
  rows:
    title: 明细
    type: table
    columns: { name: { title: 名称 }, price: { title: 价, type: number } }
counts: { returns: 退回次数 }
states:
  start:
    title: 开始
    turn: worker
    events: { finish: { title: 完成, by: worker.clerk, to: end } }
  end: { title: 结束, final: true }
""")
GUARDS = Guards(DEFINITION)
SEEN: dict[str, Any] = {
    "grade": "重",
    "count": 3,
    "money": 2.5,
    "open": True,
    "due": "2026-09-30",
    "rows": [{"name": "甲", "price": 1.0}, {"name": "乙", "price": 2.0}],
    "returns": 2,
    "marks": ["late"],
    "overdue": False,
    "days_left": 4,
    "today": "2026-09-01",
    "children": {"extension": {"open": 1, "total": 2}},
    "days_until": {"due": 21},
    "units": {"worker": {"kind": "county"}},
    "number": "〔2026〕1号",
}


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ('grade == "重"', True),
        ('grade == "轻"', False),
        ("count >= 3 && !overdue", True),
        ("returns > 2", False),
        ("money > 2.0 && open", True),
        ('"late" in marks', True),
        ('"bulletin" in marks', False),
        ("days_left >= 5", False),
        ("due > today", True),
        ("days_until.due >= 3", True),
        ("children.extension.open == 0", False),
        ('units.worker.kind == "county"', True),
        ("size(rows) == 2", True),
        ('rows.exists(one, one.name == "乙")', True),
        ("rows.all(one, one.price > 1.5)", False),
        ('number.startsWith("〔2026〕")', True),
    ],
)
def test_a_condition_holds_or_not(expression: str, holds: bool) -> None:
    GUARDS.check(expression)
    assert GUARDS.holds(expression, SEEN) is holds


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('number + " " + grade', "〔2026〕1号 重"),
        ("count + 1", 4),
        ('"1"', "1"),
        ("rows.map(one, one.name)", ["甲", "乙"]),
    ],
)
def test_an_expression_yields_a_plain_value(expression: str, value: object) -> None:
    assert GUARDS.value(expression, SEEN) == value


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("colour == 1", "colour"),
        ("count == 1.5", "column 7"),
        ('count > "3"', "overload"),
        ("grade + 1", "overload"),
        ("open > 3", "overload"),
        ("count", "true or false"),
        ("grade", "true or false"),
        ("count >", "column"),
        ("import os", "column"),
        ('__import__("os")', "__import__"),
        ("().__class__", "column"),
    ],
)
def test_a_wrong_condition_is_refused_at_load(expression: str, words: str) -> None:
    with pytest.raises(GuardError, match=words):
        GUARDS.check(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "count / 0 == 1",
        "count % (count - 3) == 0",
        "days_until.due >= 3 && days_until.found >= 3",
        "children.nothing.open == 0",
        "rows[7].price > 1.0",
        "int(grade) > 1",
        "9223372036854775807 + count > 0",
    ],
)
def test_a_condition_that_fails_while_running_does_not_hold(expression: str) -> None:
    GUARDS.check(expression)
    assert GUARDS.holds(expression, SEEN) is False
    assert GUARDS.value(expression, SEEN) is None


@pytest.mark.hostile
def test_a_runaway_condition_does_not_hold_and_does_not_hang() -> None:
    many = {"rows": [{"name": str(n), "price": float(n)} for n in range(200)]}
    loops = "rows.all({0}, {1})"
    runaway = loops.format("a", loops.format("b", loops.format("c", "a.price + b.price >= 0.0")))
    GUARDS.check(runaway)
    assert GUARDS.holds(runaway, many) is False


def test_no_condition_always_holds() -> None:
    assert GUARDS.holds(None, {}) is True


def test_only_true_holds() -> None:
    assert GUARDS.holds("count", SEEN) is False
    assert GUARDS.holds("rows[0].name", SEEN) is False


def test_only_what_an_expression_mentions_is_looked_up() -> None:
    class Reluctant(dict[str, Any]):
        def __missing__(self, key: str) -> Any:
            raise AssertionError(f"{key} was not mentioned")

    assert GUARDS.holds("count > 2", Reluctant(count=3)) is True


def test_a_fact_not_given_is_seen_as_empty_and_a_failing_guard_refuses_the_event() -> None:
    walk = Walk("""
    facts: { count: { title: 件数, type: integer }, money: { title: 金额, type: number } }
    states:
      start:
        title: 开始
        turn: worker
        events:
          divide:
            { title: 平分, by: worker.clerk, when: 10 / count > 0, otherwise: 分不了, to: end }
          finish: { title: 完成, by: worker.clerk, when: money == 0.0 && due == "", to: end }
      end: { title: 结束, final: true }
    """)
    assert walk.refused(ConditionNotMet, "divide", CLERK).sentence == "分不了"
    assert walk.fire("finish", CLERK).case.state == "end"
