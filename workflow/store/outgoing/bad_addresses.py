"""Addresses that do not exist, as providers said, and people who cannot be reached.

A mark is about an address, by its hash: it lapses when the person's address is changed, and an
administrator who knows better clears it.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, exists, or_, select, update

from workflow.store.driver import bulk
from workflow.store.driver.upsert import upsert
from workflow.store.offices.organisation import held_at
from workflow.store.outgoing.reports import SPEAKS_OF, address_hash, is_timely
from workflow.store.tables.handles import BAD, HANDOVER, HOLDING, OUTBOX, PERSON, POST, REPORT, UNIT

WAYS = ("email", "sms")
"""The ways by which providers say that an address does not exist."""

_LOOKED_BACK = timedelta(days=2)
"""A report may have come before its handover was committed: it is looked at again so long."""


def mark_bad_addresses(connection: Connection, now: datetime) -> int:
    """Mark the addresses that recent reports call bad; how many were newly marked."""
    query = (
        select(
            OUTBOX.c.person_id, HANDOVER.c.way, HANDOVER.c.address_hash,
            HANDOVER.c.at, REPORT.c.detail, REPORT.c.seen_at,
        )
        .join(HANDOVER, SPEAKS_OF)
        .join(OUTBOX, OUTBOX.c.id == HANDOVER.c.outbox_id)
        .where(REPORT.c.address_is_bad, REPORT.c.seen_at > now - _LOOKED_BACK)
        .where(HANDOVER.c.address_hash.is_not(None))
        .order_by(REPORT.c.id)
    )  # fmt: skip
    return sum(
        _mark(connection, person, way, hashed, detail, seen_at)
        for person, way, hashed, at, detail, seen_at in connection.execute(query).all()
        if is_timely(at, seen_at)
    )


def _mark(
    connection: Connection, person: int, way: str, hashed: str, reason: str, seen_at: datetime
) -> int:
    values = {"address_hash": hashed, "reason": reason, "since": seen_at, "cleared_at": None}
    new: Any = upsert(connection, BAD).values(person_id=person, way=way, **values)
    # What was cleared after this report was seen stays cleared; what is marked keeps its day.
    newer = or_(
        BAD.c.address_hash != hashed, BAD.c.cleared_at.is_not(None) & (BAD.c.cleared_at < seen_at)
    )
    marked = new.on_conflict_do_update(
        index_elements=["person_id", "way"], set_=values, where=newer
    )
    return len(connection.execute(marked.returning(BAD.c.person_id)).all())


def why_bad(connection: Connection, person: int, way: str, address: str) -> str | None:
    """Why nothing should go to this address; None if nothing is known against it."""
    asked = {"person": person, "by": way, "hashed": address_hash(way, address)}
    return next((str(row["reason"]) for row in bulk.fetch(connection, _WHY_BAD, asked)), None)


_WHY_BAD = select(BAD.c.reason).where(
    BAD.c.person_id == bindparam("person"),
    BAD.c.way == bindparam("by"),
    BAD.c.address_hash == bindparam("hashed"),
    BAD.c.cleared_at.is_(None),
)


def clear_bad_address(connection: Connection, person: int, way: str, now: datetime) -> bool:
    """Try the address again; False if it was not marked."""
    cleared = update(BAD).where(
        BAD.c.person_id == person, BAD.c.way == way, BAD.c.cleared_at.is_(None)
    )
    return connection.execute(cleared.values(cleared_at=now)).rowcount == 1


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Somebody an address of whom does not work; `reason` is None where there is no address."""

    person: int
    name: str
    unit: int
    way: str
    reason: str | None
    since: datetime | None


def unreachable_people(
    connection: Connection, now: datetime, *, units: Collection[int] | None
) -> list[Unreachable]:
    """Holders of posts who cannot be reached by mail or by SMS, nor by chat; `units` None means
    everywhere.
    """
    query = (
        select(
            PERSON.c.id, PERSON.c.name, POST.c.unit_id, PERSON.c.email, PERSON.c.phone,
            PERSON.c.chat, BAD.c.way, BAD.c.address_hash, BAD.c.reason, BAD.c.since,
        )
        .join(HOLDING, HOLDING.c.person_id == PERSON.c.id)
        .join(POST, POST.c.id == HOLDING.c.post_id)
        .outerjoin(BAD, (BAD.c.person_id == PERSON.c.id) & BAD.c.cleared_at.is_(None))
        .where(PERSON.c.disabled_at.is_(None), held_at(now))
        .where(
            or_(PERSON.c.email.is_(None), PERSON.c.phone.is_(None), BAD.c.reason.is_not(None))
        )
        .order_by(POST.c.unit_id, PERSON.c.id)
    )  # fmt: skip
    if units is not None:
        query = query.where(POST.c.unit_id.in_(units))
    found: dict[tuple[int, str], Unreachable] = {}
    for row in connection.execute(query):
        for way, address in (("email", row.email), ("sms", row.phone)):
            if address is None and row.chat is None:
                one = Unreachable(row.id, row.name, row.unit_id, way, None, None)
                found.setdefault((row.id, way), one)
            elif address and row.way == way and row.address_hash == address_hash(way, address):
                one = Unreachable(row.id, row.name, row.unit_id, way, row.reason, row.since)
                found.setdefault((row.id, way), one)
    return list(found.values())


def in_need(connection: Connection, now: datetime) -> list[Unreachable]:
    """Everywhere: each address marked bad, and once who has nothing that a message could go to."""
    found = unreachable_people(connection, now, units=None)
    missing = Counter(one.person for one in found if one.reason is None)
    return [
        one
        for one in found
        if one.reason is not None or (missing[one.person] == len(WAYS) and one.way == WAYS[0])
    ]


def vacant_posts(connection: Connection, now: datetime) -> list[tuple[int, str]]:
    """The unit and title of every post of a living unit that nobody holds or stands in for."""
    held = exists().where(HOLDING.c.post_id == POST.c.id, held_at(now))
    query = (
        select(POST.c.unit_id, POST.c.title)
        .join(UNIT, UNIT.c.id == POST.c.unit_id)
        .where(~held, or_(UNIT.c.until.is_(None), UNIT.c.until > now))
        .order_by(POST.c.unit_id, POST.c.id)
    )
    return [(unit, title) for unit, title in connection.execute(query)]
