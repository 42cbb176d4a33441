"""Units, posts and who holds them: lineages for the engine, actors for commands, recipients for
notices.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select, tuple_

from workflow.engine.case import Actor, Lineage, Post, Unit
from workflow.engine.errors import NotFound
from workflow.store.tables import HoldingRow, PersonRow, PostRow, UnitRow

UNIT = UnitRow.__table__  # type: ignore[attr-defined]
PERSON = PersonRow.__table__  # type: ignore[attr-defined]
POST = PostRow.__table__  # type: ignore[attr-defined]
HOLDING = HoldingRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a notice goes to, with the ways that can reach them."""

    person: int
    unit: int
    ways: tuple[str, ...]


def unit_by_code(connection: Connection, code: str) -> int:
    """The id of a unit by its code; raises NotFound."""
    found = connection.execute(select(UNIT.c.id).where(UNIT.c.code == code)).scalar()
    if found is None:
        raise NotFound(f"没有编码为“{str(code)[:40]}”的单位", {"unit": str(code)[:40]})
    return int(found)


def read_lineages(connection: Connection, units: Collection[int]) -> dict[int, Lineage]:
    """The lineage of each unit: itself, and every office of its ancestors; raises NotFound."""
    rows = {row["id"]: row for row in _units(connection, UNIT.c.id.in_(units))}
    if missing := [unit for unit in units if unit not in rows]:
        raise NotFound(f"没有编号为 {missing[0]} 的单位", {"unit": missing[0]})
    above = {id_ for row in rows.values() for id_ in _path(row)}
    ancestors = {row["id"]: row for row in _units(connection, UNIT.c.id.in_(above))}
    offices = _units(connection, and_(UNIT.c.parent_id.in_(above), UNIT.c.kind == "department"))
    return {unit: _lineage(rows[unit], ancestors, offices) for unit in units}


def _units(connection: Connection, where: Any) -> list[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(select(UNIT).where(where)).mappings()]


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


def _held(now: datetime) -> Any:
    return and_(
        HOLDING.c.begins_at <= now, or_(HOLDING.c.ends_at.is_(None), HOLDING.c.ends_at > now)
    )


def actor_of(connection: Connection, person: int, now: datetime) -> Actor:
    """The person with the posts held, or stood in for, at `now`; raises NotFound when disabled."""
    active = select(PERSON.c.id).where(PERSON.c.id == person, PERSON.c.disabled_at.is_(None))
    if connection.execute(active).scalar() is None:
        raise NotFound("没有这个人，或账号已停用", {"person": person})
    return Actor("person", person, posts_of(connection, person, now))


def posts_of(connection: Connection, person: int, now: datetime) -> tuple[Post, ...]:
    """The posts a person acts through at `now`; a substitute's name their holder."""
    holder = HOLDING.alias("holder")
    query = (
        select(POST.c.id, POST.c.unit_id, POST.c.role, HOLDING.c.kind, holder.c.person_id)
        .join(HOLDING, HOLDING.c.post_id == POST.c.id)
        .outerjoin(
            holder,
            and_(
                holder.c.post_id == POST.c.id,
                holder.c.kind == "holder",
                holder.c.begins_at <= now,
                or_(holder.c.ends_at.is_(None), holder.c.ends_at > now),
            ),
        )
        .where(HOLDING.c.person_id == person, _held(now))
        .order_by(POST.c.id)
    )
    return tuple(
        Post(id_, unit, role, holder_id if kind == "substitute" else None)
        for id_, unit, role, kind, holder_id in connection.execute(query)
    )


def read_recipients(
    connection: Connection, wanted: Collection[tuple[int, str]], now: datetime
) -> dict[tuple[int, str], list[Recipient]]:
    """For each (unit, role) everyone who holds such a post or stands in for it at `now`."""
    found: dict[tuple[int, str], list[Recipient]] = {key: [] for key in wanted}
    if not wanted:
        return found
    query = (
        select(POST.c.unit_id, POST.c.role, PERSON.c.id, PERSON.c.email, PERSON.c.phone)
        .join(HOLDING, HOLDING.c.post_id == POST.c.id)
        .join(PERSON, PERSON.c.id == HOLDING.c.person_id)
        .where(
            tuple_(POST.c.unit_id, POST.c.role).in_(list(wanted)),
            _held(now),
            PERSON.c.disabled_at.is_(None),
        )
        .order_by(PERSON.c.id)
    )
    for unit, role, person, email, phone in connection.execute(query):
        found[unit, role].append(Recipient(person, unit, _ways(email, phone)))
    return found


def people_as_recipients(connection: Connection, people: Collection[int]) -> list[Recipient]:
    """People by id as recipients, without a unit of their own."""
    query = select(PERSON.c.id, PERSON.c.email, PERSON.c.phone).where(PERSON.c.id.in_(people))
    return [
        Recipient(id_, 0, _ways(email, phone)) for id_, email, phone in connection.execute(query)
    ]


def _ways(email: str | None, phone: str | None) -> tuple[str, ...]:
    return tuple(way for way, has in (("email", email), ("sms", phone)) if has)
