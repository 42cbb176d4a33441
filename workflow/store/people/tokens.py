"""Tokens with which programs act for people over REST."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from workflow.engine.errors import InvalidInput
from workflow.store.organisation import PERSON
from workflow.store.people.accounts import is_name
from workflow.store.people.forgetting import TOKEN
from workflow.store.people.hashing import hash_of


def make_token(
    connection: Connection, person: int, name: str, now: datetime, lasts: timedelta
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
            TOKEN.c.token_hash == hash_of(token),
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
