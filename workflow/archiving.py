"""Cases that ended long ago move with their history into the archive, batch by batch, each batch in
one transaction; the audit log tells of it.
"""

from datetime import datetime, timedelta

from workflow.engine.errors import InvalidInput
from workflow.store.database import Database
from workflow.store.evidence import archive, audit
from workflow.store.evidence.archive import Archived
from workflow.store.evidence.audit import Act, Plain

BATCH = 200
"""Cases moved in one transaction."""

FEWEST_YEARS = 1
"""For how long an ended case stays among those at work, at least."""


def archive_ended(database: Database, years: int, now: datetime) -> Archived:
    """Move every case that ended so many years ago or earlier; raises InvalidInput for too few."""
    if years < FEWEST_YEARS:
        raise InvalidInput(f"办结满 {FEWEST_YEARS} 年的事项才能移入档案", {"years": years})
    before = now - timedelta(days=365 * years)
    total, (moved, last) = Archived(), _batch(database, before, now, after=0)
    while moved.cases:
        total = Archived(
            total.cases + moved.cases, total.rows + moved.rows, total.timers + moved.timers
        )
        moved, last = _batch(database, before, now, after=last)
    return total


def _batch(
    database: Database, before: datetime, now: datetime, *, after: int
) -> tuple[Archived, int]:
    """Move the next cases after one, which the batches before have come to; the last of them."""
    with database.unit_of_work() as connection:
        cases = archive.lock_ended(connection, before, BATCH, after)
        moved = archive.move(connection, cases)
        if cases:
            data: dict[str, Plain] = {"act": "archive", "cases": moved.cases, "rows": moved.rows}
            audit.record(connection, Act("maintenance", data=data), now)
    return moved, max(cases, default=after)
