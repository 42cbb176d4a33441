"""What taking a change of the organisation back asks of the database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select
from sqlmodel.sql.sqltypes import UTCDateTime

from workflow.store.offices.changes import TABLES, Row, What, in_words
from workflow.store.tables.handles import (
    ARCHIVED_HISTORY,
    CHANGE,
    HISTORY,
    HOLDING,
    ITEM,
    OUTBOX,
    PERSON,
    POST,
    SCOPE,
    SESSION,
    UNIT,
)

_USES: Mapping[What, tuple[tuple[Any, str], ...]] = {
    # what may have been built upon rows of an organisation, and what it is called
    "unit": (
        (SCOPE.c.unit_id, "事项"),
        (UNIT.c.parent_id, "下级单位"),
        (POST.c.unit_id, "岗位"),
    ),
    "person": (
        (SESSION.c.person_id, "登录"),
        (OUTBOX.c.person_id, "消息"),
        (HISTORY.c.person_id, "办理记录"),
        (HISTORY.c.holder_id, "办理记录"),
        (ARCHIVED_HISTORY.c.person_id, "办理记录"),
        (ARCHIVED_HISTORY.c.holder_id, "办理记录"),
        (HOLDING.c.person_id, "任职"),
    ),
    "post": ((HOLDING.c.post_id, "任职"),),
    "holding": (),
}


def change(connection: Connection, id_: int) -> Row | None:
    """A change, and under `undone` whether it was taken back."""
    again = CHANGE.alias("again")
    undone = exists().where(again.c.undoes_id == CHANGE.c.id).label("undone")
    row = connection.execute(select(CHANGE, undone).where(CHANGE.c.id == id_)).mappings().first()
    return dict(row) if row is not None else None


def items(connection: Connection, change_id: int) -> list[Row]:
    """What a change touched, in order."""
    query = select(ITEM).where(ITEM.c.change_id == change_id).order_by(ITEM.c.item)
    return [dict(row) for row in connection.execute(query).mappings()]


def changed_since(connection: Connection, change_id: int) -> str | None:
    """A later change, in words, that touched the same rows and stands."""
    mine, later, again = ITEM.alias("mine"), ITEM.alias("later"), CHANGE.alias("again")
    query = (
        select(CHANGE.c.sentence)
        .join(later, later.c.change_id == CHANGE.c.id)
        .join(
            mine,
            and_(
                mine.c.change_id == change_id,
                mine.c.what == later.c.what,
                mine.c.first_id <= later.c.last_id,
                later.c.first_id <= mine.c.last_id,
            ),
        )
        .where(
            CHANGE.c.id > change_id,
            CHANGE.c.undoes_id.is_(None),
            ~exists().where(again.c.undoes_id == CHANGE.c.id),
        )
        .order_by(CHANGE.c.id.desc())
        .limit(1)
    )
    found = connection.execute(query).scalars().all()
    return next(iter(in_words(connection, found)), None)


def touches_erased(connection: Connection, change_id: int) -> bool:
    """Whether a change touched somebody, or a holding of somebody, who has been erased since."""
    ours = ITEM.c.change_id == change_id
    person = exists().where(
        ours, ITEM.c.what == "person", PERSON.c.id.between(ITEM.c.first_id, ITEM.c.last_id)
    )
    held = exists().where(
        ours,
        ITEM.c.what == "holding",
        HOLDING.c.person_id == PERSON.c.id,
        HOLDING.c.id.between(ITEM.c.first_id, ITEM.c.last_id),
    )
    erased = select(PERSON.c.id).where(PERSON.c.erased_at.is_not(None))
    found = erased.where(or_(person, held))
    return connection.execute(found.limit(1)).first() is not None


def use_of(connection: Connection, what: What, first: int, last: int) -> str | None:
    """What refers to one of these rows and is no row of the same change, in a word."""
    for column, word in _USES[what]:
        query = select(column).where(column.between(first, last))
        if column.table in (UNIT, POST, HOLDING):  # their own change added most of them
            query = query.where(~_added_with(column.table, what, first))
        if connection.execute(query.limit(1)).first() is not None:
            return word
    return None


def _added_with(table: Any, what: What, first: int) -> Any:
    """Whether a row was added by the change that added the rows in question."""
    mine, theirs = ITEM.alias("mine"), ITEM.alias("theirs")
    return exists().where(
        mine.c.what == what,
        mine.c.first_id == first,
        mine.c.before.is_(None),
        theirs.c.change_id == mine.c.change_id,
        theirs.c.what == table.name,
        theirs.c.first_id <= table.c.id,
        theirs.c.last_id >= table.c.id,
    )


def take_away(connection: Connection, what: What, first: int, last: int) -> None:
    """Delete rows that a change added."""
    table = TABLES[what]
    connection.execute(delete(table).where(table.c.id.between(first, last)))


def bring_back(connection: Connection, what: What, row: Row) -> None:
    """Insert a row that a change removed."""
    connection.execute(insert(TABLES[what]).values(row))


def columns(what: What, plain: Mapping[str, Any]) -> Row:
    """Columns out of their JSON."""
    table = TABLES[what]
    return {
        name: datetime.fromisoformat(value)
        if isinstance(value, str) and isinstance(table.c[name].type, UTCDateTime)
        else value
        for name, value in plain.items()
    }
