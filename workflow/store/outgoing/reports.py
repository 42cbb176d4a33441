"""What providers report of messages they took over: receipts and bounces, as rows.

Handovers and reports are only ever added. What became of a message is worked out from both when it
is asked for, so that the order in which they come does not matter, a repeated report changes
nothing, and a message once delivered stays delivered.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, and_, exists, func, insert, select

from workflow.store.driver.among import among
from workflow.store.driver.upsert import upsert
from workflow.store.offices.masking import masked_in
from workflow.store.tables.handles import HANDOVER, OUTBOX, PERSON, REPORT

ABOUT_AT_MOST = timedelta(days=8)
"""A report speaks of what was handed over at most so long ago: providers use their ids again."""

ASKED_FOR = timedelta(days=3)
"""So long a provider that must be asked is asked: a receipt that took longer never comes."""


class Fate(StrEnum):
    """What became of a message after a provider had taken it over."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    DELAYED = "delayed"
    """The provider still tries."""

    UNKNOWN = "unknown"
    """Handed over; nothing was reported."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says of one part of a message; `about` is the name it gave that part."""

    about: str
    fate: Fate
    detail: str
    code: str | None = None
    happened_at: datetime | None = None
    address_is_bad: bool = False
    """Nobody will ever be reached there: the address does not exist."""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A part of which nothing final is known yet."""

    about: str
    to: str
    at: datetime


def address_hash(way: str, address: str) -> str:
    """What stands for an address outside the table of people."""
    return sha256(f"{way}:{address}".encode("utf-8", "replace")).hexdigest()


# Writing


def record_handover(
    connection: Connection, outbox: int, way: str, address: str, ids: Sequence[str], now: datetime
) -> None:
    """Note the names under which a provider will speak of the parts of a message."""
    if not ids:
        return
    last = select(func.coalesce(func.max(HANDOVER.c.attempt), 0))
    attempt = connection.execute(last.where(HANDOVER.c.outbox_id == outbox)).scalar_one() + 1
    whole = {"outbox_id": outbox, "attempt": attempt, "way": way, "at": now, "parts": len(ids)}
    whole["address_hash"] = address_hash(way, address)
    rows = [{**whole, "part": part, "provider_id": id_} for part, id_ in enumerate(ids, start=1)]
    connection.execute(insert(HANDOVER), rows)


def keep(connection: Connection, way: str, reports: Iterable[Report], now: datetime) -> int:
    """Add the reports that are new; how many those were."""
    rows = {row["key"]: row for row in (_report_row(way, one, now) for one in reports)}
    known = select(REPORT.c.key).where(REPORT.c.key.in_(rows))
    for key in connection.execute(known).scalars():
        del rows[key]
    if not rows:
        return 0
    # another worker may be told the same at the same moment
    new = upsert(connection, REPORT).on_conflict_do_nothing(index_elements=["key"])
    added = connection.execute(new.values(list(rows.values())).returning(REPORT.c.id))
    return len(added.all())


def _report_row(way: str, report: Report, now: datetime) -> dict[str, Any]:
    # A provider that uses its ids again dates its reports; one that does not is taken at our day.
    when = report.happened_at or now.date()
    key = f"{way}:{report.about}:{report.fate}:{report.code}:{when.isoformat()}"
    return {
        "key": sha256(key.encode("utf-8", "replace")).hexdigest(),
        "way": way,
        "provider_id": report.about,
        "fate": report.fate,
        "code": report.code,
        "detail": masked_in(report.detail),
        "address_is_bad": report.address_is_bad,
        "happened_at": report.happened_at,
        "seen_at": now,
    }


# Reading

SPEAKS_OF = and_(REPORT.c.way == HANDOVER.c.way, REPORT.c.provider_id == HANDOVER.c.provider_id)
"""A report is about a handover; the caller also minds `is_timely`."""


def is_timely(handed_over: datetime, seen: datetime) -> bool:
    """Whether a report of then can be about a handover of then."""
    return seen - ABOUT_AT_MOST <= handed_over


@dataclass(frozen=True, slots=True)
class Story:
    """What became of a message: its fate, and the words of the report that says so."""

    fate: Fate
    detail: str = ""
    at: datetime | None = None


def stories(connection: Connection, messages: Collection[int]) -> dict[int, Story]:
    """What became of each of these messages; those never handed over are left out."""
    query = (
        select(
            HANDOVER.c.outbox_id, HANDOVER.c.attempt, HANDOVER.c.part, HANDOVER.c.at,
            REPORT.c.fate, REPORT.c.detail, REPORT.c.happened_at, REPORT.c.seen_at,
        )
        .outerjoin(REPORT, SPEAKS_OF)
        .where(among(connection, HANDOVER.c.outbox_id, messages))
        .order_by(HANDOVER.c.outbox_id, HANDOVER.c.attempt, HANDOVER.c.part, REPORT.c.id)
    )  # fmt: skip
    attempts: dict[int, dict[int, dict[int, Story]]] = {}
    for message, attempt, part, at, fate, detail, happened_at, seen_at in connection.execute(query):
        parts = attempts.setdefault(message, {}).setdefault(attempt, {})
        said = Story(Fate.UNKNOWN)
        if fate is not None and is_timely(at, seen_at):
            said = Story(Fate(fate), detail, happened_at or seen_at)
        parts[part] = _surest(parts.get(part, said), said)
    return {
        message: _best(_worst(parts.values()) for parts in tries.values())
        for message, tries in attempts.items()
    }


def returned_since(connection: Connection, since: datetime) -> list[int]:
    """Messages that some report since then calls undelivered; `stories` has the last word."""
    query = (
        select(HANDOVER.c.outbox_id)
        .join(REPORT, SPEAKS_OF)
        .where(REPORT.c.fate == Fate.UNDELIVERED, REPORT.c.seen_at > since)
        .distinct()
    )
    return list(connection.execute(query).scalars())


_BY_CERTAINTY = (Fate.UNKNOWN, Fate.DELAYED, Fate.UNDELIVERED, Fate.DELIVERED)
"""Of several reports about one part the most certain holds: delivered once is delivered."""

_BY_HOPE = (Fate.UNDELIVERED, Fate.UNKNOWN, Fate.DELAYED, Fate.DELIVERED)
"""A try of which nothing is known may still arrive, so the message has not failed yet."""


def _surest(*stories: Story) -> Story:
    return max(stories, key=lambda story: _BY_CERTAINTY.index(story.fate))


def _best(tries: Iterable[Story]) -> Story:
    return max(tries, key=lambda story: _BY_HOPE.index(story.fate))


def _worst(parts: Iterable[Story]) -> Story:
    """Of the parts of one try: a text with a hole has not arrived."""
    return min(parts, key=lambda story: _BY_HOPE.index(story.fate))


def outstanding(connection: Connection, way: str, now: datetime, most: int) -> list[Outstanding]:
    """Parts of which nothing final is known, the oldest first, for providers that must be asked."""
    final = REPORT.c.fate.in_((Fate.DELIVERED, Fate.UNDELIVERED))
    query = (
        select(HANDOVER.c.provider_id, PERSON.c.phone, HANDOVER.c.at, HANDOVER.c.address_hash)
        .join(OUTBOX, OUTBOX.c.id == HANDOVER.c.outbox_id)
        .join(PERSON, PERSON.c.id == OUTBOX.c.person_id)
        .where(HANDOVER.c.way == way, HANDOVER.c.at > now - ASKED_FOR)
        .where(~exists().where(SPEAKS_OF, final))
        .order_by(HANDOVER.c.id)
        .limit(most)
    )
    return [
        Outstanding(about, phone, at)
        for about, phone, at, hashed in connection.execute(query)
        if phone and address_hash(way, phone) == hashed
    ]
