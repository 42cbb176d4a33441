"""Units' posts and people as lists: who is where, as far as a reader may see it.

Everybody knows what units there are. Who works there is seen by whoever has a post in a unit above
or in the same one; whoever looks after the organisation sees all. A directory of everybody would
serve curiosity: whom to call about a case the case itself says (`casework/contacts.py`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, exists, or_, select

from workflow.engine.case import Actor
from workflow.store.offices.masking import masked
from workflow.store.offices.organisation import held_at
from workflow.store.offices.posts import Held, held_at_posts, held_by_people
from workflow.store.offices.robot_address import masked_robot
from workflow.store.sight.scope import units_of
from workflow.store.tables.handles import HOLDING, PERSON, POST, UNIT


@dataclass(frozen=True, slots=True)
class Reach:
    """The units whose people a reader sees: those below `paths`, and all where it is None."""

    paths: tuple[str, ...] | None

    def units(self) -> Select[Any]:
        """Their ids, of those that are not dissolved."""
        query = select(UNIT.c.id).where(UNIT.c.until.is_(None))
        if self.paths is None:
            return query
        return query.where(or_(False, *(UNIT.c.path.like(f"{path}%") for path in self.paths)))


@dataclass(frozen=True, slots=True)
class PostEntry:
    """A post and who is on it, or will be."""

    id: int
    unit: int
    role: str
    title: str
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """Somebody with what they hold within reach; the addresses are whole for themselves alone."""

    id: int
    username: str
    name: str
    phone: str | None
    email: str | None
    chat: str | None
    """Masked for everybody: who knows it can write to the group."""

    disabled: bool
    held: tuple[Held, ...]


def reach_of(connection: Connection, actor: Actor, *, whole: bool) -> Reach:
    """Whose people somebody sees; `whole` for whoever looks after the organisation."""
    if whole:
        return Reach(None)
    query = select(UNIT.c.path).where(UNIT.c.id.in_(units_of(actor)))
    return Reach(tuple(connection.execute(query).scalars()))


def list_posts(
    connection: Connection,
    reach: Reach,
    now: datetime,
    *,
    unit: int | None = None,
    after: int = 0,
    limit: int = 200,
) -> list[PostEntry]:
    """Posts by id, of all units within reach or of one of them."""
    query = select(POST.c.id, POST.c.unit_id, POST.c.role, POST.c.title)
    query = query.where(POST.c.id > after, POST.c.unit_id.in_(reach.units()))
    if unit is not None:
        query = query.where(POST.c.unit_id == unit)
    rows = connection.execute(query.order_by(POST.c.id).limit(limit)).all()
    held: dict[int, list[Held]] = {row.id: [] for row in rows}
    for one in held_at_posts(connection, held, now):
        held[one.post].append(one)
    return [
        PostEntry(row.id, row.unit_id, row.role, row.title, tuple(held[row.id])) for row in rows
    ]


def list_people(
    connection: Connection,
    reach: Reach,
    reader: int | None,
    now: datetime,
    *,
    after: int = 0,
    limit: int = 200,
) -> list[PersonEntry]:
    """People by id who hold something within reach now; whoever sees all sees also the others."""
    names = ("id", "username", "name", "phone", "email", "chat", "disabled_at")
    query = select(*(PERSON.c[name] for name in names)).where(
        PERSON.c.id > after, PERSON.c.erased_at.is_(None)
    )
    if reach.paths is not None:
        here = exists().where(
            HOLDING.c.person_id == PERSON.c.id,
            HOLDING.c.post_id == POST.c.id,
            held_at(now),
            POST.c.unit_id.in_(reach.units()),
        )
        query = query.where(here)
    rows = connection.execute(query.order_by(PERSON.c.id).limit(limit)).all()
    held = _held_within(connection, reach, [row.id for row in rows], now)
    return [_person(row, held.get(row.id, []), whole=row.id == reader) for row in rows]


def _held_within(
    connection: Connection, reach: Reach, people: Collection[int], now: datetime
) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for one in held_by_people(connection, people, reach.units(), now):
        found.setdefault(one.person, []).append(one)
    return found


def _person(row: Any, held: list[Held], *, whole: bool) -> PersonEntry:
    phone, email = row.phone, row.email
    if not whole:
        phone, email = phone and masked(phone), email and masked(email)
    chat, disabled = row.chat and masked_robot(row.chat), row.disabled_at is not None
    return PersonEntry(row.id, row.username, row.name, phone, email, chat, disabled, tuple(held))
