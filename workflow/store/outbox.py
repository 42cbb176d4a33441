"""Messages as rows: claim them, say what became of them, fold digests. Pages read `messages.py`.

A message is claimed by a lease: while it is leased, `wake_at` is the end of the lease, so that what
a crashed worker held comes back by itself. An attempt is counted right before the sending, with the
lease renewed; whoever finds the lease taken by another leaves the message alone.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from workflow.store.organisation import PERSON, UNIT
from workflow.store.people.masking import masked_in
from workflow.store.writes import CASE, OUTBOX

DIGEST = "digest"
"""The urgency of what waits for the day's digest, and the template of the digest itself."""

Row = dict[str, Any]

_TO_FOLD = and_(
    OUTBOX.c.status == "waiting", OUTBOX.c.urgency == DIGEST, OUTBOX.c.template != DIGEST
)


# Claiming


@dataclass(frozen=True, slots=True)
class Leased:
    """A message claimed by this worker until `until`."""

    id: int
    key: str
    case: int | None
    person: int | None
    way: str
    urgency: str
    template: str
    variables: Mapping[str, str]
    attempts: int
    until: datetime


def lease_due(
    connection: Connection,
    now: datetime,
    most: int,
    lease: timedelta,
    *,
    ways: Collection[str],
    immediate_only: bool = False,
) -> list[Leased]:
    """Claim messages that may go by these ways, at most so many, longest due first."""
    wanted = [
        OUTBOX.c.wake_at <= now,
        OUTBOX.c.status.in_(("waiting", "leased")),
        OUTBOX.c.way.in_(ways),
        or_(OUTBOX.c.urgency != DIGEST, OUTBOX.c.template == DIGEST),
    ]
    if immediate_only:
        wanted.append(OUTBOX.c.urgency == "immediate")
    due = select(OUTBOX.c.id).where(*wanted).order_by(OUTBOX.c.wake_at, OUTBOX.c.id).limit(most)
    ids = connection.execute(due.with_for_update(skip_locked=True)).scalars().all()
    if not ids:
        return []
    until = now + lease
    claim = (
        update(OUTBOX)
        .where(OUTBOX.c.id.in_(ids))
        .values(status="leased", leased_until=until, wake_at=until)
        .returning(OUTBOX)
    )
    claimed = {row["id"]: _leased(row) for row in connection.execute(claim).mappings()}
    return [claimed[id_] for id_ in ids]


def _leased(row: Mapping[Any, Any]) -> Leased:
    return Leased(
        id=row["id"],
        key=row["key"],
        case=row["case_id"],
        person=row["person_id"],
        way=row["way"],
        urgency=row["urgency"],
        template=row["template"],
        variables=json.loads(row["variables"]),
        attempts=row["attempts"],
        until=row["leased_until"],
    )


def count_attempt(connection: Connection, message: Leased, until: datetime) -> Leased | None:
    """Count one more attempt and renew the lease; None when another worker has taken it over."""
    begun = update(OUTBOX).where(*_held_as(message))
    begun = begun.values(attempts=OUTBOX.c.attempts + 1, leased_until=until, wake_at=until)
    if connection.execute(begun).rowcount != 1:
        return None
    return replace(message, attempts=message.attempts + 1, until=until)


def _held_as(message: Leased) -> list[Any]:
    return [
        OUTBOX.c.id == message.id,
        OUTBOX.c.status == "leased",
        OUTBOX.c.leased_until == message.until,
    ]


# What became of it


@dataclass(frozen=True, slots=True)
class Sent:
    """What went out, as it is kept."""

    text: str
    parts: int | None = None
    provider_id: str | None = None


def mark_sent(
    connection: Connection, message: Leased, now: datetime, outcome: str, detail: str, sent: Sent
) -> None:
    """It went out. Whoever knows this knows it for every holder of the lease."""
    known = update(OUTBOX).where(
        OUTBOX.c.id == message.id, OUTBOX.c.status.in_(("leased", "waiting"))
    )
    values = _settled("sent", outcome, detail) | {"sent_at": now}
    values |= {"text": sent.text, "parts": sent.parts, "provider_id": sent.provider_id}
    connection.execute(known.values(values))


def mark_dead(connection: Connection, message: Leased, outcome: str, detail: str) -> None:
    """It will not be tried again by itself; the messages page lists it."""
    dead = update(OUTBOX).where(*_held_as(message))
    connection.execute(dead.values(_settled("dead", outcome, detail)))


def mark_empty(connection: Connection, message: Leased, detail: str) -> None:
    """There is nothing left to say."""
    empty = update(OUTBOX).where(*_held_as(message))
    connection.execute(empty.values(_settled("cancelled", None, detail)))


def _settled(status: str, outcome: str | None, detail: str) -> Row:
    gone = {"wake_at": None, "leased_until": None}
    return {"status": status, "outcome": outcome, "detail": masked_in(detail), **gone}


def put_off(
    connection: Connection,
    message: Leased,
    wake_at: datetime,
    outcome: str,
    detail: str,
    *,
    counts: bool,
) -> None:
    """It waits for another try, if it is still ours; `counts` False gives the attempt back."""
    values: Row = {"outcome": outcome, "detail": masked_in(detail), "status": "waiting"}
    values |= {"wake_at": wake_at, "leased_until": None}
    if not counts:
        values["attempts"] = OUTBOX.c.attempts - 1
    connection.execute(update(OUTBOX).where(*_held_as(message)).values(values))


# Digests


Group = tuple[int, str]
"""A person and a way."""


def lock_due_groups(connection: Connection, now: datetime, most: int) -> list[Group]:
    """Whose digest is due, at most so many persons; those another worker folds are left to it."""
    due = (OUTBOX.c.wake_at <= now) & _TO_FOLD
    people = select(OUTBOX.c.person_id).where(due).distinct().limit(most)
    # Not FOR UPDATE proper: a command that writes a row of this person need not wait.
    lock = select(PERSON.c.id).where(PERSON.c.id.in_(people)).order_by(PERSON.c.id)
    locked = connection.execute(lock.with_for_update(skip_locked=True, key_share=True)).scalars()
    groups = (
        select(OUTBOX.c.person_id, OUTBOX.c.way)
        .where(due, OUTBOX.c.person_id.in_(locked.all()))
        .distinct()
        .order_by(OUTBOX.c.person_id, OUTBOX.c.way)
    )
    return [(person, way) for person, way in connection.execute(groups)]


@dataclass(frozen=True, slots=True)
class Folded:
    """What one round of folding did."""

    digests: int = 0
    messages: int = 0
    put_off: int = 0


def fold(
    connection: Connection, groups: Sequence[Group], day: str, now: datetime, next_at: datetime
) -> Folded:
    """Make the digest of that day for each group and put what is due into it.

    The digest's unique key allows one a day: what comes after it went waits until `next_at`.
    """
    keys = {group: digest_key(group, day) for group in groups}
    there = _digests(connection, keys.values())
    new = [_digest_row(group, key, now) for group, key in keys.items() if key not in there]
    if new:
        connection.execute(insert(OUTBOX), new)
    open_ = {
        key: id_ for key, (id_, status) in _digests(connection, keys.values()).items()
        if status == "waiting"
    }  # fmt: skip
    joins = [_of(group, now) | {"to": open_[k]} for group, k in keys.items() if k in open_]
    waits = [_of(group, now) | {"later": next_at} for group, k in keys.items() if k not in open_]
    return Folded(
        len(new),
        sum(connection.execute(_FOLD, group).rowcount for group in joins),
        sum(connection.execute(_PUT_OFF, group).rowcount for group in waits),
    )


_DUE_OF = and_(
    OUTBOX.c.person_id == bindparam("person"),
    OUTBOX.c.way == bindparam("by"),
    OUTBOX.c.wake_at <= bindparam("now"),
    _TO_FOLD,
)
_FOLD = update(OUTBOX).where(_DUE_OF)
_FOLD = _FOLD.values(status="folded", wake_at=None, digest_id=bindparam("to"))
_PUT_OFF = update(OUTBOX).where(_DUE_OF).values(wake_at=bindparam("later"))


def digest_key(group: Group, day: str) -> str:
    """The key of a person's digest of a day by one way."""
    person, way = group
    return f"{DIGEST}:{person}:{way}:{day}"


def _of(group: Group, now: datetime) -> Row:
    person, way = group
    return {"person": person, "by": way, "now": now}


def _digests(connection: Connection, keys: Collection[str]) -> dict[str, tuple[int, str]]:
    query = select(OUTBOX.c.key, OUTBOX.c.id, OUTBOX.c.status).where(OUTBOX.c.key.in_(keys))
    found = connection.execute(query.with_for_update())
    return {key: (id_, status) for key, id_, status in found}


def _digest_row(group: Group, key: str, now: datetime) -> Row:
    person, way = group
    return {
        "key": key,
        "person_id": person,
        "way": way,
        "urgency": DIGEST,
        "template": DIGEST,
        "variables": "{}",
        "status": "waiting",
        "wake_at": now,
        "attempts": 0,
        "created_at": now,
    }


@dataclass(frozen=True, slots=True)
class Item:
    """One message inside a digest, with its case as it is now."""

    case: int
    seq: int
    template: str
    variables: Mapping[str, str]
    unit: str
    entry: int
    due_at: datetime | None
    closed: bool


def items_of(connection: Connection, digest: int) -> list[Item]:
    """What was folded into a digest, oldest first."""
    query = (
        select(
            OUTBOX.c.case_id, OUTBOX.c.seq, OUTBOX.c.template, OUTBOX.c.variables,
            UNIT.c.short_name, CASE.c.entry, CASE.c.due_at, CASE.c.closed_at,
        )
        .join(CASE, CASE.c.id == OUTBOX.c.case_id)
        .join(UNIT, UNIT.c.id == CASE.c.unit_id)
        .where(OUTBOX.c.digest_id == digest)
        .order_by(OUTBOX.c.id)
    )  # fmt: skip
    return [
        Item(case, seq, template, json.loads(variables), unit, entry, due_at, closed_at is not None)
        for case, seq, template, variables, unit, entry, due_at, closed_at in connection.execute(
            query
        )
    ]


# Addresses


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a person can be reached at this moment."""

    name: str
    email: str | None
    phone: str | None
    disabled: bool

    def address(self, way: str) -> str | None:
        """The address for a way; None if there is none."""
        return {"email": self.email, "sms": self.phone}.get(way)


def addressee(connection: Connection, person: int | None) -> Addressee | None:
    """The person, or None if the message is nobody's."""
    query = select(PERSON.c.name, PERSON.c.email, PERSON.c.phone, PERSON.c.disabled_at)
    row = connection.execute(query.where(PERSON.c.id == person)).first()
    if row is None:
        return None
    return Addressee(row.name, row.email, row.phone, row.disabled_at is not None)


def is_settled(connection: Connection, case: int | None, key: str) -> bool:
    """Whether a case has moved on since the message of this key was owed, or has ended."""
    if case is None:
        return False
    query = select(CASE.c.closed_at, CASE.c.entry, OUTBOX.c.seq).join(
        OUTBOX, OUTBOX.c.case_id == CASE.c.id
    )
    row = connection.execute(query.where(OUTBOX.c.key == key)).first()
    return row is not None and (row.closed_at is not None or row.entry > row.seq)


def case_now(connection: Connection, case: int | None) -> tuple[str, datetime | None]:
    """The short name of the unit that a message's case is about, and its present limit."""
    query = select(UNIT.c.short_name, CASE.c.due_at).join(CASE, CASE.c.unit_id == UNIT.c.id)
    row = connection.execute(query.where(CASE.c.id == case)).first()
    return (row.short_name, row.due_at) if row else ("", None)
