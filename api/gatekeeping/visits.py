"""How often an address has asked for a public page in the present minute: nobody reads that fast,
and who does not wait holds up those who do.

Counted in this process: enough to bound what one address costs it, and nothing has to be written.
"""

from collections import Counter
from datetime import datetime
from threading import Lock

MOST_A_MINUTE = 120
"""An office behind one address reads fewer public pages than this."""
MOST_ADDRESSES = 5_000
"""Addresses counted apart within a minute; the others share one count."""

_OTHERS = "others"


class Visits:
    """Counts the visits of the present minute by address."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute: datetime | None = None
        self._counts: Counter[str] = Counter()

    def wait_after(self, address: str, now: datetime) -> int:
        """Count a visit; for how many seconds whoever comes too often has to wait, else 0."""
        minute = now.replace(second=0, microsecond=0)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._counts.clear()
            known = address in self._counts or len(self._counts) < MOST_ADDRESSES
            key = address if known else _OTHERS
            self._counts[key] += 1
            often = self._counts[key] > MOST_A_MINUTE
        return 60 - now.second if often else 0
