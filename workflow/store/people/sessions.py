"""Signed-in browsers, kept on this side: a cookie is worth what its row says."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from workflow.store.people.forgetting import forget_old
from workflow.store.people.hashing import hash_of
from workflow.store.people.profiles import Profile
from workflow.store.tables.handles import FACTOR, PERSON, SESSION

SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is noted at most so often: reading pages should not write."""

CODE_WITHIN = timedelta(minutes=5)
"""Between password and code; so long a half-opened session lasts."""

SECOND_FACTOR = "second_factor"
PASSWORD, PROVIDER = "password", "provider"
"""Ways to sign in."""

_LONGEST_BROWSER = 200


@dataclass(frozen=True, slots=True)
class Arrival:
    """How somebody came in: by password or from an OpenID provider, from where, with what."""

    way: str
    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `factor` is whether its person has a second factor; `confirmed_at` when
    a password or a code was last given.
    """

    person: int
    name: str
    csrf: str
    seen_at: datetime
    confirmed_at: datetime | None
    way: str | None
    password_at: datetime | None
    one_time_until: datetime | None
    factor: bool


def begin_session(
    connection: Connection,
    person: int,
    arrival: Arrival,
    profile: Profile,
    now: datetime,
    *,
    awaits: str | None = None,
) -> tuple[str, str]:
    """Begin a session; the token for the cookie and the session's CSRF token.

    With `awaits` it is half open: `half_open` finds it, `session_of` does not.
    """
    forget_old(connection, profile, now)
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    connection.execute(
        insert(SESSION).values(
            token_hash=hash_of(token),
            person_id=person,
            csrf=csrf,
            created_at=now,
            seen_at=now,
            expires_at=now + (CODE_WITHIN if awaits else profile.longest_session),
            way=arrival.way,
            address=arrival.address or None,
            browser=arrival.browser[:_LONGEST_BROWSER] or None,
            awaits=awaits,
            confirmed_at=now if arrival.way == PASSWORD and not awaits else None,
        )
    )
    return token, csrf


def session_of(
    connection: Connection, token: str, profile: Profile, now: datetime
) -> Session | None:
    """The session of a cookie's token; None when it ended, went idle, or its person is disabled."""
    query = (
        select(
            SESSION.c.person_id,
            PERSON.c.name,
            SESSION.c.csrf,
            SESSION.c.seen_at,
            SESSION.c.confirmed_at,
            SESSION.c.way,
            PERSON.c.password_at,
            PERSON.c.one_time_until,
            FACTOR.c.confirmed_at.is_not(None),
        )
        .join(PERSON, PERSON.c.id == SESSION.c.person_id)
        .outerjoin(FACTOR, FACTOR.c.person_id == PERSON.c.id)
        .where(*_alive(token, now), SESSION.c.seen_at > now - profile.idle)
        .where(SESSION.c.awaits.is_(None))
    )
    row = connection.execute(query).first()
    return None if row is None else Session(*row)


def half_open(connection: Connection, token: str, now: datetime) -> int | None:
    """Whose code a half-opened session waits for; None when there is no such session."""
    query = select(SESSION.c.person_id).join(PERSON, PERSON.c.id == SESSION.c.person_id)
    waiting = query.where(*_alive(token, now), SESSION.c.awaits == SECOND_FACTOR)
    found = connection.execute(waiting).scalar()
    return None if found is None else int(found)


def _alive(token: str, now: datetime) -> tuple[Any, ...]:
    ours = SESSION.c.token_hash == hash_of(token)
    return ours, SESSION.c.expires_at > now, PERSON.c.disabled_at.is_(None)


def note_use(connection: Connection, token: str, now: datetime) -> None:
    """Note that a session is in use now."""
    ours = SESSION.c.token_hash == hash_of(token)
    connection.execute(update(SESSION).where(ours, SESSION.c.seen_at < now).values(seen_at=now))


def note_confirmed(connection: Connection, token: str, now: datetime) -> None:
    """Note that the session's person has given a password or a code now."""
    ours = SESSION.c.token_hash == hash_of(token)
    connection.execute(update(SESSION).where(ours).values(confirmed_at=now))


def sessions_of(
    connection: Connection, person: int, profile: Profile, now: datetime, token: str
) -> list[Mapping[str, Any]]:
    """A person's sessions, the last used first; `here` marks the one of `token`."""
    query = (
        select(
            SESSION.c.created_at,
            SESSION.c.seen_at,
            SESSION.c.address,
            SESSION.c.browser,
            (SESSION.c.token_hash == hash_of(token)).label("here"),
        )
        .where(SESSION.c.person_id == person, SESSION.c.awaits.is_(None))
        .where(SESSION.c.expires_at > now, SESSION.c.seen_at > now - profile.idle)
        .order_by(SESSION.c.seen_at.desc(), SESSION.c.created_at.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def end_session(connection: Connection, token: str) -> None:
    """Sign out: the token is worth nothing from now on."""
    connection.execute(delete(SESSION).where(SESSION.c.token_hash == hash_of(token)))


def end_sessions_of(connection: Connection, person: int, *, but: str = "") -> int:
    """Sign somebody out everywhere, but for the session of the token `but`; how many ended."""
    others = SESSION.c.token_hash != hash_of(but)
    ended = delete(SESSION).where(SESSION.c.person_id == person, others)
    return int(connection.execute(ended).rowcount)
