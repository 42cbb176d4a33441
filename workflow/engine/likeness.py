"""Which cases are about the same thing: they agree in the facts that `alike` names."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from workflow.engine.definition import Definition


def likeness_of(definition: Definition, unit: int, facts: Mapping[str, Any]) -> str | None:
    """What all cases of a workflow have in common that are alike; None where a fact is missing.

    `unit` is that of the anchor. Spaces around what was written do not count.
    """
    if definition.alike is None:
        return None
    said = [str(facts.get(name) or "").strip() for name in definition.alike.by]
    if not all(said):
        return None
    return sha256("\x1f".join([str(unit), *said]).encode()).hexdigest()[:40]


def joined(definition: Definition, earlier: str) -> dict[str, Any]:
    """What a new case knows of the first one about the same thing that is open (并入): its number,
    where the definition has a fact for it. Whether to join it is for people to say.
    """
    if definition.alike is None or definition.alike.joins is None or not earlier:
        return {}
    return {definition.alike.joins: earlier}
