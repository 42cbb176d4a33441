"""People, posts and who holds them, whole: what an import holds a list against."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from sys import intern

from sqlalchemy import Connection, and_, or_, select

from workflow.store.offices.posts import Held, held_in
from workflow.store.tables.handles import HOLDING, PERSON, POST, UNIT


@dataclass(frozen=True, slots=True)
class Person:
    """A person as an import knows them."""

    id: int
    username: str
    name: str
    phone: str | None
    email: str | None
    chat: str | None
    disabled: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """A post of a living unit and who holds it now; `person` None while it is free."""

    post: int
    unit: int
    role: str
    title: str
    holding: int
    person: int | None
    username: str
    ends_at: datetime | None


def people(connection: Connection) -> Iterator[Person]:
    """Everybody."""
    names = ("id", "username", "name", "phone", "email", "chat")
    columns = [*(PERSON.c[name] for name in names), PERSON.c.disabled_at.is_not(None)]
    for row in connection.execute(select(*columns)):
        yield Person(*row)


def addresses_of(connection: Connection, person: int) -> Mapping[str, str | None]:
    """The telephone and the mail address of a person who is there, by `phone` and `email`."""
    query = select(PERSON.c.phone, PERSON.c.email).where(PERSON.c.id == person)
    return dict(connection.execute(query).mappings().one())


def anybody_holds_a_post(connection: Connection) -> bool:
    """Whether anybody holds a post, or ever has."""
    return connection.execute(select(HOLDING.c.id).limit(1)).first() is not None


def ids(connection: Connection) -> dict[str, int]:
    """The id of everybody by login name."""
    query = select(PERSON.c.username, PERSON.c.id)
    return dict(tuple(row) for row in connection.execute(query))


def living_units(connection: Connection) -> dict[str, int]:
    """The id of every unit that is not dissolved, by its code."""
    query = select(UNIT.c.code, UNIT.c.id).where(UNIT.c.until.is_(None))
    return dict(tuple(row) for row in connection.execute(query))


def deputies(connection: Connection, now: datetime) -> list[Held]:
    """Who acts at a post for its holder at `now`, or will, in units that are not dissolved."""
    living = select(UNIT.c.id).where(UNIT.c.until.is_(None))
    return [one for one in held_in(connection, living, now) if one.kind != "holder"]


def seats(connection: Connection, now: datetime) -> Iterator[Seat]:
    """Every post of living units with who holds it at `now`; free ones have nobody later either."""
    holds = and_(
        HOLDING.c.post_id == POST.c.id,
        HOLDING.c.kind == "holder",
        or_(HOLDING.c.ends_at.is_(None), HOLDING.c.ends_at > now),
    )
    query = (
        select(
            POST.c.id,
            POST.c.unit_id,
            POST.c.role,
            POST.c.title,
            HOLDING.c.id,
            HOLDING.c.person_id,
            PERSON.c.username,
            HOLDING.c.ends_at,
        )
        .join(UNIT, and_(UNIT.c.id == POST.c.unit_id, UNIT.c.until.is_(None)))
        .outerjoin(HOLDING, holds)
        .outerjoin(PERSON, PERSON.c.id == HOLDING.c.person_id)
        .order_by(POST.c.id)
    )
    for post, unit, role, title, *held in connection.execute(query):
        yield Seat(post, unit, intern(role), intern(title), *held)  # few names of many posts
