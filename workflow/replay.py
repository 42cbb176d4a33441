"""History is the truth: a case worked out again from its first row, by the same `step` that made
it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from workflow.engine.calendar import Calendar
from workflow.engine.case import Actor, Case, Firing
from workflow.engine.machine import Compiled
from workflow.engine.opening import Request, open_case
from workflow.engine.step import step
from workflow.store.codec import posts_of, world_of


def replay(
    compiled: Compiled, rows: Iterable[Mapping[str, Any]], calendars: Mapping[int, Calendar]
) -> Case:
    """The case that a history leads to; `rows` are rows of `history` in order, JSON as stored.

    Raises a Refusal where a row could not have happened, ValueError when there is no row.
    """
    case: Case | None = None
    for row in rows:
        case = (
            _first(compiled, row, calendars)
            if case is None
            else _next(compiled, case, row, calendars)
        )
    if case is None:
        raise ValueError("a case without history")
    return case


def _actor(row: Mapping[str, Any]) -> Actor:
    return Actor(row["actor"], row["person_id"], posts_of(row["seen"]))


def _first(compiled: Compiled, row: Mapping[str, Any], calendars: Mapping[int, Calendar]) -> Case:
    inputs = json.loads(row["inputs"])
    request = Request(
        case_id=row["case_id"],
        number=inputs["number"],
        named=inputs["named"],
        facts=inputs["facts"],
        period=inputs.get("period"),
        parent=inputs.get("parent"),
        child_name=inputs.get("child"),
    )
    world = world_of(row["seen"], calendars)
    return open_case(compiled, request, _actor(row), world, row["at"]).case


def _next(
    compiled: Compiled, case: Case, row: Mapping[str, Any], calendars: Mapping[int, Calendar]
) -> Case:
    inputs = json.loads(row["inputs"])
    facts = inputs if row["event"] == "rung" else inputs.get("facts", {})
    firing = Firing(row["event"], facts, inputs.get("unit"), inputs.get("person"))
    world = world_of(row["seen"], calendars)
    return step(compiled, case, firing, _actor(row), world, row["at"]).case
