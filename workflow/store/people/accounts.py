"""Who a login name belongs to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from workflow.engine.errors import NotFound
from workflow.store.organisation import PERSON, read_recipients

LONGEST_NAME = 80


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
    if is_name(username):
        found = connection.execute(
            select(PERSON.c.id).where(PERSON.c.username == username)
        ).scalar()
    if found is None:
        raise NotFound(f"没有登录名为“{username[:40]}”的人", {"person": username[:40]})
    return int(found)


def account_of(connection: Connection, username: str) -> Account | None:
    """The account of a login name; None when there is none or it is disabled."""
    if not is_name(username):
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


def is_name(text: str) -> bool:
    """Whether a text can be the name of anything here."""
    return len(text) <= LONGEST_NAME and text.isprintable()
