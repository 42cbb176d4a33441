"""Who a login name belongs to."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from workflow.engine.errors import InvalidInput, NotFound
from workflow.store.offices.organisation import read_recipients
from workflow.store.tables.handles import FACTOR, PERSON

LONGEST_NAME = 80
OF_ERASED = "#"
"""What login names of erased people begin with, and no other."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a login name lets in, and with what.

    `password_hash` is None for somebody who cannot sign in by password; `one_time_until` is set
    where the password is good for choosing another and nothing else; `second_factor` says whether
    a code is asked for.
    """

    person: int
    username: str
    name: str
    password_hash: str | None
    password_at: datetime | None
    one_time_until: datetime | None
    second_factor: bool


_ACCOUNT = (
    PERSON.c.id,
    PERSON.c.username,
    PERSON.c.name,
    PERSON.c.password_hash,
    PERSON.c.password_at,
    PERSON.c.one_time_until,
    FACTOR.c.confirmed_at.is_not(None),
)


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


def known_of(connection: Connection, usernames: Iterable[str]) -> list[str]:
    """Those of these login names that somebody has, in their order."""
    wanted = list(usernames)
    query = select(PERSON.c.username).where(PERSON.c.username.in_(wanted))
    there = set(connection.execute(query).scalars())
    return [one for one in wanted if one in there]


def account_of(connection: Connection, username: str) -> Account | None:
    """The account of a login name; None when there is none or it is disabled."""
    return _account(connection, PERSON.c.username == username) if is_name(username) else None


def account_by_id(connection: Connection, person: int) -> Account | None:
    """A person's account; None when there is none or it is disabled."""
    return _account(connection, PERSON.c.id == person)


def _account(connection: Connection, which: Any) -> Account | None:
    query = select(*_ACCOUNT).outerjoin(FACTOR, FACTOR.c.person_id == PERSON.c.id)
    row = connection.execute(query.where(which, PERSON.c.disabled_at.is_(None))).first()
    return None if row is None else Account(*row)


def make_account(connection: Connection, username: str, name: str) -> int:
    """A new person without posts and without a password; the id. Raises InvalidInput."""
    if problem := problem_of_names(username, name):
        raise InvalidInput(problem, {"field": username[:20]})
    taken = connection.execute(select(PERSON.c.id).where(PERSON.c.username == username)).scalar()
    if taken is not None:
        raise InvalidInput(f"登录名“{username}”已有人使用", {"username": username})
    made = insert(PERSON).values(username=username.strip(), name=name.strip())
    return int(connection.execute(made.returning(PERSON.c.id)).scalar_one())


def holders_of(
    connection: Connection, posts: Collection[tuple[int | None, str]], now: datetime
) -> list[tuple[int, str, str]]:
    """Id, login name and name of all who hold such a post (unit, role) or stand in for it."""
    wanted = {(unit, role) for unit, role in posts if unit is not None}
    found = read_recipients(connection, wanted, now)
    ids = {recipient.person for recipients in found.values() for recipient in recipients}
    query = select(PERSON.c.id, PERSON.c.username, PERSON.c.name).where(PERSON.c.id.in_(ids))
    return [tuple(row) for row in connection.execute(query.order_by(PERSON.c.id))]


def problem_of_names(username: str, name: str) -> str:
    """Why somebody cannot be entered under a login name and a name, in a sentence; or empty.

    Two login names never look the same: there are no full-width letters in one, nor anything that
    does not show.
    """
    for text, what in ((username, "登录名"), (name, "姓名")):
        if not (text.strip() and is_name(text)):
            return f"{what}应为 1 至 {LONGEST_NAME} 个可见字符"
    if username.startswith(OF_ERASED):
        return f"登录名不能以“{OF_ERASED}”开头，这样的登录名留给已注销人员"
    plain = unicodedata.normalize("NFKC", username)
    return "" if plain == username else f"登录名里有全角或变体字符，应写作“{plain}”"


def is_name(text: str) -> bool:
    """Whether a text can be the name of anything here."""
    return len(text) <= LONGEST_NAME and text.isprintable()
