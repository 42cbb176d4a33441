"""Messages that stand in for others: by another way where one failed, or again when somebody asks.

A message's key names what is owed, to whom and by which way; being unique, it lets nothing go twice
by the same way. A message is replaced at most once, and what replaces it may be replaced in turn.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, exists, insert, select, update

from workflow.store.driver.among import among
from workflow.store.driver.upsert import upsert
from workflow.store.outgoing import reports
from workflow.store.outgoing.outbox import DIGEST
from workflow.store.outgoing.reports import Fate
from workflow.store.tables.handles import OUTBOX, REPLACEMENT

Why = Literal["failed", "undelivered", "unread", "resent"]
"""Given up, taken over but not delivered, not opened in time, or sent again by somebody."""

_LOST = ("failed", "undelivered", "resent")

AGAIN = "again."
_ANEW = {"status": "waiting", "attempts": 0, "put_off_since": None}
_SAME = ("case_id", "seq", "person_id", "unit_id", "urgency", "template", "variables", "created_at")
"""What a replacement has of the message it stands in for: it was owed when that one was."""


def is_replaced() -> Any:
    """The condition that something stands in for a message."""
    return exists().where(REPLACEMENT.c.replaces_id == OUTBOX.c.id)


def replaced_among(connection: Connection, messages: Collection[int]) -> set[int]:
    """Those of these messages that something stands in for."""
    theirs = among(connection, REPLACEMENT.c.replaces_id, messages)
    return set(connection.execute(select(REPLACEMENT.c.replaces_id).where(theirs)).scalars())


def is_made_good() -> Any:
    """The condition that a message never arrived and another one stands in for it."""
    stands_in = REPLACEMENT.c.replaces_id == OUTBOX.c.id
    return exists().where(stands_in, REPLACEMENT.c.why.in_(_LOST))


def replace(
    connection: Connection, message: int, way: str, why: Why, wake_at: datetime, now: datetime
) -> bool:
    """Owe the same by another way; False if it was owed by that way before, or is replaced."""
    row = _lock(connection, message)
    if row is None:
        return False
    return _stand_in(connection, row, _key_by(row, way), way, why, wake_at, now)


def resend(connection: Connection, message: int, now: datetime) -> bool:
    """Let a message that was given up, or never arrived, go once more by the same way.

    False if it is nobody's, has not failed, or something stands in for it: a second click.
    """
    row = _lock(connection, message)
    if row is None or row["person_id"] is None:
        return False
    if row["status"] == "dead":
        again = update(OUTBOX).where(OUTBOX.c.id == message)
        connection.execute(again.values(_ANEW | {"wake_at": now}))
        return True
    story = reports.stories(connection, [message]).get(message)
    if row["status"] != "sent" or story is None or story.fate is not Fate.UNDELIVERED:
        return False
    return _stand_in(connection, row, AGAIN + row["key"], row["way"], "resent", now, now)


def _lock(connection: Connection, message: int) -> Mapping[Any, Any] | None:
    """A message that nothing stands in for, locked."""
    query = select(OUTBOX).where(OUTBOX.c.id == message, ~is_replaced())
    return connection.execute(query.with_for_update()).mappings().first()


def _key_by(row: Mapping[Any, Any], way: str) -> str:
    key: str = row["key"]
    if row["template"] == DIGEST:
        return key.replace(f":{row['way']}:", f":{way}:")
    return f"{key.rpartition('.')[0]}.{way}"


def _stand_in(
    connection: Connection,
    row: Mapping[Any, Any],
    key: str,
    way: str,
    why: Why,
    wake_at: datetime,
    now: datetime,
) -> bool:
    new = {name: row[name] for name in _SAME} | _ANEW | {"key": key, "way": way}
    new |= {"wake_at": wake_at}
    made = upsert(connection, OUTBOX).values(new).on_conflict_do_nothing(index_elements=["key"])
    id_ = connection.execute(made.returning(OUTBOX.c.id)).scalar()
    if id_ is None:
        return False
    link = {"outbox_id": id_, "replaces_id": row["id"], "why": why, "at": now}
    connection.execute(insert(REPLACEMENT).values(link))
    if row["template"] == DIGEST:  # what was gathered travels with the digest that carries it
        items = update(OUTBOX).where(OUTBOX.c.digest_id == row["id"])
        connection.execute(items.values(digest_id=id_))
    return True
