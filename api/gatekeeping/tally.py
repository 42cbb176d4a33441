"""How many refusals a caller has had in the present minute: a flood must not fill the disk."""

from collections import Counter
from datetime import datetime
from threading import Lock

MOST_CALLERS = 500
"""Callers and places counted apart within a minute; the others are counted together."""

_OTHERS = ("others", "")


class Tally:
    """Counts the refusals of the present minute in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute: datetime | None = None
        self._counts: Counter[tuple[str, str]] = Counter()

    def is_written(self, caller: str, place: str, now: datetime) -> bool:
        """Count one, and say whether it is the 1st, 10th, 100th … of its minute."""
        minute = now.replace(second=0, microsecond=0)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._counts.clear()
            key = (caller, place)
            if key not in self._counts and len(self._counts) >= MOST_CALLERS:
                key = _OTHERS
            self._counts[key] += 1
            return str(self._counts[key]).strip("0") == "1"
