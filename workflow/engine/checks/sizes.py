"""Sizes: a definition stays small enough to be read by people and searched exhaustively."""

from collections.abc import Iterator

from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, found

MOST = {"states": 200, "anytime": 200, "sign_offs": 6}
"""How many a definition may have of what multiplies in the search of `flow.py`."""


def check_sizes(definition: Definition) -> Iterator[Finding]:
    """No part has more members than the search of paths can take."""
    for part, most in MOST.items():
        if len(getattr(definition, part)) > most:
            yield found("too_many_parts", (part,), what=part, most=most)
