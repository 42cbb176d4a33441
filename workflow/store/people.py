"""Signing in as rows: passwords, sessions, tokens for REST, and failures counted for throttling.

A session or token is kept as its hash only. Whoever is disabled is out with the next request: every
look-up asks.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workflow.engine.errors import InvalidInput, NotFound
from workflow.store.organisation import PERSON, read_recipients
from workflow.store.tables import SessionRow, SignInFailure, TokenRow

SESSION = SessionRow.__table__  # type: ignore[attr-defined]
TOKEN = TokenRow.__table__  # type: ignore[attr-defined]
FAILURE = SignInFailure.__table__  # type: ignore[attr-defined]

IDLE = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is noted at most so often: reading pages should not write."""

LONGEST_PASSWORD = 200
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""What one-time passwords are made of: nothing that looks like something else on paper."""

LONGEST_WAIT = timedelta(minutes=5)
_FORGOTTEN_AFTER = timedelta(hours=1)
_FREE_TRIES = {"account": 5, "address": 30}
"""Failures that cost no waiting, by account and by address: an office shares one address."""

_HASHER = Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1)
"""OWASP's first choice of parameters: 19 MiB, so that many who sign in at once do not fill memory.
"""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    person: int
    name: str
    csrf: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """Who a username belongs to; `password_hash` is None for somebody who cannot sign in by
    password.
    """

    person: int
    name: str
    password_hash: str | None


def person_by_username(connection: Connection, username: str) -> int:
    """The id of a person by login name; raises NotFound."""
    found = None
    if _is_name(username):
        found = connection.execute(
            select(PERSON.c.id).where(PERSON.c.username == username)
        ).scalar()
    if found is None:
        raise NotFound(f"没有登录名为“{username[:40]}”的人", {"person": username[:40]})
    return int(found)


def account_of(connection: Connection, username: str) -> Account | None:
    """The account of a login name; None when there is none or it is disabled."""
    if not _is_name(username):
        return None
    query = select(PERSON.c.id, PERSON.c.name, PERSON.c.password_hash).where(
        PERSON.c.username == username, PERSON.c.disabled_at.is_(None)
    )
    row = connection.execute(query).first()
    return None if row is None else Account(*row)


def holders_of(
    connection: Connection, posts: Collection[tuple[int | None, str]], now: datetime
) -> list[tuple[int, str, str]]:
    """Id, login name and name of all who hold such a post (unit, role) or stand in for it."""
    wanted = {(unit, role) for unit, role in posts if unit is not None}
    found = read_recipients(connection, wanted, now)
    ids = {recipient.person for recipients in found.values() for recipient in recipients}
    query = select(PERSON.c.id, PERSON.c.username, PERSON.c.name).where(PERSON.c.id.in_(ids))
    return [tuple(row) for row in connection.execute(query.order_by(PERSON.c.id))]


def _is_name(text: str) -> bool:
    return len(text) <= 80 and text.isprintable()


# Passwords


def password_is_right(account: Account | None, password: str) -> bool:
    """Whether it is the account's password; takes as long when there is no such account."""
    known = account.password_hash if account else None
    try:
        right = _HASHER.verify(password[:LONGEST_PASSWORD], known or _nobodys_hash())
    except (PwdlibError, UnicodeError):
        right = False
    return right and known is not None and len(password) <= LONGEST_PASSWORD


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


def set_password(connection: Connection, person: int, password: str) -> None:
    """Give somebody a password; whoever is signed in with the old one is out."""
    hashed = _HASHER.hash(password)
    connection.execute(update(PERSON).where(PERSON.c.id == person).values(password_hash=hashed))
    connection.execute(delete(SESSION).where(SESSION.c.person_id == person))


def set_one_time_passwords(
    connection: Connection, usernames: Iterable[str], now: datetime
) -> dict[str, str]:
    """A new random password for each login name, to be shown once; raises NotFound."""
    forget_old(connection, now)
    passwords: dict[str, str] = {}
    for username in usernames:
        passwords[username] = _one_time_password()
        set_password(connection, person_by_username(connection, username), passwords[username])
    return passwords


def _one_time_password() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


# Sessions


def begin_session(connection: Connection, person: int, now: datetime) -> tuple[str, str]:
    """Begin a session; the token for the cookie and the session's CSRF token."""
    forget_old(connection, now)
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    connection.execute(
        insert(SESSION).values(
            token_hash=_hash(token),
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
            SESSION.c.token_hash == _hash(token),
            SESSION.c.expires_at > now,
            SESSION.c.seen_at > now - IDLE,
            PERSON.c.disabled_at.is_(None),
        )
    )
    row = connection.execute(query).first()
    return None if row is None else Session(*row)


def note_use(connection: Connection, token: str, now: datetime) -> None:
    """Note that a session is in use now."""
    ours = SESSION.c.token_hash == _hash(token)
    connection.execute(update(SESSION).where(ours, SESSION.c.seen_at < now).values(seen_at=now))


def end_session(connection: Connection, token: str) -> None:
    """Sign out: the token is worth nothing from now on."""
    connection.execute(delete(SESSION).where(SESSION.c.token_hash == _hash(token)))


def forget_old(connection: Connection, now: datetime) -> None:
    """Delete sessions, tokens and failures that no longer count."""
    gone = or_(SESSION.c.expires_at <= now, SESSION.c.seen_at <= now - IDLE)
    connection.execute(delete(SESSION).where(gone))
    connection.execute(delete(TOKEN).where(TOKEN.c.expires_at <= now))
    connection.execute(delete(FAILURE).where(FAILURE.c.last_at <= now - _FORGOTTEN_AFTER))


def same_secret(given: str, wanted: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing."""
    return secrets.compare_digest(_hash(given), _hash(wanted))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


# Tokens for REST


def make_token(
    connection: Connection, person: int, name: str, now: datetime, lasts: timedelta
) -> str:
    """A token with which a program acts for a person; shown once, kept as its hash."""
    if not (name.strip() and _is_name(name)):
        raise InvalidInput("请给令牌起一个 1 至 80 字的名称", {"name": name[:20]})
    token = f"duban_{secrets.token_urlsafe(32)}"
    connection.execute(
        insert(TOKEN).values(
            token_hash=_hash(token),
            person_id=person,
            name=name.strip(),
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return token


def owner_of_token(connection: Connection, token: str, now: datetime) -> tuple[int, str] | None:
    """The id and name of whom a token acts for; None when it expired or the person is disabled."""
    query = (
        select(TOKEN.c.person_id, PERSON.c.name)
        .join(PERSON, PERSON.c.id == TOKEN.c.person_id)
        .where(
            TOKEN.c.token_hash == _hash(token),
            TOKEN.c.expires_at > now,
            PERSON.c.disabled_at.is_(None),
        )
    )
    row = connection.execute(query).first()
    return None if row is None else (int(row[0]), str(row[1]))


def tokens_of(connection: Connection, person: int) -> list[dict[str, Any]]:
    """A person's tokens by name, without what would let anybody in."""
    query = (
        select(TOKEN.c.name, TOKEN.c.created_at, TOKEN.c.expires_at)
        .where(TOKEN.c.person_id == person)
        .order_by(TOKEN.c.created_at)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def delete_tokens(connection: Connection, person: int, name: str) -> int:
    """Delete a person's tokens of a name; how many."""
    mine = (TOKEN.c.person_id == person, TOKEN.c.name == name)
    return int(connection.execute(delete(TOKEN).where(*mine)).rowcount)


# Throttling


def begin_try(
    connection: Connection, username: str, address: str, now: datetime
) -> timedelta | None:
    """Count a try to sign in before it is looked at; how long to wait instead, or None.

    Counting first means that tries at the same moment wait for each other. A try that has to wait
    is not counted, so nobody is locked out for good.
    """
    kinds = {_key("account", username): "account", _key("address", address): "address"}
    rows = [(key, *_failures(connection, key, now)) for key in sorted(kinds)]
    waits = [_wait(kinds[key], failures, last_at, now) for key, failures, last_at in rows]
    if (longest := max(waits)) > timedelta():
        return longest
    for key, failures, _ in rows:
        counted = update(FAILURE).where(FAILURE.c.key == key)
        connection.execute(counted.values(failures=failures + 1, last_at=now))
    return None


def end_try(connection: Connection, username: str, address: str) -> None:
    """The try succeeded: the account begins anew, the address is given its try back."""
    connection.execute(delete(FAILURE).where(FAILURE.c.key == _key("account", username)))
    ours = FAILURE.c.key == _key("address", address)
    connection.execute(
        update(FAILURE).where(ours, FAILURE.c.failures > 0).values(failures=FAILURE.c.failures - 1)
    )


def _key(kind: str, what: str) -> str:
    """The account's name is hashed: what somebody typed there may be a password."""
    return f"{kind}:{_hash(what.strip().lower())}"


def _failures(connection: Connection, key: str, now: datetime) -> tuple[int, datetime]:
    """What is counted under a key, the row locked until the transaction ends."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = dialect.insert(FAILURE).values(key=key, failures=0, last_at=now)
    locked = first.on_conflict_do_update(index_elements=["key"], set_={"key": first.excluded.key})
    row = connection.execute(locked.returning(FAILURE.c.failures, FAILURE.c.last_at)).one()
    return (0, now) if now - row.last_at > _FORGOTTEN_AFTER else (row.failures, row.last_at)


def _wait(kind: str, failures: int, last_at: datetime, now: datetime) -> timedelta:
    beyond = failures - _FREE_TRIES[kind]
    if beyond < 0:
        return timedelta()
    wait = min(timedelta(seconds=2 ** min(beyond, 20)), LONGEST_WAIT)
    return max(last_at + wait - now, timedelta())
