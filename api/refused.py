"""Refusals in the audit log: bounded, and never worse than the refusal itself.

A refused act has no transaction that commits, so the refusal gets one of its own. A flood of them
must not fill the disk: within a minute the 1st, the 10th, the 100th … of one caller and one place
are written. A database that is away leaves the answer as it is; the process's log says what was
not written.
"""

import logging
from collections import Counter
from datetime import datetime
from threading import Lock

from sqlalchemy.exc import SQLAlchemyError

from api.context import Duban
from workflow.store import audit
from workflow.store.audit import Act

MOST_CALLERS = 500
"""Callers and places counted apart within a minute; the others are counted together."""

_OTHERS = ("others", "")
_log = logging.getLogger("duban.web")


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


def record_refusal(duban: Duban, tally: Tally, act: Act, place: str) -> None:
    """Write a refusal into the log, unless its caller has had many in this minute."""
    now = duban.clock()
    if not tally.is_written(f"#{act.person}", place, now):
        return
    try:
        with duban.database.unit_of_work() as connection:
            audit.record(connection, act, now)
    except SQLAlchemyError:
        _log.warning("a refusal was not written into the log: person %s, %s", act.person, place)
