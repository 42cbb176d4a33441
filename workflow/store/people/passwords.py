"""Passwords: argon2id, one-time passwords, and an answer that takes as long for nobody.

Hashing takes tens of milliseconds, so it is done before a transaction begins, never inside one.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection, delete, exists, insert, select, update

from workflow.store.evidence import audit
from workflow.store.offices.organisation import held_at
from workflow.store.people.accounts import Account, person_by_username
from workflow.store.people.password_rules import LONGEST_PASSWORD, WeakPassword, check_password
from workflow.store.people.profiles import Profile
from workflow.store.people.sessions import end_sessions_of
from workflow.store.tables.handles import EARLIER, FEED, HOLDING, PERSON, TOKEN

ONE_TIME_LASTS = timedelta(days=7)
MOST_KEPT = 24
"""Earlier passwords kept of a person: more than any profile compares with."""

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""What our own passwords are made of: nothing that looks like something else on paper."""

_HASHER = Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1)
"""OWASP's first choice of parameters: 19 MiB, so that many who sign in at once do not fill memory.
"""


def password_is_right(account: Account | None, password: str, now: datetime) -> bool:
    """Whether it is the account's password; takes as long when there is no such account."""
    known = account.password_hash if account else None
    right = _matches(password, known or _nobodys_hash())
    if account is None or (account.one_time_until is not None and account.one_time_until <= now):
        return False
    return right and known is not None


def _matches(password: str, hashed: str) -> bool:
    try:
        right = _HASHER.verify(password[:LONGEST_PASSWORD], hashed)
    except (PwdlibError, UnicodeError):
        return False
    return right and len(password) <= LONGEST_PASSWORD


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


# Choosing one


def check_chosen(account: Account, earlier: Iterable[str], password: str, profile: Profile) -> None:
    """Raise WeakPassword for a password that this person may not choose; takes its time."""
    check_password(profile, password, about=(account.username, account.name))
    if account.password_hash and _matches(password, account.password_hash):
        raise WeakPassword("新口令和现在的一样，请换一个")
    if any(_matches(password, hashed) for hashed in earlier):
        raise WeakPassword(f"最近用过的 {profile.earlier} 个口令不能再用，请换一个")


def earlier_passwords(connection: Connection, person: int, profile: Profile) -> list[str]:
    """The hashes of the passwords that may not come again."""
    query = select(EARLIER.c.password_hash).where(EARLIER.c.person_id == person)
    newest = query.order_by(EARLIER.c.id.desc()).limit(profile.earlier)
    return [str(hashed) for hashed in connection.execute(newest).scalars()]


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return _HASHER.hash(password)


def keep_password(
    connection: Connection,
    person: int,
    hashed: str,
    now: datetime,
    one_time_until: datetime | None = None,
) -> None:
    """Give somebody a password by its hash; whoever is signed in with the old one is out."""
    before = select(PERSON.c.id, PERSON.c.password_hash).where(
        PERSON.c.id == person, PERSON.c.password_hash.is_not(None)
    )
    for _, old in connection.execute(before).all():
        kept = insert(EARLIER).values(person_id=person, password_hash=old, ended_at=now)
        connection.execute(kept)
    connection.execute(
        update(PERSON)
        .where(PERSON.c.id == person)
        .values(
            password_hash=hashed,
            password_at=None if one_time_until else now,
            one_time_until=one_time_until,
        )
    )
    _prune(connection, person)
    end_sessions_of(connection, person)


def _prune(connection: Connection, person: int) -> None:
    mine = EARLIER.c.person_id == person
    newest = select(EARLIER.c.id).where(mine).order_by(EARLIER.c.id.desc()).limit(MOST_KEPT)
    kept = list(connection.execute(newest).scalars())
    connection.execute(delete(EARLIER).where(mine, EARLIER.c.id.not_in(kept)))


# Made by us


def without_password(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """Login name and name of everybody who acts through a post and has never had a password."""
    acting = exists().where(HOLDING.c.person_id == PERSON.c.id, held_at(now))
    query = select(PERSON.c.username, PERSON.c.name).where(
        PERSON.c.password_hash.is_(None), PERSON.c.disabled_at.is_(None), acting
    )
    return [(username, name) for username, name in connection.execute(query.order_by(PERSON.c.id))]


@dataclass(frozen=True, slots=True)
class Made:
    """A password that we made, to be shown once, and what is kept of it."""

    password: str
    hashed: str


def make_passwords(usernames: Iterable[str]) -> dict[str, Made]:
    """A new random password for each login name; takes its time, nothing is written."""
    made = ((username, random_password()) for username in usernames)
    return {username: Made(password, hash_password(password)) for username, password in made}


def give_passwords(
    connection: Connection,
    made: Mapping[str, Made],
    now: datetime,
    *,
    one_time: bool,
    by: int | None = None,
) -> None:
    """Give people the passwords made for them; raises NotFound.

    A `one_time` password lets its owner choose another, within ONE_TIME_LASTS, and nothing else.
    Somebody other than the owner has seen it, so the log says who gave it (None: the command line),
    and tokens and calendar feeds of before are worth nothing.
    """
    until = now + ONE_TIME_LASTS if one_time else None
    for username, one in made.items():
        person = person_by_username(connection, username)
        keep_password(connection, person, one.hashed, now, until)
        for table in (TOKEN, FEED):
            connection.execute(delete(table).where(table.c.person_id == person))
        given: dict[str, audit.Plain] = {"act": "password-given", "one_time": one_time}
        audit.record(connection, audit.Act("right", by, ("person", person), data=given), now)


def random_password() -> str:
    """Sixteen characters that can be read out, some 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
