"""The archive: history and timers of cases that ended long ago, out of the way of those at work.

The case itself stays, with its head, its signatures and whoever may see it: so no unique key is
given up, and lists find it as before. Whoever reads a history reads `EVERY_ROW`, which is both
tables: a chain goes on over them without a seam. The database lets a row leave only when its copy
lies in the archive, and lets a row into the archive only from the live table (`rules.py`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Connection,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    union_all,
)

from workflow.store.tables.handles import (
    ARCHIVED_HISTORY,
    ARCHIVED_TIMER,
    CASE,
    DOCUMENT,
    HISTORY,
    QUEUE,
    SEALED,
    TIMER,
)

EVERY_ROW = union_all(select(HISTORY), select(ARCHIVED_HISTORY)).subquery("every_row")
"""All rows of history, live and archived."""

EVERY_TIMER = union_all(select(TIMER), select(ARCHIVED_TIMER)).subquery("every_timer")
"""All timers, live and archived."""

_STAYS = or_(
    *(
        exists().where(of.c.case_id == HISTORY.c.case_id, of.c.seq == HISTORY.c.seq)
        for of in (DOCUMENT, SEALED)
    )
)
"""A row with which a document was issued or came back sealed: the document hangs on it by a key."""

_MOVES = ((HISTORY, ARCHIVED_HISTORY, ~_STAYS), (TIMER, ARCHIVED_TIMER, true()))


@dataclass(frozen=True, slots=True)
class Archived:
    """How much went into the archive."""

    cases: int = 0
    rows: int = 0
    timers: int = 0


def lock_ended(connection: Connection, before: datetime, most: int, after: int = 0) -> list[int]:
    """The next cases `after` one that ended before then, have rows to move and nothing that waits;
    locked.
    """
    waits = exists().where(TIMER.c.case_id == CASE.c.id, TIMER.c.status == "waiting")
    follows = exists().where(QUEUE.c.case_id == CASE.c.id)
    query = (
        select(CASE.c.id)
        .where(CASE.c.id > after, CASE.c.closed_at < before)
        .where(exists().where(HISTORY.c.case_id == CASE.c.id, ~_STAYS))
        .where(~waits, ~follows)
        .order_by(CASE.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(connection.execute(query).scalars())


def move(connection: Connection, cases: Collection[int]) -> Archived:
    """Copy the rows of these cases into the archive, then take them out of the live tables."""
    moved = []
    for live, archived, moves in _MOVES:
        ours = and_(live.c.case_id.in_(cases), moves)
        names = [column.name for column in live.columns]
        connection.execute(insert(archived).from_select(names, select(live).where(ours)))
        moved.append(connection.execute(delete(live).where(ours)).rowcount)
    return Archived(len(cases), *moved)


def size(connection: Connection) -> int:
    """How many cases have their history in the archive."""
    query = select(func.count()).where(ARCHIVED_HISTORY.c.seq == 1)
    return int(connection.execute(query).scalar_one())
