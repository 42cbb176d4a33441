"""Tokens with which programs act for people over REST, within a scope and until a day.

Whatever its scope, a token signs nothing off and administers nothing: those are acts of a person.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from workflow.engine.errors import InvalidInput
from workflow.store.people.accounts import is_name
from workflow.store.people.hashing import hash_of
from workflow.store.tables.handles import PERSON, TOKEN

NOTED_EVERY = timedelta(minutes=1)
"""A token's last use is noted at most so often."""


class Scope(StrEnum):
    """The most that a token allows."""

    READ = auto()
    """Look at what its owner may see."""

    WRITE = auto()
    """Also open cases and fire events that sign nothing."""


@dataclass(frozen=True, slots=True)
class Program:
    """Whom a token acts for, and how far."""

    person: int
    name: str
    scope: Scope
    used_at: datetime | None


def make_token(
    connection: Connection,
    person: int,
    name: str,
    scope: Scope,
    now: datetime,
    lasts: timedelta,
) -> str:
    """A token with which a program acts for a person; shown once, kept as its hash."""
    if not (name.strip() and is_name(name)):
        raise InvalidInput("请给令牌起一个 1 至 80 字的名称", {"name": name[:20]})
    token = f"duban_{secrets.token_urlsafe(32)}"
    connection.execute(
        insert(TOKEN).values(
            token_hash=hash_of(token),
            person_id=person,
            name=name.strip(),
            scope=scope.value,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return token


def program_of(connection: Connection, token: str, now: datetime) -> Program | None:
    """The program with this token; None when it expired or the person is disabled."""
    query = (
        select(TOKEN.c.person_id, PERSON.c.name, TOKEN.c.scope, TOKEN.c.used_at)
        .join(PERSON, PERSON.c.id == TOKEN.c.person_id)
        .where(
            TOKEN.c.token_hash == hash_of(token),
            TOKEN.c.expires_at > now,
            PERSON.c.disabled_at.is_(None),
        )
    )
    row = connection.execute(query).first()
    return None if row is None else Program(row[0], row[1], Scope(row[2]), row[3])


def note_token_use(connection: Connection, token: str, now: datetime) -> None:
    """Note that a token is in use now."""
    ours = TOKEN.c.token_hash == hash_of(token)
    connection.execute(update(TOKEN).where(ours).values(used_at=now))


def tokens_of(connection: Connection, person: int) -> list[dict[str, Any]]:
    """A person's tokens by name, without what would let anybody in."""
    query = (
        select(TOKEN.c.name, TOKEN.c.scope, TOKEN.c.created_at, TOKEN.c.expires_at, TOKEN.c.used_at)
        .where(TOKEN.c.person_id == person)
        .order_by(TOKEN.c.created_at)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def delete_tokens(connection: Connection, person: int, name: str) -> int:
    """Delete a person's tokens of a name; how many."""
    mine = (TOKEN.c.person_id == person, TOKEN.c.name == name)
    return int(connection.execute(delete(TOKEN).where(*mine)).rowcount)
