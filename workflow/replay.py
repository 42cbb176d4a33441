"""History is the truth: a case worked out again from its first row, by the same `step` that made
it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from workflow.engine.backfilling import Past, backfill_case
from workflow.engine.built_in import BY_CLOCK
from workflow.engine.calendar import Calendar
from workflow.engine.case import Actor, Case, Firing, Issued, Sealed, Voided, World
from workflow.engine.decision import Step
from workflow.engine.machine import Compiled
from workflow.engine.opening import Request, open_case
from workflow.engine.step import step
from workflow.store.casework.codec import posts_of, world_of


@dataclass(frozen=True, slots=True)
class Replayed:
    """One row of a history happened again: the case before, the step, and what it was given."""

    before: Case | None
    step: Step
    world: World
    inputs: dict[str, Any]


def replay(
    compiled: Compiled, rows: Iterable[Mapping[str, Any]], calendars: Mapping[int, Calendar]
) -> Case:
    """The case that a history leads to; `rows` are rows of `history` in order, JSON as stored.

    Raises a Refusal where a row could not have happened, ValueError when there is no row.
    """
    case: Case | None = None
    for again in replay_steps(compiled, rows, calendars):
        case = again.step.case
    if case is None:
        raise ValueError("a case without history")
    return case


def replay_steps(
    compiled: Compiled, rows: Iterable[Mapping[str, Any]], calendars: Mapping[int, Calendar]
) -> Iterator[Replayed]:
    """Every row of a history happening again, in order; raises a Refusal where one could not."""
    case: Case | None = None
    for row in rows:
        inputs = orjson.loads(row["inputs"])
        world = world_of(row["seen"], calendars)
        actor = Actor(row["actor"], row["person_id"], posts_of(row["seen"]))
        if case is None:
            decided = _begun(compiled, row, inputs, actor, world)
        else:
            decided = step(compiled, case, _firing(row, inputs), actor, world, row["at"])
        yield Replayed(case, decided, world, inputs)
        case = decided.case


def _begun(
    compiled: Compiled,
    row: Mapping[str, Any],
    inputs: Mapping[str, Any],
    actor: Actor,
    world: World,
) -> Step:
    request = _request(row, inputs)
    if row["event"] == "backfill":
        past = Past.of(inputs["past"])
        return backfill_case(compiled, request, past, actor, world, row["at"])
    return open_case(compiled, request, actor, world, row["at"])


def _request(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> Request:
    return Request(
        case_id=row["case_id"],
        number=inputs["number"],
        named=inputs["named"],
        facts=inputs["facts"],
        period=inputs.get("period"),
        parent=inputs.get("parent"),
        child_name=inputs.get("child"),
        begins=inputs.get("begins"),
    )


def _firing(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> Firing:
    return Firing(
        row["event"],
        inputs if row["event"] in BY_CLOCK else inputs.get("facts", {}),
        inputs.get("unit"),
        inputs.get("person"),
        issued=Issued(**inputs["issued"]) if "issued" in inputs else None,
        sealed=Sealed(**inputs["sealed"]) if "sealed" in inputs else None,
        voided=Voided(**inputs["voided"]) if "voided" in inputs else None,
        emptied=tuple(inputs.get("emptied", ())),
    )
