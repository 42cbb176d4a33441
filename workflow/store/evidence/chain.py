"""Hash chains: a row's hash covers the row and the hash before it, by an algorithm the row names.

Which one is a setting of the installation; a chain that changes its algorithm on the way still
verifies, because every row is asked for its own.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from workflow.store.plain import dumps

ALGORITHMS = ("sha256", "sm3")
START = "0" * 64
"""What the first row of a chain has for the hash before it."""


def algorithm_of(connection: Connection) -> str:
    """The algorithm for rows that are written now (see `Database`)."""
    return str(connection.get_execution_options().get("chain", ALGORITHMS[0]))


def hash_values(algorithm: str, values: Sequence[Any]) -> str:
    """The hash of a row's values in their order, as canonical JSON."""
    return hashlib.new(algorithm, dumps(list(values)).encode()).hexdigest()
