"""What pages and REST read: one scope filter for all of it, keyset paging, columns instead of
objects.

Whatever is about cases takes the reader, and sees what `scope.in_sight` lets them see.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, or_, select, tuple_

from workflow.engine.case import Actor
from workflow.engine.errors import NotFound
from workflow.store import cases
from workflow.store.organisation import PERSON, UNIT
from workflow.store.scope import SCOPE, in_sight, units_of
from workflow.store.tables import MailboxRow
from workflow.store.writes import CASE, OUTBOX, SIGN_OFF, TIMER, handed_to

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; None means all. `under` is a unit with all below it, `class_`
    the class (分类) of the unit that a case is about.
    """

    workflows: tuple[str, ...] | None = None
    state: str | None = None
    unit: int | None = None
    under: int | None = None
    class_: str | None = None
    closed: bool | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    parent: int | None = None
    period: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list ended: the next one begins after it."""

    due_at: datetime
    case_id: int
    closed: bool = False

    def __str__(self) -> str:
        tail = "~closed" if self.closed else ""
        return f"{self.due_at.astimezone(UTC).isoformat()}~{self.case_id}{tail}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place in a text made by `str`; raises ValueError."""
        due_at, _, rest = text.partition("~")
        case_id, _, closed = rest.partition("~")
        at = datetime.fromisoformat(due_at)
        if at.tzinfo is None or closed not in ("", "closed"):
            raise ValueError("no place that a list has given")
        return cls(at, int(case_id), closed == "closed")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and where the next begin; None at the end."""

    rows: list[Row]
    next: Place | None


_COLUMNS = tuple(
    CASE.c[name]
    for name in (
        "id definition_id workflow number headline unit_id state cycle due_at provisional"
        " opened_at closed_at period parent_id child_name body"
    ).split()
)


def list_cases(
    connection: Connection,
    reader: Actor,
    narrowed: Filter,
    *,
    after: Place | None = None,
    limit: int = 50,
    newest: bool = False,
    also: ColumnElement[bool] | None = None,
) -> Page:
    """Cases in scope, open ones before closed ones, soonest limit first and those without a limit
    last: the order of the index `scope_list`. Or the `newest` first.

    `also` is a further condition on the case.
    """
    place = (SCOPE.c.due_at.label("place"), SCOPE.c.closed.label("shut"))
    query = in_scope(reader, narrowed).add_columns(*place, *_COLUMNS)
    if also is not None:
        query = query.where(also)
    if newest:
        if after is not None:
            query = query.where(SCOPE.c.case_id < after.case_id)
        return _page(connection, query, limit, SCOPE.c.case_id.desc())
    if after is not None:
        key = tuple_(SCOPE.c.closed, SCOPE.c.due_at, SCOPE.c.case_id)
        query = query.where(key > tuple_(after.closed, after.due_at, after.case_id))
    return _page(connection, query, limit, SCOPE.c.closed, SCOPE.c.due_at, SCOPE.c.case_id)


def list_work(
    connection: Connection, actor: Actor, *, after: Place | None = None, limit: int = 50
) -> Page:
    """Open cases on which the actor can do something now, soonest limit first."""
    mine = [
        and_(SCOPE.c.unit_id == post.unit, SCOPE.c.acts.contains(f",{post.role},", autoescape=True))
        for post in actor.posts
    ]
    query = in_scope(actor, Filter(closed=False)).add_columns(
        SCOPE.c.due_at.label("place"), *_COLUMNS
    )
    handlers = {actor.person, *(post.holder for post in actor.posts)}
    for person in sorted(one for one in handlers if one is not None):
        mine.append(SCOPE.c.acts.contains(f",{handed_to(person)},", autoescape=True))
    query = query.where(or_(*mine)) if mine else query.where(SCOPE.c.case_id.is_(None))
    if after is not None:
        key = tuple_(SCOPE.c.due_at, SCOPE.c.case_id)
        query = query.where(key > tuple_(after.due_at, after.case_id))
    return _page(connection, query, limit)


def in_scope(reader: Actor, narrowed: Filter) -> Select[Any]:
    """Cases in the reader's scope, each once."""
    query = select(SCOPE.c.case_id).join(CASE, CASE.c.id == SCOPE.c.case_id).where(in_sight(reader))
    for condition in _conditions(narrowed):
        query = query.where(condition)
    return query.distinct() if len(units_of(reader)) > 1 else query


_EQUAL = {
    "closed": SCOPE.c.closed,
    "state": CASE.c.state,
    "unit": CASE.c.unit_id,
    "parent": CASE.c.parent_id,
    "period": CASE.c.period,
}


def _conditions(narrowed: Filter) -> Iterator[Any]:
    for name, column in _EQUAL.items():
        if (wanted := getattr(narrowed, name)) is not None:
            yield column == wanted
    if narrowed.workflows is not None:
        yield CASE.c.workflow.in_(narrowed.workflows)
    if narrowed.under is not None:
        yield CASE.c.unit_id.in_(units_below(narrowed.under))
    if narrowed.class_ is not None:
        yield CASE.c.unit_id.in_(select(UNIT.c.id).where(UNIT.c.class_ == narrowed.class_))
    if narrowed.due_from is not None:
        yield SCOPE.c.due_at >= narrowed.due_from
    if narrowed.due_before is not None:
        yield SCOPE.c.due_at < narrowed.due_before


def units_below(unit: int) -> Select[Any]:
    """A unit and all below it, by the paths of the tree."""
    top = select(UNIT.c.path).where(UNIT.c.id == unit).scalar_subquery()
    return select(UNIT.c.id).where(UNIT.c.path.like(top.concat("%")))


def _page(connection: Connection, query: Select[Any], limit: int, *order: Any) -> Page:
    ordered = query.order_by(*order or (SCOPE.c.due_at, SCOPE.c.case_id)).limit(limit + 1)
    rows = [dict(row) for row in connection.execute(ordered).mappings()]
    more = len(rows) > limit
    rows = rows[:limit]
    last = rows[-1] if more else None
    place = Place(last["place"], last["case_id"], bool(last.get("shut"))) if last else None
    for row in rows:
        row["body"] = json.loads(row["body"])
    return Page(rows, place)


def history_of(connection: Connection, case_id: int) -> list[Row]:
    """A case's history in order, its JSON read."""
    rows = cases.history_of(connection, case_id)
    for row in rows:
        row |= {name: json.loads(row[name]) for name in ("inputs", "seen", "effects")}
    return rows


def timers_of(connection: Connection, case_id: int) -> list[Row]:
    """A case's timers, those to come first."""
    query = (
        select(TIMER)
        .where(TIMER.c.case_id == case_id)
        .order_by(TIMER.c.wake_at.is_(None), TIMER.c.due_at, TIMER.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def sign_offs_of(connection: Connection, case_id: int) -> list[Row]:
    """A case's sign-offs, those that lost force included."""
    query = select(SIGN_OFF).where(SIGN_OFF.c.case_id == case_id).order_by(SIGN_OFF.c.seq)
    return [dict(row) for row in connection.execute(query).mappings()]


def unit_names(connection: Connection, units: Collection[int]) -> Mapping[int, str]:
    """Short names of units by id."""
    query = select(UNIT.c.id, UNIT.c.short_name).where(UNIT.c.id.in_(units))
    return {row.id: row.short_name for row in connection.execute(query)}


def person_names(connection: Connection, people: Collection[int]) -> Mapping[int, str]:
    """Names of people by id."""
    query = select(PERSON.c.id, PERSON.c.name).where(PERSON.c.id.in_(people))
    return {row.id: row.name for row in connection.execute(query)}


def list_units(
    connection: Connection, *, under: int | None = None, after: int = 0, limit: int = 200
) -> list[Row]:
    """Units by id, all or those below one."""
    query = select(UNIT).where(UNIT.c.id > after).order_by(UNIT.c.id).limit(limit)
    if under is not None:
        path = connection.execute(select(UNIT.c.path).where(UNIT.c.id == under)).scalar()
        query = query.where(UNIT.c.path.like(f"{path}%")) if path else query.where(UNIT.c.id < 0)
    return [dict(row) for row in connection.execute(query).mappings()]


# What only pages read

_MAILBOX = MailboxRow.__table__  # type: ignore[attr-defined]


def cases_by_id(connection: Connection, reader: Actor, ids: Collection[int]) -> list[Row]:
    """Those of these cases that are in scope, as rows of a list."""
    query = in_scope(reader, Filter()).add_columns(SCOPE.c.due_at.label("place"), *_COLUMNS)
    return _page(connection, query.where(SCOPE.c.case_id.in_(ids)), len(ids)).rows


def find_units(connection: Connection, text: str, limit: int = 12) -> list[Row]:
    """Units that a typed text may mean, each with the short name of its parent as `above`.

    A code or a whole name means that unit alone; otherwise every unit whose name contains the text.
    """
    if not text.isprintable():  # a NUL ends a pattern on SQLite and is refused by PostgreSQL
        return []
    above = UNIT.alias("above")
    query = select(UNIT, above.c.short_name.label("above")).outerjoin(
        above, above.c.id == UNIT.c.parent_id
    )
    query = query.where(UNIT.c.until.is_(None))
    exact = or_(UNIT.c.code == text, UNIT.c.short_name == text, UNIT.c.name == text)
    like = or_(
        UNIT.c.short_name.contains(text, autoescape=True),
        UNIT.c.name.contains(text, autoescape=True),
    )
    for condition in (exact, like):
        rows = connection.execute(query.where(condition).order_by(UNIT.c.path).limit(limit))
        if found := [dict(row) for row in rows.mappings()]:
            return found
    return []


def units_of_kinds(
    connection: Connection, kinds: Collection[tuple[str, str]] | None, limit: int
) -> list[Row]:
    """Units of these (level, kind), all for None, each with its parent's short name as `above`."""
    above = UNIT.alias("above")
    query = select(UNIT, above.c.short_name.label("above")).outerjoin(
        above, above.c.id == UNIT.c.parent_id
    )
    query = query.where(UNIT.c.until.is_(None))
    if kinds is not None:
        query = query.where(tuple_(UNIT.c.level, UNIT.c.kind).in_(list(kinds)))
    rows = connection.execute(query.order_by(UNIT.c.path).limit(limit)).mappings()
    return [dict(row) for row in rows]


def unit_classes(connection: Connection) -> list[str]:
    """The classes (分类) that units have."""
    query = select(UNIT.c.class_).where(UNIT.c.class_.is_not(None)).distinct()
    return list(connection.execute(query.order_by(UNIT.c.class_)).scalars())


def units_by_id(connection: Connection, ids: Collection[int]) -> list[Row]:
    """Whole rows of units."""
    rows = connection.execute(select(UNIT).where(UNIT.c.id.in_(ids))).mappings()
    return [dict(row) for row in rows]


def mailbox_messages(
    connection: Connection,
    reader: Actor,
    *,
    way: str | None = None,
    to: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Row]:
    """What the local mailbox holds that the reader may read, newest first, narrowed by way and by
    part of the address.
    """
    readable = select(_MAILBOX).where(_readable(reader))
    query = readable.order_by(_MAILBOX.c.id.desc()).limit(limit)
    if way is not None:
        query = query.where(_MAILBOX.c.way == way)
    if to is not None:
        query = query.where(_MAILBOX.c.to.contains(to, autoescape=True))
    if before is not None:
        query = query.where(_MAILBOX.c.id < before)
    return [dict(row) for row in connection.execute(query).mappings()]


def _readable(reader: Actor) -> ColumnElement[bool]:
    """Messages to the reader, and those about a case that the reader sees."""
    seen = exists().where(SCOPE.c.case_id == OUTBOX.c.case_id, in_sight(reader))
    own = OUTBOX.c.person_id == reader.person
    return exists().where(OUTBOX.c.key == _MAILBOX.c.key, or_(own, seen))


def mailbox_message(connection: Connection, reader: Actor, id_: int) -> Row:
    """One message of the local mailbox that the reader may read; raises NotFound."""
    query = select(_MAILBOX).where(_MAILBOX.c.id == id_, _readable(reader))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound("信箱里没有这条消息", {"message": id_})
    return dict(row)
