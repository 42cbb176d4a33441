"""What somebody watches (我关注的), what somebody has had a hand in (我办过的), and how a case
stands with whoever opens it.

The lists are one's own and narrowed by scope like any other: a case that went out of sight is
not in them, and comes back with the post.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    FromClause,
    Select,
    Table,
    delete,
    exists,
    func,
    select,
    tuple_,
    union_all,
)

from workflow.engine.case import Actor
from workflow.store.driver.upsert import upsert
from workflow.store.lists.queries import Place, Row, rows_of
from workflow.store.outgoing.reading import UNREAD
from workflow.store.sight.scope import check_scope, in_sight
from workflow.store.tables.handles import ARCHIVED_HISTORY, HISTORY, OUTBOX, SCOPE, WATCH


@dataclass(frozen=True, slots=True)
class Noted:
    """A case in a list of one's own: its row, since when or when, and the last thing one did."""

    row: Row
    at: datetime
    event: str = ""
    from_state: str = ""


def watch(connection: Connection, reader: Actor, case_id: int, now: datetime) -> None:
    """Have the reader watch a case in scope; a second time changes nothing. Raises NotFound."""
    check_scope(connection, reader, case_id)
    new = upsert(connection, WATCH).values(person_id=reader.person, case_id=case_id, at=now)
    connection.execute(new.on_conflict_do_nothing(index_elements=["person_id", "case_id"]))


def unwatch(connection: Connection, reader: Actor, case_id: int) -> None:
    """Have the reader watch it no longer. Raises NotFound for a case out of scope."""
    check_scope(connection, reader, case_id)
    theirs = (WATCH.c.person_id == reader.person, WATCH.c.case_id == case_id)
    connection.execute(delete(WATCH).where(*theirs))


@dataclass(frozen=True, slots=True)
class Regard:
    """How a case stands with a reader: whether they watch it, how many messages it has led to, and
    how many of these are theirs and not yet opened.
    """

    watched: bool
    messages: int
    unread: int


def regard_of(connection: Connection, reader: Actor, case_id: int) -> Regard:
    """How a case stands with the reader, in one statement."""
    watches = exists().where(WATCH.c.person_id == reader.person, WATCH.c.case_id == case_id)
    told = select(func.count()).where(OUTBOX.c.case_id == case_id)
    unread = told.where(OUTBOX.c.person_id == reader.person, UNREAD)
    query = select(watches, told.scalar_subquery(), unread.scalar_subquery())
    return Regard(*connection.execute(query).one())


Listed = tuple[list[Noted], Place | None]
"""Some cases of a list, the latest first, and where the next begin; None at the end."""


def list_watched(
    connection: Connection, reader: Actor, *, after: Place | None = None, limit: int = 50
) -> Listed:
    """What the reader watches, what was marked last first."""
    query = select(WATCH.c.case_id, WATCH.c.at).where(WATCH.c.person_id == reader.person)
    return _listed(connection, _page(reader, query, WATCH, after, limit), limit)


def list_done(
    connection: Connection, reader: Actor, *, after: Place | None = None, limit: int = 50
) -> Listed:
    """What the reader has acted on, the latest act first; each case once, by its last act, wherever
    the history of it lies.
    """
    pages = [_page(reader, _last_acts(reader, one), one, after, limit) for one in _HISTORIES]
    acts = union_all(*(select(page.subquery()) for page in pages)).subquery("acts")
    query = select(acts).order_by(acts.c.at.desc(), acts.c.case_id.desc()).limit(limit + 1)
    return _listed(connection, query, limit)


_HISTORIES = (HISTORY, ARCHIVED_HISTORY)


def _last_acts(reader: Actor, table: Table) -> Select[Any]:
    """The acts of a reader after which they did nothing to that case any more."""
    query = select(table.c.case_id, table.c.at, table.c.event, table.c.from_state)
    query = query.where(table.c.person_id == reader.person)
    for one in _HISTORIES:
        later = one.alias("later")
        again = exists().where(
            later.c.case_id == table.c.case_id,
            later.c.seq > table.c.seq,
            later.c.person_id == reader.person,
        )
        query = query.where(~again)
    return query


def _page(
    reader: Actor, query: Select[Any], table: FromClause, after: Place | None, limit: int
) -> Select[Any]:
    """The latest cases in sight by the time of a row about each, and one more."""
    query = query.where(exists().where(SCOPE.c.case_id == table.c.case_id, in_sight(reader)))
    if after is not None:
        query = query.where(tuple_(table.c.at, table.c.case_id) < (after.at, after.case_id))
    return query.order_by(table.c.at.desc(), table.c.case_id.desc()).limit(limit + 1)


def _listed(connection: Connection, query: Select[Any], limit: int) -> Listed:
    """A page of cases, and where the next begins."""
    found: Sequence[Any] = connection.execute(query).all()
    shown = found[:limit]
    rows = rows_of(connection, [one.case_id for one in shown])
    noted = [Noted(row, *one[1:]) for row, one in zip(rows, shown, strict=True)]
    last = shown[-1] if len(found) > limit else None
    return noted, Place(last.at, last.case_id) if last is not None else None
