"""Passwords: argon2id, one-time passwords, and an answer that takes as long for nobody."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import cache

from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection, update

from workflow.store.organisation import PERSON
from workflow.store.people.accounts import Account, person_by_username
from workflow.store.people.forgetting import forget_old
from workflow.store.people.sessions import end_sessions_of

LONGEST_PASSWORD = 200
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""What one-time passwords are made of: nothing that looks like something else on paper."""

_HASHER = Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1)
"""OWASP's first choice of parameters: 19 MiB, so that many who sign in at once do not fill memory.
"""


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
    end_sessions_of(connection, person)


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
