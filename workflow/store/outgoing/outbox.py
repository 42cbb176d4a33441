"""Messages as rows: claim them, say what became of them. `folding.py` makes digests of them, pages
read `messages.py`.

A message is claimed by a lease: while it is leased, `wake_at` is the end of the lease, so that what
a crashed worker held comes back by itself. An attempt is counted right before the sending, with the
lease renewed; whoever finds the lease taken by another leaves the message alone.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, get_args

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from workflow.engine.pace import Hours
from workflow.engine.words import Urgency
from workflow.store.driver import bulk
from workflow.store.driver.among import one_of
from workflow.store.offices import preferences
from workflow.store.offices.masking import masked_in
from workflow.store.sight.scope import is_confidential
from workflow.store.tables.handles import CASE, HISTORY, OUTBOX, PERSON, PREFERENCE, UNIT

URGENCIES: tuple[str, ...] = get_args(Urgency)

DIGEST = "digest"
"""The urgency of what waits for the day's digest, and the template of the digest itself."""

TO_DO = frozenset({"task", "reminder", "overdue"})
"""Templates that ask for something; they are pointless once the case has moved on."""

Row = dict[str, Any]

# Claiming


@dataclass(frozen=True, slots=True)
class Leased:
    """A message claimed by this worker until `until`; `unsaid` where the worker that had it before
    never said what came of it, `put_off_since` where it was put off before.
    """

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
    unsaid: bool = False
    put_off_since: datetime | None = None


def is_any_due(connection: Connection, now: datetime) -> bool:
    """Whether there is anything to fold or to send at all, quiet hours left aside."""
    return bool(bulk.fetch(connection, _ANY_DUE, {"now": now}))


def waits(until: datetime | BindParameter[Any] | None = None) -> ColumnElement[bool]:
    """The condition that a message is still to go, by an instant if one is given; said so that the
    index which knows what waits finds it among all that ever went.
    """
    so_far = OUTBOX.c.wake_at >= _EVER if until is None else OUTBOX.c.wake_at <= until
    return and_(one_of(OUTBOX.c.urgency, URGENCIES), so_far)


_EVER = datetime(1, 1, 1, tzinfo=UTC)
_ANY_DUE = select(OUTBOX.c.id).where(waits(bindparam("now"))).limit(1)


def lease_due(
    connection: Connection,
    now: datetime,
    most: int,
    lease: timedelta,
    *,
    urgencies: Collection[str],
    ways: Collection[str],
) -> list[Leased]:
    """Claim messages of these urgencies that may go by these ways, at most so many, longest due
    first; of what waits for a digest only the digests.
    """
    asked = {"now": now, "most": most}
    free = (_free(each, tuple(ways)) for each in urgencies)
    found = [row for each in free for row in bulk.fetch(connection, each, asked)]
    if not found:
        return []
    first = sorted(found, key=lambda row: (row["wake_at"], row["id"]))[:most]
    before = {row["id"]: row["status"] for row in first}
    rows = connection.execute(_CLAIM, {"ids": list(before), "until": now + lease}).mappings()
    claimed = {row["id"]: _leased(row, unsaid=before[row["id"]] == "leased") for row in rows}
    return [claimed[id_] for id_ in before]


_CLAIM = (
    update(OUTBOX)
    .where(OUTBOX.c.id.in_(bindparam("ids", expanding=True)))
    .values(status="leased", leased_until=bindparam("until"), wake_at=bindparam("until"))
    .returning(OUTBOX)
)


@cache
def _free(urgency: str, ways: tuple[str, ...]) -> Select[Any]:
    """What nobody has claimed, longest due first, as the index has it."""
    query = select(OUTBOX.c.id, OUTBOX.c.status, OUTBOX.c.wake_at).where(
        OUTBOX.c.urgency == urgency,
        OUTBOX.c.wake_at <= bindparam("now"),
        one_of(OUTBOX.c.status, ("waiting", "leased")),
        one_of(OUTBOX.c.way, ways),
    )
    if urgency == DIGEST:
        query = query.where(OUTBOX.c.template == DIGEST)
    first = query.order_by(OUTBOX.c.wake_at, OUTBOX.c.id).limit(bindparam("most"))
    return first.with_for_update(skip_locked=True)


def _leased(row: Mapping[Any, Any], *, unsaid: bool) -> Leased:
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
        unsaid=unsaid,
        put_off_since=row["put_off_since"],
    )


def count_attempt(connection: Connection, message: Leased, until: datetime) -> Leased | None:
    """Count one more attempt and renew the lease; None when another worker has taken it over."""
    held = {"message": message.id, "held_until": message.until}
    if not bulk.fetch(connection, _COUNT, held | {"until": until}):
        return None
    return replace(message, attempts=message.attempts + 1, until=until)


def _held_as(message: Any, until: Any) -> list[Any]:
    return [OUTBOX.c.id == message, OUTBOX.c.status == "leased", OUTBOX.c.leased_until == until]


_COUNT = (
    update(OUTBOX)
    .where(*_held_as(bindparam("message"), bindparam("held_until")))
    .values(
        attempts=OUTBOX.c.attempts + 1,
        leased_until=bindparam("until"),
        wake_at=bindparam("until"),
    )
    .returning(OUTBOX.c.id)
)


# What became of it

_GONE = {"wake_at": None, "leased_until": None}  # what is settled waits for nothing


@dataclass(frozen=True, slots=True)
class Sent:
    """What went out, as it is kept."""

    text: str
    parts: int | None = None
    provider_id: str | None = None


def mark_sent(
    connection: Connection, message: Leased, now: datetime, outcome: str, detail: str, sent: Sent
) -> None:
    """It went out; said last in a unit of work. Who knows it knows it for every holder."""
    row = asdict(sent) | {"message": message.id, "sent_at": now}
    row |= {"outcome": str(outcome), "detail": masked_in(detail)}
    bulk.send(connection, [(_KNOWN, [row])], last=True)


_TOLD = ("sent_at", "outcome", "detail", "text", "parts", "provider_id")
_KNOWN = update(OUTBOX).where(
    OUTBOX.c.id == bindparam("message"), one_of(OUTBOX.c.status, ("leased", "waiting"))
)
_KNOWN = _KNOWN.values(_GONE | {"status": "sent"} | {name: bindparam(name) for name in _TOLD})


def mark_dead(connection: Connection, message: Leased, outcome: str, detail: str) -> None:
    """It will not be tried again by itself; the messages page lists it."""
    _settle(connection, message, {"status": "dead", "outcome": outcome, "lost": 1}, detail)


def mark_empty(connection: Connection, message: Leased, detail: str) -> None:
    """There is nothing left to say."""
    _settle(connection, message, {"status": "cancelled", "outcome": None}, detail)


def _settle(connection: Connection, message: Leased, values: Row, detail: str) -> None:
    held = update(OUTBOX).where(*_held_as(message.id, message.until))
    connection.execute(held.values(values | _GONE | {"detail": masked_in(detail)}))


def put_off(
    connection: Connection,
    message: Leased,
    wake_at: datetime,
    outcome: str | None,
    detail: str,
    *,
    counts: bool,
    since: datetime | None,
) -> None:
    """It waits for another try, if it is still ours; `counts` False gives the attempt back, `since`
    begins its wait if that has not begun, None where it is its person who wants it later.
    """
    values: Row = {"outcome": outcome, "detail": masked_in(detail), "status": "waiting"}
    values |= {"wake_at": wake_at, "leased_until": None}
    values["put_off_since"] = message.put_off_since or since
    if not counts:
        values["attempts"] = OUTBOX.c.attempts - 1
    connection.execute(update(OUTBOX).where(*_held_as(message.id, message.until)).values(values))


def put_off_alike(
    connection: Connection, message: Leased, wake_at: datetime, detail: str, now: datetime
) -> int:
    """What else is due for the same person by the same way waits as a message that was put off:
    all of it in one write, however much has piled up. How many; what has waited for longer than
    that message is left to be looked at by itself.
    """
    since_then = OUTBOX.c.put_off_since
    not_longer = since_then >= (message.put_off_since or now)
    alike = (
        OUTBOX.c.person_id == message.person,
        OUTBOX.c.way == message.way,
        OUTBOX.c.urgency == message.urgency,
        OUTBOX.c.status == "waiting",
        OUTBOX.c.wake_at <= now,
        or_(OUTBOX.c.urgency != DIGEST, OUTBOX.c.template == DIGEST),
        or_(since_then.is_(None), not_longer),
    )
    waits = {
        "wake_at": wake_at,
        "detail": masked_in(detail),
        "put_off_since": func.coalesce(since_then, literal(now, since_then.type)),
    }
    return connection.execute(update(OUTBOX).where(*alike).values(waits)).rowcount


# Addresses


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a person can be reached at this moment."""

    name: str
    email: str | None
    phone: str | None
    chat: str | None
    chat_secret: str | None
    """Sealed (`people/robots.py`)."""

    disabled: bool
    hours: Hours

    def address(self, way: str) -> str | None:
        """The address for a way; None if there is none."""
        return {"email": self.email, "sms": self.phone, "chat": self.chat}.get(way)


def addressee(connection: Connection, person: int | None) -> Addressee | None:
    """The person, or None if the message is nobody's."""
    found = bulk.fetch(connection, _ADDRESSEE, {"person": person})
    if not found:
        return None
    row = found[0]
    reached_by = (row["email"], row["phone"], row["chat"], row["chat_secret"])
    hours = preferences.of_row(row).hours
    return Addressee(row["name"], *reached_by, row["disabled_at"] is not None, hours)


_ADDRESSEE = (
    select(
        PERSON.c.name,
        PERSON.c.email,
        PERSON.c.phone,
        PERSON.c.chat,
        PERSON.c.chat_secret,
        PERSON.c.disabled_at,
        *preferences.COLUMNS,
    )
    .outerjoin(PREFERENCE, PREFERENCE.c.person_id == PERSON.c.id)
    .where(PERSON.c.id == bindparam("person"))
)


# What it is about


def has_moved_on() -> ColumnElement[bool]:
    """The condition that the message's case has left the state in which it was owed, or has ended.

    A case whose limit was only worked out again is where it was, though its timers began anew.
    """
    since = HISTORY.c.seq > OUTBOX.c.seq
    here = and_(HISTORY.c.case_id == CASE.c.id, HISTORY.c.seq <= CASE.c.entry)
    moved = exists().where(here, since, HISTORY.c.from_state != HISTORY.c.to_state)
    recalculated = exists().where(
        here, HISTORY.c.seq == CASE.c.entry, HISTORY.c.event == "recalculate"
    )
    began_anew = and_(CASE.c.entry > OUTBOX.c.seq, or_(~recalculated, moved))
    return or_(CASE.c.closed_at.is_not(None), began_anew)


def is_spoken_for(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """The condition that a later message of its own asks the same person by the same way for the
    same, and goes now or has gone: after an outage nobody is asked twice in a morning.
    """
    later = OUTBOX.alias("later")
    same = and_(
        later.c.case_id == OUTBOX.c.case_id,
        later.c.person_id + 0 == OUTBOX.c.person_id,  # not looked up by: a person has thousands
        later.c.way == OUTBOX.c.way,
        later.c.created_at > OUTBOX.c.created_at,
    )
    alone = and_(one_of(later.c.template, TO_DO), later.c.urgency != DIGEST)
    waits = and_(later.c.status == "waiting", later.c.wake_at <= now)
    goes = or_(one_of(later.c.status, ("leased", "sent")), waits)
    return and_(one_of(OUTBOX.c.template, TO_DO), exists().where(same, alone, goes))


def is_settled(connection: Connection, message: int) -> bool:
    """Whether the message asks for what has been done."""
    return bool(bulk.fetch(connection, _if_settled(), {"message": message}))


def is_said_later(connection: Connection, message: int, now: datetime) -> bool:
    """Whether a later message asks for the same (`is_spoken_for`)."""
    return bool(bulk.fetch(connection, _if_said_later(), {"message": message, "now": now}))


# Asked of each message in `TO_DO`: made once, for to put them together costs more than to run them.


@cache
def _if_settled() -> Select[Any]:
    return _asking_something().where(has_moved_on())


@cache
def _if_said_later() -> Select[Any]:
    return _asking_something().where(is_spoken_for(bindparam("now")))


def _asking_something() -> Select[Any]:
    """The message that is asked about, if it asks for something about a case."""
    query = select(OUTBOX.c.id).join(CASE, CASE.c.id == OUTBOX.c.case_id)
    return query.where(OUTBOX.c.id == bindparam("message"), one_of(OUTBOX.c.template, TO_DO))


class CaseNow(NamedTuple):
    """A message's case as it is now: the short name of the unit it is about, its limit."""

    unit: str = ""
    due_at: datetime | None = None
    confidential: bool = False


def case_now(connection: Connection, case: int | None) -> CaseNow:
    """What a message says of its case at the moment at which it goes."""
    found = bulk.fetch(connection, _CASE_NOW, {"case": case})
    return CaseNow(*found[0].values()) if found else CaseNow()


_CASE_NOW = (
    select(UNIT.c.short_name, CASE.c.due_at, is_confidential(CASE.c.id).label("confidential"))
    .join(CASE, CASE.c.unit_id == UNIT.c.id)
    .where(CASE.c.id == bindparam("case"))
)
