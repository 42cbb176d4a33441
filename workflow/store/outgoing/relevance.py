"""Whether a message is still worth sending, by what it is about: its case as it is now, and what
was said of it since.
"""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    or_,
    select,
)

from workflow.store.driver import bulk
from workflow.store.driver.among import one_of
from workflow.store.outgoing.outbox import DIGEST
from workflow.store.sight.scope import is_confidential
from workflow.store.sight.sights import NO_LIMIT
from workflow.store.tables.handles import CASE, HISTORY, OUTBOX, SCOPE, UNIT

TO_DO = frozenset({"task", "reminder", "overdue"})
"""Templates that ask for something; they are pointless once the case has moved on."""


def has_moved_on() -> ColumnElement[bool]:
    """The condition that the message's case has left the state in which it was owed, or has ended.

    A case whose limit was only worked out again is where it was, though its timers began anew.
    """
    since = HISTORY.c.seq > OUTBOX.c.seq
    here = and_(HISTORY.c.case_id == CASE.c.id, HISTORY.c.seq <= CASE.c.entry)
    moved = exists().where(here, since, HISTORY.c.from_state != HISTORY.c.to_state)
    recalculated = exists().where(
        here, HISTORY.c.seq == CASE.c.entry, HISTORY.c.event == "recalculate"
    )
    began_anew = and_(CASE.c.entry > OUTBOX.c.seq, or_(~recalculated, moved))
    return or_(CASE.c.closed_at.is_not(None), began_anew)


def stands_still() -> ColumnElement[bool]:
    """The condition that the case has a limit and no list knows of it: its clock stands."""
    unlisted = exists().where(SCOPE.c.case_id == CASE.c.id, SCOPE.c.due_at == NO_LIMIT)
    return and_(CASE.c.due_at.is_not(None), unlisted)


def is_spoken_for(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """The condition that a later message of its own asks the same person by the same way for the
    same, and goes now or has gone: after an outage nobody is asked twice in a morning.
    """
    later = OUTBOX.alias("later")
    same = and_(
        later.c.case_id == OUTBOX.c.case_id,
        later.c.person_id + 0 == OUTBOX.c.person_id,  # not looked up by: a person has thousands
        later.c.way == OUTBOX.c.way,
        later.c.created_at > OUTBOX.c.created_at,
    )
    alone = and_(one_of(later.c.template, TO_DO), later.c.urgency != DIGEST)
    waits = and_(later.c.status == "waiting", later.c.wake_at <= now)
    goes = or_(one_of(later.c.status, ("leased", "sent")), waits)
    return and_(one_of(OUTBOX.c.template, TO_DO), exists().where(same, alone, goes))


def is_settled(connection: Connection, message: int) -> bool:
    """Whether the message asks for what has been done."""
    return bool(bulk.fetch(connection, _if_settled(), {"message": message}))


def is_said_later(connection: Connection, message: int, now: datetime) -> bool:
    """Whether a later message asks for the same (`is_spoken_for`)."""
    return bool(bulk.fetch(connection, _if_said_later(), {"message": message, "now": now}))


# Asked of each message in `TO_DO`: made once, for to put them together costs more than to run them.


@cache
def _if_settled() -> Select[Any]:
    return _asking_something().where(has_moved_on())


@cache
def _if_said_later() -> Select[Any]:
    return _asking_something().where(is_spoken_for(bindparam("now")))


def _asking_something() -> Select[Any]:
    """The message that is asked about, if it asks for something about a case."""
    query = select(OUTBOX.c.id).join(CASE, CASE.c.id == OUTBOX.c.case_id)
    return query.where(OUTBOX.c.id == bindparam("message"), one_of(OUTBOX.c.template, TO_DO))


class CaseNow(NamedTuple):
    """A message's case as it is now: the short name of the unit it is about, its limit, and whether
    its clock stands.
    """

    unit: str = ""
    due_at: datetime | None = None
    confidential: bool = False
    stands: bool = False


def case_now(connection: Connection, case: int | None) -> CaseNow:
    """What a message says of its case at the moment at which it goes."""
    found = bulk.fetch(connection, _CASE_NOW, {"case": case})
    return CaseNow(*found[0].values()) if found else CaseNow()


_CASE_NOW = (
    select(
        UNIT.c.short_name,
        CASE.c.due_at,
        is_confidential(CASE.c.id).label("confidential"),
        stands_still().label("stands"),
    )
    .join(CASE, CASE.c.unit_id == UNIT.c.id)
    .where(CASE.c.id == bindparam("case"))
)
