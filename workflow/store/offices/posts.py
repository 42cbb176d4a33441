"""Posts and who holds them, as the commands of the organisation read them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, or_, select

from workflow.engine.errors import NotFound
from workflow.store.offices.organisation import held_at
from workflow.store.tables.handles import HOLDING, PERSON, POST, UNIT

IN_WORDS: Mapping[str, str] = {"holder": "任职", "deputy": "副职", "substitute": "代理"}
"""The kinds of holding as people call them."""


@dataclass(frozen=True, slots=True)
class Held:
    """A holding with its post, the names of unit and person, and its period."""

    id: int
    post: int
    unit: int
    role: str
    title: str
    unit_name: str
    person: int
    person_name: str
    username: str
    kind: str
    begins_at: datetime
    ends_at: datetime | None
    reason: str | None

    @property
    def in_words(self) -> str:
        """The post: 兴义市 联络员."""
        return f"{self.unit_name}“{self.title}”"


_HELD = (
    select(
        HOLDING.c.id,
        POST.c.id,
        POST.c.unit_id,
        POST.c.role,
        POST.c.title,
        UNIT.c.short_name,
        PERSON.c.id,
        PERSON.c.name,
        PERSON.c.username,
        HOLDING.c.kind,
        HOLDING.c.begins_at,
        HOLDING.c.ends_at,
        HOLDING.c.reason,
    )
    .join(POST, POST.c.id == HOLDING.c.post_id)
    .join(UNIT, UNIT.c.id == POST.c.unit_id)
    .join(PERSON, PERSON.c.id == HOLDING.c.person_id)
    .order_by(POST.c.id, HOLDING.c.begins_at)
)


def held_by(connection: Connection, person: int, since: datetime) -> list[Held]:
    """What somebody holds at an instant or will hold after it."""
    return _read(connection, _HELD.where(HOLDING.c.person_id == person, _after(since)))


def last_held_by(connection: Connection, person: int) -> list[Held]:
    """The posts of which somebody was the last holder, now vacant or not."""
    later = HOLDING.alias("later")
    newer = exists().where(
        later.c.post_id == HOLDING.c.post_id,
        later.c.kind == "holder",
        later.c.begins_at > HOLDING.c.begins_at,
    )
    last = _HELD.where(HOLDING.c.person_id == person, HOLDING.c.kind == "holder", ~newer)
    return _read(connection, last)


def held_in(connection: Connection, units: Select[Any], since: datetime) -> list[Held]:
    """Who holds the posts of some units at an instant or will after it."""
    return _read(connection, _HELD.where(POST.c.unit_id.in_(units), _after(since)))


def held_at_posts(connection: Connection, posts: Collection[int], since: datetime) -> list[Held]:
    """Who is on these posts at an instant or will be after it, in whatever way."""
    return _read(connection, _HELD.where(HOLDING.c.post_id.in_(posts), _after(since)))


def held_by_people(
    connection: Connection, people: Collection[int], units: Select[Any], now: datetime
) -> list[Held]:
    """What these people hold in some units at an instant."""
    theirs = (HOLDING.c.person_id.in_(people), POST.c.unit_id.in_(units))
    return _read(connection, _HELD.where(*theirs, held_at(now)))


def colleagues(connection: Connection, units: Collection[int], now: datetime) -> list[Held]:
    """Who holds a post of these units at an instant, or is deputy there, and can sign in."""
    their_own = (POST.c.unit_id.in_(units), HOLDING.c.kind != "substitute", held_at(now))
    return _read(connection, _HELD.where(*their_own, PERSON.c.disabled_at.is_(None)))


def standing_in_at(connection: Connection, posts: Collection[int], since: datetime) -> list[Held]:
    """Who stands in at these posts at an instant or will after it."""
    held = held_at_posts(connection, posts, since)
    return [one for one in held if one.kind == "substitute"]


def posts_of(connection: Connection, unit: int) -> list[Mapping[str, Any]]:
    """The posts of a unit, in the order in which they were made: id, role and title."""
    query = select(POST.c.id, POST.c.role, POST.c.title).where(POST.c.unit_id == unit)
    return [dict(row) for row in connection.execute(query.order_by(POST.c.id)).mappings()]


def _after(since: datetime) -> Any:
    return or_(HOLDING.c.ends_at.is_(None), HOLDING.c.ends_at > since)


def _read(connection: Connection, query: Select[Any]) -> list[Held]:
    return [Held(*row) for row in connection.execute(query)]


def seats(
    connection: Connection, unit: int, role: str, begins: datetime, ends: datetime | None
) -> list[tuple[int, str | None]]:
    """The posts of a role in a unit, each with who holds it at some time of a period; None while
    it is free.
    """
    overlaps = and_(
        HOLDING.c.post_id == POST.c.id,
        HOLDING.c.kind == "holder",
        _after(begins),
        *([HOLDING.c.begins_at < ends] if ends is not None else []),
    )
    query = (
        select(POST.c.id, PERSON.c.name)
        .outerjoin(HOLDING, overlaps)
        .outerjoin(PERSON, PERSON.c.id == HOLDING.c.person_id)
        .where(POST.c.unit_id == unit, POST.c.role == role)
        .order_by(POST.c.id)
    )
    return [(id_, name) for id_, name in connection.execute(query)]


def person_in_words(connection: Connection, person: int) -> str:
    """The name of somebody who can be given a post; raises NotFound when disabled or unknown."""
    query = select(PERSON.c.name).where(PERSON.c.id == person, PERSON.c.disabled_at.is_(None))
    name = connection.execute(query).scalar()
    if name is None:
        raise NotFound("没有这个人，或账号已停用", {"person": person})
    return str(name)


def living_unit(connection: Connection, unit: int) -> Mapping[str, Any]:
    """A unit that has not been dissolved; raises NotFound."""
    row = connection.execute(select(UNIT).where(UNIT.c.id == unit)).mappings().first()
    if row is None or row["until"] is not None:
        sentence = f"“{row['short_name']}”已经撤销" if row else f"没有编号为 {unit} 的单位"
        raise NotFound(sentence, {"unit": unit})
    return dict(row)
