"""Signed-in browsers, kept on this side: a cookie is worth what its row says."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from workflow.store.organisation import PERSON
from workflow.store.people.forgetting import IDLE, SESSION, forget_old
from workflow.store.people.hashing import hash_of

LONGEST_SESSION = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is noted at most so often: reading pages should not write."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    person: int
    name: str
    csrf: str
    seen_at: datetime


def begin_session(connection: Connection, person: int, now: datetime) -> tuple[str, str]:
    """Begin a session; the token for the cookie and the session's CSRF token."""
    forget_old(connection, now)
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    connection.execute(
        insert(SESSION).values(
            token_hash=hash_of(token),
            person_id=person,
            csrf=csrf,
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST_SESSION,
        )
    )
    return token, csrf


def session_of(connection: Connection, token: str, now: datetime) -> Session | None:
    """The session of a cookie's token; None when it ended, went idle, or its person is disabled."""
    query = (
        select(SESSION.c.person_id, PERSON.c.name, SESSION.c.csrf, SESSION.c.seen_at)
        .join(PERSON, PERSON.c.id == SESSION.c.person_id)
        .where(
            SESSION.c.token_hash == hash_of(token),
            SESSION.c.expires_at > now,
            SESSION.c.seen_at > now - IDLE,
            PERSON.c.disabled_at.is_(None),
        )
    )
    row = connection.execute(query).first()
    return None if row is None else Session(*row)


def note_use(connection: Connection, token: str, now: datetime) -> None:
    """Note that a session is in use now."""
    ours = SESSION.c.token_hash == hash_of(token)
    connection.execute(update(SESSION).where(ours, SESSION.c.seen_at < now).values(seen_at=now))


def end_session(connection: Connection, token: str) -> None:
    """Sign out: the token is worth nothing from now on."""
    connection.execute(delete(SESSION).where(SESSION.c.token_hash == hash_of(token)))


def end_sessions_of(connection: Connection, person: int) -> None:
    """Sign somebody out everywhere."""
    connection.execute(delete(SESSION).where(SESSION.c.person_id == person))
