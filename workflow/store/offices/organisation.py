"""Units, posts and who holds them: lineages for the engine, actors for commands, recipients for
notices.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, or_, select, tuple_

from workflow.engine.case import Actor, Candidate, Lineage, Post, Unit
from workflow.engine.errors import InvalidInput, NotFound
from workflow.store.driver import bulk
from workflow.store.offices import preferences
from workflow.store.offices.preferences import NONE, Preferences
from workflow.store.tables.handles import FORMER_NAME, HOLDING, PERSON, POST, PREFERENCE, UNIT


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a notice goes to, with the ways that can reach them."""

    person: int
    unit: int
    ways: tuple[str, ...]
    wants: Preferences = NONE


def unit_by_code(connection: Connection, code: str) -> int:
    """The id of a unit by its code; raises NotFound."""
    found = connection.execute(select(UNIT.c.id).where(UNIT.c.code == code)).scalar()
    if found is None:
        raise NotFound(f"没有编码为“{str(code)[:40]}”的单位", {"unit": str(code)[:40]})
    return int(found)


def read_lineages(connection: Connection, units: Collection[int]) -> dict[int, Lineage]:
    """The lineage of each unit: itself, and every office of its ancestors; raises NotFound."""
    rows = {row["id"]: row for row in _units(connection, _BY_ID, units)}
    if missing := [unit for unit in units if unit not in rows]:
        raise NotFound(f"没有编号为 {missing[0]} 的单位", {"unit": missing[0]})
    if gone := [row for row in rows.values() if row["until"] is not None]:
        raise InvalidInput(_gone(connection, gone[0]), {"unit": gone[0]["code"]})
    above = {id_ for row in rows.values() for id_ in _path(row)}
    ancestors = {row["id"]: row for row in _units(connection, _BY_ID, above)}
    offices = _still_there(connection, _units(connection, _DEPARTMENTS, above))
    return {unit: _lineage(rows[unit], ancestors, offices) for unit in units}


def _still_there(connection: Connection, rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Departments, with whoever took over in the place of those that are gone, these last: a
    function goes with the department that had it.
    """
    gone = [row for row in rows if row["until"] is not None]
    heirs = successors_of(connection, {row["id"] for row in gone}) if gone else {}
    took_over = [{**row, "id": heirs[row["id"]]} for row in gone if row["id"] in heirs]
    return [row for row in rows if row["until"] is None] + took_over


def successors_of(connection: Connection, units: Collection[int]) -> Mapping[int, int]:
    """Of units that were merged, the living ones that have taken over, however many steps on."""
    found: dict[int, int] = {}
    asked = {unit: unit for unit in units}
    while asked:
        query = select(UNIT.c.id, UNIT.c.successor_id).where(
            UNIT.c.id.in_(set(asked.values())), UNIT.c.successor_id.is_not(None)
        )
        further = {id_: int(to) for id_, to in connection.execute(query)}
        asked = {unit: further[at] for unit, at in asked.items() if at in further}
        found |= asked
    ended = select(UNIT.c.id).where(UNIT.c.id.in_(set(found.values())), UNIT.c.until.is_not(None))
    dead = set(connection.execute(ended).scalars()) if found else set()
    return {unit: to for unit, to in found.items() if to not in dead}


def _gone(connection: Connection, row: Mapping[str, Any]) -> str:
    successor = unit_in_words(connection, row["successor_id"]) if row["successor_id"] else ""
    return f"“{row['short_name']}”已经撤销" + (f"，由“{successor}”承接" if successor else "")


def unit_in_words(connection: Connection, unit: int) -> str:
    """The short name of a unit as it is now."""
    return str(connection.execute(select(UNIT.c.short_name).where(UNIT.c.id == unit)).scalar_one())


Fates = Mapping[int, tuple[datetime, str | None]]
"""Units that are no more: since when, and the short name of whoever took over."""

FormerNames = Mapping[int, tuple[tuple[datetime, str], ...]]
"""Short names that units had, each with the instant until which it did, earliest first."""


def former_names(connection: Connection, units: Collection[int]) -> FormerNames:
    """What these units were called before."""
    query = (
        select(FORMER_NAME.c.unit_id, FORMER_NAME.c.until, FORMER_NAME.c.short_name)
        .where(FORMER_NAME.c.unit_id.in_(units))
        .order_by(FORMER_NAME.c.unit_id, FORMER_NAME.c.until)
    )
    found: dict[int, tuple[tuple[datetime, str], ...]] = {}
    for unit, until, name in connection.execute(query):
        found[unit] = (*found.get(unit, ()), (until, name))
    return found


def _units(
    connection: Connection, which: "Select[Any]", units: Collection[int]
) -> list[Mapping[str, Any]]:
    found = connection.execute(which, {"units": list(units)})
    return [dict(row) for row in found.mappings()]


_BY_ID = select(UNIT).where(UNIT.c.id.in_(bindparam("units", expanding=True)))
_DEPARTMENTS = select(UNIT).where(
    UNIT.c.parent_id.in_(bindparam("units", expanding=True)),
    UNIT.c.kind == "department",
    or_(UNIT.c.until.is_(None), UNIT.c.successor_id.is_not(None)),
)


def _path(row: Mapping[str, Any]) -> list[int]:
    return [int(part) for part in row["path"].strip("/").split("/")]


def _lineage(
    row: Mapping[str, Any], above: Mapping[int, Any], departments: Iterable[Mapping[str, Any]]
) -> Lineage:
    mine = set(_path(row))
    offices: dict[str, int] = {}
    for id_ in mine:
        if above[id_]["kind"] == "government":
            offices[f"{above[id_]['level']}.government"] = id_
    for department in departments:
        if department["parent_id"] in mine:
            offices.setdefault(f"{department['level']}.{department['function']}", department["id"])
    unit = Unit(row["id"], row["level"], row["kind"], row["class_"] or "")
    return Lineage(unit, offices)


def held_at(now: Any, holding: Any = HOLDING) -> Any:
    """The condition that a holding has begun and not ended."""
    return and_(
        holding.c.begins_at <= now, or_(holding.c.ends_at.is_(None), holding.c.ends_at > now)
    )


def actor_of(connection: Connection, person: int, now: datetime) -> Actor:
    """The person with the posts held, or stood in for, at `now`; raises NotFound when disabled."""
    if connection.execute(_ACTIVE, {"person": person}).scalar() is None:
        raise NotFound("没有这个人，或账号已停用", {"person": person})
    return Actor("person", person, posts_of(connection, person, now))


def posts_of(connection: Connection, person: int, now: datetime) -> tuple[Post, ...]:
    """The posts a person acts through at `now`; those of a deputy or substitute name for whom.

    That is who holds the post now; while it is vacant, who held it last.
    """
    return _posts(bulk.fetch(connection, _POSTS, {"person": person, "now": now}))


def posts_of_active(connection: Connection, person: int, now: datetime) -> tuple[Post, ...]:
    """The same of somebody whose account lets them in; none of anybody else."""
    if connection.execute(_ACTIVE, {"person": person}).scalar() is None:
        return ()
    return posts_of(connection, person, now)


def _posts_of_all(
    connection: Connection, people: Collection[int], now: datetime
) -> dict[int, tuple[Post, ...]]:
    """The same of several people, in one query."""
    query = _query_for_posts(HOLDING.c.person_id.in_(people)).add_columns(HOLDING.c.person_id)
    rows: dict[int, list[Mapping[str, Any]]] = {person: [] for person in people}
    for row in connection.execute(query, {"now": now}).mappings():
        rows[row["person_id"]].append(dict(row))
    return {person: _posts(own) for person, own in rows.items()}


def to_lock(actor: Actor, now: datetime) -> bulk.Question:
    """The question for the posts that the actor holds at this moment, which nobody can end, nor
    disable the account, before the transaction has ended; `locked` reads its answer.

    Who acts is read in the transaction that acts: a post may have ended since the request came in.
    """
    return _LOCKED_POSTS, {"person": actor.person, "now": now}


def locked(actor: Actor, rows: list[bulk.Row]) -> Actor:
    """The actor with the posts of the answer; no post for whoever is disabled, or is nobody."""
    return actor if actor.person is None else replace(actor, posts=_posts(rows))


def _posts(rows: Iterable[Mapping[str, Any]]) -> tuple[Post, ...]:
    """Each post once: whoever holds one does not stand in for it."""
    found: dict[int, Post] = {}
    for row in rows:
        holder = None if row["kind"] == "holder" else row["holder_id"]
        found.setdefault(row["id"], Post(row["id"], row["unit_id"], row["role"], holder))
    return tuple(found.values())


def _query_for_posts(whose: Any) -> "Select[Any]":
    holder, now = HOLDING.alias("holder"), bindparam("now", type_=HOLDING.c.begins_at.type)
    last = (
        select(holder.c.person_id)
        .where(holder.c.post_id == POST.c.id, holder.c.kind == "holder", holder.c.begins_at <= now)
        .order_by(holder.c.begins_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(POST.c.id, POST.c.unit_id, POST.c.role, HOLDING.c.kind, last.label("holder_id"))
        .join(HOLDING, HOLDING.c.post_id == POST.c.id)
        .where(whose, held_at(now))
        .order_by(POST.c.id, HOLDING.c.kind != "holder", HOLDING.c.id)
    )


_ACTIVE = select(PERSON.c.id).where(
    PERSON.c.id == bindparam("person"), PERSON.c.disabled_at.is_(None)
)
_POSTS = _query_for_posts(HOLDING.c.person_id == bindparam("person"))
_LOCKED_POSTS = (
    _POSTS.join(PERSON, PERSON.c.id == HOLDING.c.person_id)
    .where(PERSON.c.disabled_at.is_(None))
    .with_for_update(read=True, of=[HOLDING, PERSON])
)


def read_recipients(
    connection: Connection, wanted: Collection[tuple[int, str]], now: datetime
) -> dict[tuple[int, str], list[Recipient]]:
    """For each (unit, role) everyone who holds such a post or stands in for it at `now`."""
    found: dict[tuple[int, str], list[Recipient]] = {key: [] for key in wanted}
    if not wanted:
        return found
    rows = connection.execute(_RECIPIENTS, {"wanted": list(wanted), "now": now})
    for row in rows.mappings():
        found[row["unit_id"], row["role"]].append(_recipient(row, row["unit_id"]))
    return found


def read_candidates(
    connection: Connection, posts: Collection[tuple[int, str]], now: datetime
) -> tuple[Candidate, ...]:
    """Everyone who holds one of these posts (unit, role), or stands in for it, at `now`."""
    found = read_recipients(connection, posts, now)
    ids = sorted({one.person for some in found.values() for one in some})
    held = _posts_of_all(connection, ids, now)
    units = {post.unit for some in held.values() for post in some}
    above = {row["id"]: _path(row) for row in _units(connection, _BY_ID, units)}
    return tuple(Candidate(id_, held[id_], _all_units(held[id_], above)) for id_ in ids)


def _all_units(posts: Iterable[Post], above: Mapping[int, list[int]]) -> tuple[int, ...]:
    return tuple(sorted({unit for post in posts for unit in above[post.unit]}))


def people_as_recipients(connection: Connection, people: Collection[int]) -> list[Recipient]:
    """People by id as recipients, without a unit of their own."""
    if not people:
        return []
    query = select(*_REACHED).outerjoin(PREFERENCE, PREFERENCE.c.person_id == PERSON.c.id)
    found = connection.execute(query.where(PERSON.c.id.in_(people)))
    return [_recipient(row, 0) for row in found.mappings()]


def substitutes_of(
    connection: Connection, people: Collection[int], now: datetime
) -> dict[tuple[int, int], list[Recipient]]:
    """For each (person, unit) who stands in at `now` for that person's post in that unit."""
    found: dict[tuple[int, int], list[Recipient]] = {}
    if not people:
        return found
    holder = HOLDING.alias("holder")
    query = (
        select(holder.c.person_id, POST.c.unit_id, *_REACHED)
        .join(POST, POST.c.id == holder.c.post_id)
        .join(HOLDING, and_(HOLDING.c.post_id == POST.c.id, HOLDING.c.kind == "substitute"))
        .join(PERSON, PERSON.c.id == HOLDING.c.person_id)
        .outerjoin(PREFERENCE, PREFERENCE.c.person_id == PERSON.c.id)
        .where(
            holder.c.person_id.in_(people),
            holder.c.kind == "holder",
            held_at(now, holder),
            held_at(now),
            PERSON.c.disabled_at.is_(None),
        )
        .order_by(PERSON.c.id)
    )
    for row in connection.execute(query).mappings():
        key = (row["person_id"], row["unit_id"])
        found.setdefault(key, []).append(_recipient(row, row["unit_id"]))
    return found


_REACHED = (PERSON.c.id, PERSON.c.email, PERSON.c.phone, PERSON.c.chat, *preferences.COLUMNS)
_RECIPIENTS = (
    select(POST.c.unit_id, POST.c.role, *_REACHED)
    .join(HOLDING, HOLDING.c.post_id == POST.c.id)
    .join(PERSON, PERSON.c.id == HOLDING.c.person_id)
    .outerjoin(PREFERENCE, PREFERENCE.c.person_id == PERSON.c.id)
    .where(
        tuple_(POST.c.unit_id, POST.c.role).in_(bindparam("wanted", expanding=True)),
        held_at(bindparam("now", type_=HOLDING.c.begins_at.type)),
        PERSON.c.disabled_at.is_(None),
    )
    .order_by(PERSON.c.id)
)


def _recipient(row: Mapping[Any, Any], unit: int) -> Recipient:
    has = {"email": row["email"], "sms": row["phone"], "chat": row["chat"]}
    ways = tuple(way for way, address in has.items() if address)
    return Recipient(row["id"], unit, ways, preferences.of_row(row))
