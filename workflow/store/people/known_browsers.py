"""Browsers in which somebody has signed in before (OWASP: device cookies).

A lock-out that counts by login name alone lets a stranger lock an office out for good: five wrong
passwords every half hour do. So strangers are counted by name and address, and a browser that
belongs to somebody is counted by itself: nobody else's failures make it wait.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from workflow.store.people.hashing import hash_of
from workflow.store.tables.handles import KNOWN, PERSON

KNOWN_FOR = timedelta(days=180)


def is_known(connection: Connection, token: str, username: str, now: datetime) -> bool:
    """Whether the browser with this token belongs to the owner of the login name."""
    query = select(KNOWN.c.person_id).join(PERSON, PERSON.c.id == KNOWN.c.person_id)
    ours = query.where(KNOWN.c.token_hash == hash_of(token), KNOWN.c.expires_at > now)
    return connection.execute(ours.where(PERSON.c.username == username)).first() is not None


def remember(connection: Connection, person: int, token: str, now: datetime) -> str:
    """Remember the browser; the token for its cookie, the same one if it was this person's."""
    ours = (KNOWN.c.token_hash == hash_of(token), KNOWN.c.person_id == person)
    until = now + KNOWN_FOR
    if connection.execute(update(KNOWN).where(*ours).values(expires_at=until)).rowcount:
        return token
    made = secrets.token_urlsafe(32)
    row = {"token_hash": hash_of(made), "person_id": person, "expires_at": until}
    connection.execute(insert(KNOWN).values(row))
    return made
