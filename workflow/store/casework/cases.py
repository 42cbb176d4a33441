"""Cases as rows: load and lock, count their children, find what a request was answered, number new
ones.
"""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, exists, func, select, text

from workflow.engine.case import Actor, Case
from workflow.engine.definition import Definition
from workflow.store.casework.codec import case_of
from workflow.store.driver import bulk
from workflow.store.evidence.archive import EVERY_ROW
from workflow.store.outgoing.replacing import is_made_good
from workflow.store.sight.scope import in_sight, out_of_sight
from workflow.store.tables.handles import CASE, HISTORY, OUTBOX, QUEUE, REQUEST, SCOPE, TIMER

_ONE = select(CASE).where(CASE.c.id == bindparam("id"))
_LOCK = _ONE.with_for_update(key_share=True)  # a row that refers to the case may come meanwhile

_DIGEST = OUTBOX.alias("digest")
_WARNING = (
    select(
        OUTBOX.c.status,
        OUTBOX.c.sent_at,
        OUTBOX.c.created_at,
        _DIGEST.c.status,
        _DIGEST.c.sent_at,
    )
    .outerjoin(_DIGEST, _DIGEST.c.id == OUTBOX.c.digest_id)
    .where(OUTBOX.c.case_id == bindparam("case"), OUTBOX.c.seq == bindparam("seq"))
    .where(~is_made_good())
)

Loaded = tuple[Case, str]
"""A case and the head of its history's chain."""


def lock_case(connection: Connection, case_id: int) -> Loaded:
    """The case, locked until the transaction ends; raises NotFound."""
    return loaded(bulk.fetch(connection, *to_lock(case_id)), case_id)


def to_lock(case_id: int) -> bulk.Question:
    """The question that locks a case; `loaded` reads its answer."""
    return _LOCK, {"id": case_id}


def read_case(connection: Connection, case_id: int) -> Loaded:
    """The case as last committed; raises NotFound."""
    return loaded(bulk.fetch(connection, _ONE, {"id": case_id}), case_id)


def case_in_scope(connection: Connection, actor: Actor, case_id: int) -> Case:
    """The case as last committed; raises NotFound unless the actor sees it."""
    seen = exists().where(SCOPE.c.case_id == CASE.c.id, in_sight(actor))
    row = connection.execute(select(CASE).where(CASE.c.id == case_id, seen)).mappings().first()
    if row is None:
        raise out_of_sight(case_id)
    return case_of(row)


def loaded(rows: list[bulk.Row], case_id: int) -> Loaded:
    """The case in the answer to a question about it; raises NotFound."""
    if not rows:
        raise out_of_sight(case_id)
    return case_of(rows[0]), rows[0]["head"]


def lock_due_cases(connection: Connection, now: datetime, most: int) -> dict[int, Loaded]:
    """Cases with timers due, at most so many timers' worth; those another worker holds are left to
    it, and those that have yet to follow a change of units until they have.
    """
    rows = connection.execute(_LOCK_DUE, {"now": now, "most": most}).mappings()
    return {row["id"]: (case_of(row), row["head"]) for row in rows}


def due_first(connection: Connection, now: datetime, most: int) -> list[dict[str, Any]]:
    """Id and case of the timers that have been due for longest, of cases that have followed."""
    return bulk.fetch(connection, _DUE_FIRST, {"now": now, "most": most})


def _first_due(query: "Select[Any]") -> "Select[Any]":
    """Of a query for timers those that have been due for longest, of cases that have followed."""
    queued = exists().where(QUEUE.c.case_id == TIMER.c.case_id, QUEUE.c.error.is_(None))
    return (
        query.where(TIMER.c.wake_at <= bindparam("now"), ~queued)
        .order_by(TIMER.c.wake_at, TIMER.c.id)
        .limit(bindparam("most", type_=Integer))
    )


_DUE_FIRST = _first_due(select(TIMER.c.case_id, TIMER.c.id))
# what another holds is passed over before it is counted: there is something for every worker
_LOCK_DUE = _first_due(select(CASE).join(TIMER, TIMER.c.case_id == CASE.c.id)).with_for_update(
    of=CASE, skip_locked=True, key_share=True
)


def lock_free_cases(connection: Connection, which: Collection[int]) -> dict[int, Loaded]:
    """Those of these cases that nobody else holds at the moment, locked."""
    query = select(CASE).where(CASE.c.id.in_(which))
    rows = connection.execute(query.with_for_update(skip_locked=True, key_share=True))
    return {row["id"]: (case_of(row), row["head"]) for row in rows.mappings()}


def lock_taken_over(connection: Connection, backfill: int) -> dict[int, Loaded]:
    """The cases of a file that was taken over (补录), in the order of its rows, locked."""
    query = select(CASE).where(CASE.c.backfill_id == backfill).order_by(CASE.c.id)
    rows = connection.execute(query.with_for_update(key_share=True))
    return {row["id"]: (case_of(row), row["head"]) for row in rows.mappings()}


def due_timers(
    connection: Connection, now: datetime, cases: Collection[int]
) -> list[dict[str, Any]]:
    """The due timers of these cases, earliest first."""
    query = (
        select(TIMER)
        .where(TIMER.c.case_id.in_(cases), TIMER.c.wake_at <= now)
        .order_by(TIMER.c.wake_at, TIMER.c.rung, TIMER.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def open_children(connection: Connection, case_id: int) -> dict[str, int]:
    """How many children of each name have not ended."""
    found = bulk.fetch(connection, _OPEN_CHILDREN, {"parent": case_id})
    return {row["child_name"]: row["open"] for row in found}


_OPEN_CHILDREN = (
    select(CASE.c.child_name, func.count().label("open"))
    .where(CASE.c.parent_id == bindparam("parent"), CASE.c.closed_at.is_(None))
    .group_by(CASE.c.child_name)
)


def open_ones(connection: Connection, parent: int, names: Collection[str]) -> list[int]:
    """The children of these names that have not ended, by id."""
    mine = (CASE.c.parent_id == parent) & CASE.c.child_name.in_(names)
    query = select(CASE.c.id).where(mine, CASE.c.closed_at.is_(None)).order_by(CASE.c.id)
    return list(connection.execute(query).scalars())


def series_top(connection: Connection, workflow: str, cause: str) -> int | None:
    """The highest level so far of cases about a cause that stand."""
    query = select(func.max(CASE.c.level)).where(CASE.c.workflow == workflow, CASE.c.cause == cause)
    top: int | None = connection.execute(query).scalar()
    return top


def count_alike(connection: Connection, workflow: str, likeness: str) -> int:
    """How many cases about the same thing stand."""
    same = (CASE.c.workflow == workflow, CASE.c.likeness == likeness)
    query = select(func.count()).select_from(CASE).where(*same)
    return int(connection.execute(query).scalar_one())


def first_alike(connection: Connection, workflow: str, likeness: str, reader: Actor) -> str:
    """The number of the first case about the same thing that is open and that somebody sees; empty
    where there is none.
    """
    seen = exists().where(SCOPE.c.case_id == CASE.c.id, in_sight(reader))
    query = (
        select(CASE.c.number)
        .where(CASE.c.workflow == workflow, CASE.c.likeness == likeness)
        .where(CASE.c.closed_at.is_(None), seen)
        .order_by(CASE.c.id)
        .limit(1)
    )
    return str(connection.execute(query).scalar() or "")


def numbers_by_external(
    connection: Connection, workflow: str, external: Collection[str]
) -> dict[str, str]:
    """Of these numbers of another system those that are known, with the numbers of their cases."""
    query = select(CASE.c.external, CASE.c.number).where(
        CASE.c.workflow == workflow, CASE.c.external.in_(external)
    )
    return {str(row.external): str(row.number) for row in connection.execute(query)}


def warning_went_out(connection: Connection, case_id: int, seq: int) -> datetime | None:
    """When the messages of a history row had reached somebody; None while they are all still on
    their way.

    A message that can never arrive (a vacant post, a refused address) counts from when it was
    owed: only our own outage holds a ladder up. Where another message stands in for one that never
    arrived, that one counts in its place.
    """
    rows = connection.execute(_WARNING, {"case": case_id, "seq": seq})
    sent, dead = [], []
    for status, sent_at, created_at, digest_status, digest_sent_at in rows:
        if sent_at or digest_sent_at:
            sent.append(sent_at or digest_sent_at)
        elif "dead" in (status, digest_status):
            dead.append(created_at)
    return min(sent or dead, default=None)


def acted_since(connection: Connection, case_id: int, seq: int) -> bool:
    """Whether anybody has acted on a case after one of its rows; the clock is nobody."""
    later = select(HISTORY.c.seq).where(
        HISTORY.c.case_id == case_id, HISTORY.c.seq > seq, HISTORY.c.actor != "clock"
    )
    return connection.execute(later.limit(1)).first() is not None


def answered(connection: Connection, request: str) -> tuple[str, list[dict[str, Any]]] | None:
    """The digest and the first answer of a request id, or None."""
    row = connection.execute(
        select(REQUEST.c.digest, REQUEST.c.answer).where(REQUEST.c.id == request)
    ).first()
    return None if row is None else (row.digest, json.loads(row.answer))


def next_case_id(connection: Connection) -> int:
    """An id for a new case."""
    if connection.dialect.name == "postgresql":
        sequence = text("SELECT nextval(pg_get_serial_sequence('cases', 'id'))")
        return int(connection.execute(sequence).scalar_one())
    return int(bulk.fetch(connection, _LAST_ID, {})[0]["highest"] or 0) + 1


_LAST_ID = select(func.max(CASE.c.id).label("highest"))


def take_case_ids(connection: Connection, count: int) -> list[int]:
    """Ids for so many new cases."""
    if connection.dialect.name == "postgresql":
        sequence = text(
            "SELECT nextval(pg_get_serial_sequence('cases', 'id')) FROM generate_series(1, :count)"
        )
        return sorted(connection.execute(sequence, {"count": count}).scalars())
    first = next_case_id(connection)
    return list(range(first, first + count))


def take_numbers(
    connection: Connection, definition: Definition, year: int, count: int
) -> list[str]:
    """The next numbers of a workflow's cases in a year, gapless: a rollback gives them back."""
    upsert = text(
        "INSERT INTO counter (workflow, year, serial) VALUES (:workflow, :year, :count)"
        " ON CONFLICT (workflow, year) DO UPDATE SET serial = counter.serial + :count"
        " RETURNING serial"
    )
    given = {"workflow": definition.workflow, "year": year, "count": count}
    last = int(connection.execute(upsert, given).scalar_one())
    serials = range(last - count + 1, last + 1)
    return [f"{definition.title}〔{year}〕{serial}号" for serial in serials]


def history_of(connection: Connection, case_id: int) -> list[dict[str, Any]]:
    """A case's history rows in order."""
    query = select(EVERY_ROW).where(EVERY_ROW.c.case_id == case_id).order_by(EVERY_ROW.c.seq)
    return [dict(row) for row in connection.execute(query).mappings()]
