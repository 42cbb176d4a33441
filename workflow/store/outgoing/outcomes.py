"""What became of a message that was claimed: it went, waits for another try, or is given up."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal, or_, update

from workflow.store.driver import bulk
from workflow.store.driver.among import one_of
from workflow.store.offices.masking import masked_in
from workflow.store.outgoing.leases import Leased, held_by
from workflow.store.outgoing.outbox import DIGEST, Row
from workflow.store.tables.handles import OUTBOX

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
    mine = update(OUTBOX).where(held_by(message.id, message.until))
    connection.execute(mine.values(values | _GONE | {"detail": masked_in(detail)}))


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
    mine = update(OUTBOX).where(held_by(message.id, message.until))
    connection.execute(mine.values(values))


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
