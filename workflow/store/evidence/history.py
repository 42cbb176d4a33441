"""The chain of a case: the hash of a history row covers the row and the hash before it."""

from collections.abc import Mapping
from typing import Any

from workflow.store.evidence.chain import hash_values
from workflow.store.plain import instant

HASHED = (
    "case_id",
    "seq",
    "definition_id",
    "event",
    "from_state",
    "to_state",
    "cycle",
    "actor",
    "person_id",
    "holder_id",
    "unit_id",
    "inputs",
    "seen",
    "effects",
    "alg",
    "prev",
)


def hash_of(row: Mapping[str, Any]) -> str:
    """The hash a history row must have."""
    return hash_values(row["alg"], [*(row[name] for name in HASHED), instant(row["at"])])
