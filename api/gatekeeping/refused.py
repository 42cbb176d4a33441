"""Refusals in the audit log: bounded, and never worse than the refusal itself.

A refused act has no transaction that commits, so the refusal gets one of its own. A flood of them
must not fill the disk: within a minute the 1st, the 10th, the 100th … of one caller and one place
are written. A database that is away leaves the answer as it is; the process's log says what was
not written.
"""

import logging

from sqlalchemy.exc import SQLAlchemyError

from api.context import Duban
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act

_log = logging.getLogger("duban.web")


def record_refusal(duban: Duban, act: Act, place: str) -> None:
    """Write a refusal into the log, unless its caller has had many in this minute."""
    now = duban.clock()
    if not duban.refusals.is_written(f"#{act.person}", place, now):
        return
    try:
        with duban.database.unit_of_work() as connection:
            audit.record(connection, act, now)
    except SQLAlchemyError:
        _log.warning("a refusal was not written into the log: person %s, %s", act.person, place)
