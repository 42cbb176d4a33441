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
