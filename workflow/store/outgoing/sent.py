"""How much went out, or is about to: by a way, and to one address."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select

from workflow.store.tables.handles import OUTBOX, PERSON

_ADDRESS = {"email": PERSON.c.email, "sms": PERSON.c.phone, "chat": PERSON.c.chat}


def sent_by(connection: Connection, way: str, after: datetime, until: datetime) -> int:
    """How many messages went by a way after an instant, up to another."""
    lately = (OUTBOX.c.sent_at > after, OUTBOX.c.sent_at <= until)
    query = select(func.count()).where(*lately, OUTBOX.c.way == way)
    return int(connection.execute(query).scalar_one())


def in_hand(
    connection: Connection, way: str, urgencies: Collection[str], after: datetime, until: datetime
) -> int:
    """How many messages workers hold by a way, by leases that end between two instants."""
    held = OUTBOX.c.wake_at.between(after, until)  # of what is leased the end of its lease
    query = select(func.count()).where(
        OUTBOX.c.urgency.in_(urgencies), held, OUTBOX.c.status == "leased", OUTBOX.c.way == way
    )
    return int(connection.execute(query).scalar_one())


def sent_to(connection: Connection, way: str, address: str, since: datetime) -> int:
    """How many went to an address since an instant, to whomever of those who share it."""
    sharing = select(PERSON.c.id).where(_ADDRESS[way] == address)
    query = select(func.count()).where(
        OUTBOX.c.person_id.in_(sharing), OUTBOX.c.way == way, OUTBOX.c.sent_at >= since
    )
    return int(connection.execute(query).scalar_one())
