"""What a unit was asked for week by week: messages to its people, and steps they had to take. The
monthly statement, of units as a whole and by way, is `burden`.

Read by person from the indexes of outbox and history, over a few weeks and a bounded number of
rows; what is beyond is said to be more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, FromClause, select

from workflow.store.offices.organisation import held_at
from workflow.store.tables.handles import CASE, HISTORY, HOLDING, OUTBOX, POST, UNIT

MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One message or step: when, of which workflow, and who opened the case; None: the clock."""

    at: datetime
    workflow: str
    by_unit: str | None


def people_of(connection: Connection, unit: int, now: datetime) -> list[int]:
    """Who holds a post in a unit, or stands in, today."""
    query = select(HOLDING.c.person_id).join(POST, POST.c.id == HOLDING.c.post_id)
    query = query.where(POST.c.unit_id == unit, held_at(now)).distinct()
    return list(connection.execute(query).scalars())


def messages_to(connection: Connection, people: Sequence[int], since: datetime) -> list[Asked]:
    """Messages about cases that were written to these people."""
    return _asked(connection, OUTBOX, OUTBOX.c.created_at, people, since)


def steps_of(connection: Connection, people: Sequence[int], since: datetime) -> list[Asked]:
    """Forms that these people filled in."""
    return _asked(connection, HISTORY, HISTORY.c.at, people, since)


def _asked(
    connection: Connection,
    table: FromClause,
    at: ColumnElement[datetime],
    people: Sequence[int],
    since: datetime,
) -> list[Asked]:
    first = HISTORY.alias("first_row")
    query = (
        select(at, CASE.c.workflow, UNIT.c.short_name)
        .select_from(table)
        .join(CASE, CASE.c.id == table.c.case_id)
        .join(first, (first.c.case_id == CASE.c.id) & (first.c.seq == 1))
        .outerjoin(UNIT, UNIT.c.id == first.c.unit_id)
        .where(table.c.person_id.in_(people), at >= since)
        .limit(MOST_ROWS)
    )
    return [Asked(*row) for row in connection.execute(query)]
