"""The row that a step leaves in the history."""

from collections.abc import Mapping
from typing import Any

from workflow.engine.case import World
from workflow.engine.decision import Step
from workflow.store.casework.codec import seen
from workflow.store.evidence.history import hash_of
from workflow.store.plain import dumps, instant


def history_row(
    step: Step, world: World, inputs: Mapping[str, Any], prev: str, algorithm: str
) -> dict[str, Any]:
    """The row that one step leaves in the history, hashed onto `prev`."""
    case, actor, post = step.case, step.actor, step.post
    row: dict[str, Any] = {
        "case_id": case.id,
        "seq": case.seq,
        "definition_id": case.definition,
        "event": step.firing.event,
        "from_state": step.from_state,
        "to_state": case.state,
        "cycle": case.cycle.number,
        "actor": actor.kind,
        "person_id": actor.person,
        "holder_id": post.holder if post else None,
        "unit_id": post.unit if post else None,
        "at": step.now,
        "inputs": dumps(inputs),
        "seen": seen(world, actor),
        "effects": dumps(_effects(step)),
        "alg": algorithm,
        "prev": prev,
    }
    row["hash"] = hash_of(row)
    return row


def _effects(step: Step) -> dict[str, Any]:
    """What a reader of the history wants to know beside the facts: signature, children, limit,
    whom it told.
    """
    effects: dict[str, Any] = {}
    if step.partial:
        effects["partial"] = True
    if step.signed:
        effects["signed"] = step.signed
    if step.voided:
        effects["voided"] = step.voided
    if step.drawn:
        effects["drawn"] = step.drawn
    if step.moved:
        effects["moved"] = step.moved
    if step.openings:
        effects["opened"] = [opening.child for opening in step.openings]
    if step.notices:
        effects["told"] = sum(len(notice.to) + len(notice.people) for notice in step.notices)
    if step.timers is not None and step.case.due is not None:
        effects["due"] = [instant(step.case.due.at), step.case.due.derivation]
    return effects
