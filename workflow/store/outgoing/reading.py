"""Which messages their people have opened here, in the inbox or with their case."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, exists, literal, select

from workflow.store.driver.upsert import upsert
from workflow.store.outgoing.outbox import DIGEST
from workflow.store.tables.handles import OUTBOX, READING

UNREAD = ~exists().where(READING.c.outbox_id == OUTBOX.c.id)


def unread_about(connection: Connection, person: int, cases: Collection[int]) -> list[int]:
    """The messages to a person about these cases that the person has not opened."""
    query = select(OUTBOX.c.id).where(
        OUTBOX.c.person_id == person, OUTBOX.c.case_id.in_(cases), UNREAD
    )
    return list(connection.execute(query).scalars())


def note_opened_about(connection: Connection, person: int, case_id: int, now: datetime) -> None:
    """Note that a person has opened whatever they were told about a case; the first time counts."""
    theirs = select(OUTBOX.c.id, literal(now, READING.c.at.type)).where(
        OUTBOX.c.person_id == person, OUTBOX.c.case_id == case_id, UNREAD
    )
    new = upsert(connection, READING).from_select(["outbox_id", "at"], theirs)
    connection.execute(new.on_conflict_do_nothing(index_elements=["outbox_id"]))


def unread_urgent(connection: Connection, since: datetime, until: datetime) -> list[int]:
    """Messages that went alone by one way between these instants and have not been opened."""
    other = OUTBOX.alias("other")
    by_another_way = and_(
        other.c.case_id == OUTBOX.c.case_id,
        other.c.seq == OUTBOX.c.seq,
        other.c.template == OUTBOX.c.template,
        other.c.person_id == OUTBOX.c.person_id,
        other.c.way != OUTBOX.c.way,
    )
    query = select(OUTBOX.c.id).where(
        OUTBOX.c.sent_at > since,
        OUTBOX.c.sent_at <= until,
        OUTBOX.c.urgency != DIGEST,
        OUTBOX.c.person_id.is_not(None),
        UNREAD,
        ~exists().where(by_another_way),
    )
    return list(connection.execute(query).scalars())


def note_opened(connection: Connection, messages: Collection[int], now: datetime) -> None:
    """Note that these were opened; the first time counts."""
    if not messages:
        return
    new = upsert(connection, READING).on_conflict_do_nothing(index_elements=["outbox_id"])
    connection.execute(new.values([{"outbox_id": one, "at": now} for one in messages]))
