"""Refusals in the audit log: every one of them, bounded, and never worse than the refusal itself.

A refused act has no transaction that commits, so the refusal gets one of its own. A flood must not
fill the disk: see `api.gatekeeping.tally` for what has a row of its own and what is counted. A
database that is away leaves the answer as it is; the process's log says what was not written.
"""

import logging
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from api.context import Duban
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act

LOOK_EVERY_SECONDS = 30.0
"""So long after its end a minute's rows are written at the latest, when nobody is refused."""

_log = logging.getLogger("duban.web")


def record_refusal(duban: Duban, act: Act, place: str) -> None:
    """Write a refusal into the log, or count it for the row of its minute."""
    _write(duban, duban.refusals.note(act, place, duban.clock()))


def record_counted(duban: Duban, *, all_of_it: bool = False) -> None:
    """Write what was counted in minutes that are over, or before the process stops."""
    _write(duban, duban.refusals.due(duban.clock(), all_of_it=all_of_it))


def _write(duban: Duban, acts: Sequence[Act]) -> None:
    if not acts:
        return
    try:
        with duban.database.unit_of_work() as connection:
            for act in acts:
                audit.record(connection, act, duban.clock())
    except SQLAlchemyError:
        for act in acts:
            told = (act.data.get("times", 1), act.person, act.data)
            _log.warning("refusals not written into the log: %s, person %s, %s", *told)
