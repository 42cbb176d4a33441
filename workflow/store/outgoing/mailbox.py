"""The local mailbox: what is put into it, and what a page shows to whoever was sent it or sees its
case.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, insert, or_, select

from workflow.engine.case import Actor
from workflow.engine.errors import NotFound
from workflow.store.driver import bulk
from workflow.store.sight.scope import in_sight
from workflow.store.tables.handles import MAILBOX, OUTBOX, PERSON, SCOPE

Row = dict[str, Any]

_KEEP = insert(MAILBOX)


def keep(connection: Connection, row: Row) -> None:
    """Put a message into the mailbox, as all of a unit of work; its key may stand there once."""
    bulk.send(connection, [(_KEEP, [row])], last=True)


def mailbox_messages(
    connection: Connection,
    reader: Actor,
    *,
    way: str | None = None,
    to: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Row]:
    """What the local mailbox holds that the reader may read, newest first, with `own` for what was
    sent to the reader, narrowed by way and recipient.

    The recipient is a name, a login name or a whole address: by parts of an address a masked one
    could be guessed.
    """
    own = _sent(OUTBOX.c.person_id == reader.person).label("own")
    readable = select(MAILBOX, own).where(_readable(reader))
    query = readable.order_by(MAILBOX.c.id.desc()).limit(limit)
    if way is not None:
        query = query.where(MAILBOX.c.way == way)
    if to is not None:
        called = select(PERSON.c.id).where(or_(PERSON.c.name == to, PERSON.c.username == to))
        query = query.where(or_(MAILBOX.c.to == to, _sent(OUTBOX.c.person_id.in_(called))))
    if before is not None:
        query = query.where(MAILBOX.c.id < before)
    return [dict(row) for row in connection.execute(query).mappings()]


def _readable(reader: Actor) -> ColumnElement[bool]:
    """Messages to the reader, and those about a case that the reader sees."""
    seen = exists().where(SCOPE.c.case_id == OUTBOX.c.case_id, in_sight(reader))
    return _sent(or_(OUTBOX.c.person_id == reader.person, seen))


def _sent(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the message that a row of the mailbox came from is such a one."""
    return exists().where(OUTBOX.c.key == MAILBOX.c.key, which)


def mailbox_message(connection: Connection, reader: Actor, id_: int) -> Row:
    """One message of the local mailbox that the reader may read; raises NotFound."""
    query = select(MAILBOX).where(MAILBOX.c.id == id_, _readable(reader))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound("信箱里没有这条消息", {"message": id_})
    return dict(row)
