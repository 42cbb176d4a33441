"""Secret addresses of calendars: whoever knows one reads one person's deadlines, nothing else."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from workflow.store.driver.upsert import upsert
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.people.hashing import hash_of
from workflow.store.tables.handles import FEED, PERSON


def make_feed(connection: Connection, person: int, now: datetime) -> str:
    """A new secret, shown once and kept as its hash; the one before it is worthless."""
    token = secrets.token_urlsafe(24)
    values = {"token_hash": hash_of(token), "created_at": now}
    new: Any = upsert(connection, FEED).values(person_id=person, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["person_id"], set_=values))
    act = Act("token", person, ("person", person), data={"act": "calendar_made"})
    audit.record(connection, act, now)
    return token


def revoke_feed(connection: Connection, person: int, now: datetime) -> bool:
    """Make somebody's address worthless; False if there is none."""
    gone = connection.execute(delete(FEED).where(FEED.c.person_id == person)).rowcount == 1
    if gone:
        act = Act("token", person, ("person", person), data={"act": "calendar_revoked"})
        audit.record(connection, act, now)
    return gone


def feed_since(connection: Connection, person: int) -> datetime | None:
    """When somebody's address was made; None if there is none."""
    query = select(FEED.c.created_at).where(FEED.c.person_id == person)
    since: datetime | None = connection.execute(query).scalar()
    return since


def reader_of(connection: Connection, token: str) -> int | None:
    """Whose calendar a secret opens; None if nobody's, or a disabled account's."""
    query = select(FEED.c.person_id).join(PERSON, PERSON.c.id == FEED.c.person_id)
    known = query.where(FEED.c.token_hash == hash_of(token), PERSON.c.disabled_at.is_(None))
    person: int | None = connection.execute(known).scalar()
    return person
