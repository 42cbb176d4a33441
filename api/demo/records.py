"""What the demo reads of the database beside what pages read: instants, and whole tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from workflow.engine.case import Case
from workflow.store.casework.codec import case_of
from workflow.store.tables.handles import CASE, HOLDING, OUTBOX, PERSON, POST, SIGN_OFF, TIMER, UNIT

Row = dict[str, Any]


def _pairs(connection: Connection, query: Select[Any]) -> dict[Any, Any]:
    return {row[0]: row[1] for row in connection.execute(query)}


def next_wake(connection: Connection, after: datetime) -> datetime | None:
    """The next instant at which a timer or a message falls due."""
    found = [
        connection.execute(
            select(func.min(table.c.wake_at)).where(table.c.wake_at > after)
        ).scalar()
        for table in (TIMER, OUTBOX)
    ]
    return min((at for at in found if at is not None), default=None)


def progress(connection: Connection) -> dict[int, int]:
    """How many history rows each case has, by id."""
    query = select(CASE.c.id, CASE.c.seq).order_by(CASE.c.id)
    return _pairs(connection, query)


def cases(connection: Connection, ids: Sequence[int] | None = None) -> list[Case]:
    """Cases as they stand, by id."""
    query = select(CASE).order_by(CASE.c.id)
    if ids is not None:
        query = query.where(CASE.c.id.in_(ids))
    return [case_of(row) for row in connection.execute(query).mappings()]


def holders(connection: Connection) -> dict[tuple[int, str], list[int]]:
    """Who holds a role's posts in a unit, in the order of the posts."""
    query = (
        select(POST.c.unit_id, POST.c.role, HOLDING.c.person_id)
        .join(HOLDING, HOLDING.c.post_id == POST.c.id)
        .where(HOLDING.c.kind == "holder")
        .order_by(POST.c.id)
    )
    found: dict[tuple[int, str], list[int]] = {}
    for unit, role, person in connection.execute(query):
        found.setdefault((unit, role), []).append(person)
    return found


def usernames(connection: Connection) -> dict[str, int]:
    """People by login name."""
    return _pairs(connection, select(PERSON.c.username, PERSON.c.id))


def person_names(connection: Connection) -> dict[int, str]:
    """The names of all people by id."""
    return _pairs(connection, select(PERSON.c.id, PERSON.c.name))


def unit_codes(connection: Connection) -> dict[str, int]:
    """Units by code."""
    return _pairs(connection, select(UNIT.c.code, UNIT.c.id))


def unit_names(connection: Connection) -> dict[int, str]:
    """The short names of all units by id."""
    return _pairs(connection, select(UNIT.c.id, UNIT.c.short_name))


def collapsed(connection: Connection, at: datetime) -> int:
    """How many reminders were merged into a later one at an instant."""
    query = select(func.count()).where(TIMER.c.status == "collapsed", TIMER.c.settled_at == at)
    return int(connection.execute(query).scalar_one())


def sign_offs(connection: Connection) -> list[Row]:
    """Every sign-off in force."""
    query = select(SIGN_OFF).where(SIGN_OFF.c.live == 1)
    return [dict(row) for row in connection.execute(query).mappings()]


def messages(connection: Connection) -> list[Row]:
    """Every message that goes outside, with the address it goes to, in the order of sending."""
    query = (
        select(OUTBOX, PERSON.c.name, PERSON.c.email, PERSON.c.phone)
        .outerjoin(PERSON, PERSON.c.id == OUTBOX.c.person_id)
        .order_by(OUTBOX.c.sent_at, OUTBOX.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
