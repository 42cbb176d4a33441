"""Attachments as facts: references, each with the hash of the bytes as they were accepted.

The bytes lie outside the database; the hash stands in the history row, so that a history vouches
for its photos and documents as it does for its words. Whoever fires names attachments by id; the
store puts the references in place before the step, and replay finds them in the history.
"""

import re
from collections.abc import Mapping
from typing import Any

from workflow.engine.definition import Column, Fact

USUAL_NUMBER = 9
LONGEST_NAME = 120
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEYS = {"id", "name", "sha256", "size"}


def most_of(fact: Fact) -> int:
    """How many attachments a fact may hold."""
    return fact.at_most or USUAL_NUMBER


def references(fact: Fact | Column, raw: Any) -> list[dict[str, Any]]:
    """References as they are stored, each once; raises ValueError with a Chinese sentence."""
    assert isinstance(fact, Fact)
    if not isinstance(raw, list) or not all(map(_is_reference, raw)):
        raise ValueError("应为已上传附件的编号")
    unique = {one["id"]: {key: one[key] for key in sorted(_KEYS)} for one in raw}
    if len(unique) > most_of(fact):
        raise ValueError(f"至多 {most_of(fact)} 个，现为 {len(unique)} 个")
    return list(unique.values())


def _is_reference(raw: Any) -> bool:
    return (
        isinstance(raw, Mapping)
        and set(raw) == _KEYS
        and all(type(raw[key]) is int and raw[key] > 0 for key in ("id", "size"))
        and isinstance(raw["name"], str)
        and 0 < len(raw["name"]) <= LONGEST_NAME
        and _SHA256.fullmatch(str(raw["sha256"])) is not None
    )
