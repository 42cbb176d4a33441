"""What a process has done since it began, counted by name and labels; read by its pulse.

A `Database` has one, since most of what is counted passes there: queries, steps, messages.
"""

from collections import Counter
from collections.abc import Mapping
from threading import Lock

from sqlalchemy import Connection

Key = tuple[str, tuple[tuple[str, str], ...]]
"""A name, and its labels in alphabetical order."""


class Meters:
    """Counters that only rise; any thread may count."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[Key] = Counter()

    def count(self, name: str, more: float = 1, **labels: str) -> None:
        """Count something that happened, or several at once."""
        key = name, tuple(sorted(labels.items())) if labels else ()
        with self._lock:
            self._counts[key] += more  # type: ignore[assignment]  # seconds, too, are counted

    def read(self) -> Mapping[Key, float]:
        """What was counted so far."""
        with self._lock:
            return dict(self._counts)


def meters_of(connection: Connection) -> Meters:
    """The counters of the database that a connection belongs to."""
    meters: Meters = connection.get_execution_options()["meters"]
    return meters
