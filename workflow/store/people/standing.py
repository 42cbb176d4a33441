"""Accounts as the security administrator sees them: found by name, disabled, let in again.

Posts and cases are not shown here: they are no business of an administrator.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update

from workflow.engine.errors import InvalidInput, NotFound
from workflow.store.evidence import audit
from workflow.store.offices import administrators
from workflow.store.people import second_factor, throttling
from workflow.store.people.accounts import person_by_username
from workflow.store.people.sessions import end_sessions_of
from workflow.store.tables.handles import PERSON

MOST_FOUND = 30


def find_accounts(connection: Connection, text: str) -> list[dict[str, Any]]:
    """Accounts whose login name or name contains a text."""
    if not (text and text.isprintable()):
        return []
    like = or_(
        PERSON.c.username.contains(text, autoescape=True),
        PERSON.c.name.contains(text, autoescape=True),
    )
    columns = (PERSON.c.id, PERSON.c.username, PERSON.c.name, PERSON.c.disabled_at)
    query = (
        select(*columns)
        .where(like, PERSON.c.erased_at.is_(None))
        .order_by(PERSON.c.username)
        .limit(MOST_FOUND)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def username_of(connection: Connection, person: int) -> str:
    """The login name of a person who was not erased; raises NotFound."""
    query = select(PERSON.c.username).where(PERSON.c.id == person, PERSON.c.erased_at.is_(None))
    found = connection.execute(query).scalar()
    if found is None:
        raise NotFound("没有这个账号", {"person": person})
    return str(found)


def disable(connection: Connection, person: int, *, by: int, now: datetime) -> None:
    """Let somebody in no more, from the next request on; sessions end, tokens are worth nothing."""
    _set(connection, person, now)
    end_sessions_of(connection, person)
    _record(connection, "disabled", person, by, now)


def enable(connection: Connection, person: int, *, by: int, now: datetime) -> None:
    """Let somebody in again."""
    _set(connection, person, None)
    _record(connection, "enabled", person, by, now)


def end_sessions(connection: Connection, person: int, *, by: int, now: datetime) -> None:
    """Sign somebody out everywhere."""
    end_sessions_of(connection, person)
    _record(connection, "sessions-ended", person, by, now)


def take_off_second_factor(connection: Connection, person: int, *, by: int, now: datetime) -> None:
    """Let somebody sign in by password alone who has lost phone and recovery codes; whoever has to
    have a second factor sets up another when they come in.
    """
    if not second_factor.remove(connection, person):
        raise InvalidInput("这个账号没有启用二次验证", {"person": person})
    end_sessions_of(connection, person)
    _record(connection, "second-factor-off", person, by, now)


def let_security_in(connection: Connection, username: str, now: datetime) -> None:
    """On the server, for a security administrator who has lost the way in and may be the only one:
    no second factor, no session, no failure that counts, an account that is not disabled. Raises
    NotFound, and InvalidInput for everybody else, whom a security administrator lets in.
    """
    person = person_by_username(connection, username)
    if administrators.role_of(connection, person) != "security":
        raise InvalidInput("只有安全管理员可以这样找回账号；其他人请安全管理员在“账号”里办理")
    second_factor.remove(connection, person)
    throttling.begin_anew(connection, username)
    _set(connection, person, None)
    end_sessions_of(connection, person)
    _record(connection, "let-in", person, None, now)


def _set(connection: Connection, person: int, disabled_at: datetime | None) -> None:
    username_of(connection, person)
    connection.execute(update(PERSON).where(PERSON.c.id == person).values(disabled_at=disabled_at))


def _record(connection: Connection, what: str, person: int, by: int | None, now: datetime) -> None:
    about = ("person", person)
    audit.record(connection, audit.Act("right", by, about, data={"act": what}), now)
