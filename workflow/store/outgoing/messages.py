"""Messages as pages show them: a person's inbox, the list of messages, those given up."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, func, select, union_all

from workflow.engine.case import Actor
from workflow.engine.errors import NotFound
from workflow.store.outgoing.outbox import DIGEST
from workflow.store.outgoing.replacing import is_replaced
from workflow.store.outgoing.reports import SPEAKS_OF, Fate
from workflow.store.sight.scope import in_sight
from workflow.store.tables.handles import HANDOVER, OUTBOX, PERSON, REPORT, SCOPE


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """One thing a person was told, whatever the ways; `ways` says what became of each."""

    id: int
    case: int
    seq: int
    template: str
    urgency: str
    variables: Mapping[str, str]
    created_at: datetime
    ways: Mapping[str, str] = field(default_factory=dict)


def inbox_of(
    connection: Connection, person: int, *, before: int | None = None, limit: int = 50
) -> list[InboxEntry]:
    """What a person was told, newest first; the last entry's id is `before` for the next page."""
    earlier = OUTBOX.alias("earlier")
    same = and_(
        earlier.c.case_id == OUTBOX.c.case_id,
        earlier.c.seq == OUTBOX.c.seq,
        earlier.c.template == OUTBOX.c.template,
        earlier.c.person_id == OUTBOX.c.person_id,
    )
    query = select(OUTBOX).where(
        OUTBOX.c.person_id == person,
        OUTBOX.c.template != DIGEST,
        ~exists().where(same, earlier.c.id < OUTBOX.c.id),
        *([OUTBOX.c.id < before] if before is not None else []),
    )
    rows = connection.execute(query.order_by(OUTBOX.c.id.desc()).limit(limit)).mappings().all()
    ways = _ways_of(connection, person, {row["case_id"] for row in rows})
    return [_inbox_entry(row, ways) for row in rows]


Told = tuple[int, int, str]


def _ways_of(
    connection: Connection, person: int, cases: Collection[int]
) -> dict[Told, dict[str, str]]:
    """For what a person was told about these cases: each way and its status."""
    digest = OUTBOX.alias("digest")
    query = (
        select(
            OUTBOX.c.case_id, OUTBOX.c.seq, OUTBOX.c.template, OUTBOX.c.way,
            func.coalesce(digest.c.status, OUTBOX.c.status),
        )
        .outerjoin(digest, digest.c.id == OUTBOX.c.digest_id)
        .where(OUTBOX.c.person_id == person, OUTBOX.c.case_id.in_(cases))
    )  # fmt: skip
    found: dict[Told, dict[str, str]] = {}
    for case, seq, template, way, status in connection.execute(query):
        found.setdefault((case, seq, template), {})[way] = status
    return found


def _inbox_entry(row: Mapping[Any, Any], ways: Mapping[Told, Mapping[str, str]]) -> InboxEntry:
    return InboxEntry(
        id=row["id"],
        case=row["case_id"],
        seq=row["seq"],
        template=row["template"],
        urgency=row["urgency"],
        variables=json.loads(row["variables"]),
        created_at=row["created_at"],
        ways=ways[row["case_id"], row["seq"], row["template"]],
    )


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the messages page lists it; `person_name` is empty when a post was vacant."""

    id: int
    key: str
    case_id: int | None
    seq: int | None
    person_id: int | None
    person_name: str
    unit_id: int | None
    way: str
    urgency: str
    template: str
    variables: Mapping[str, str]
    status: str
    wake_at: datetime | None
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    text: str | None
    parts: int | None
    outcome: str | None
    detail: str | None
    provider_id: str | None
    digest_id: int | None
    put_off_since: datetime | None
    planned_at: datetime | None


def messages(
    connection: Connection,
    *,
    reader: Actor | None,
    status: str | None = None,
    way: str | None = None,
    case: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Message]:
    """Messages, newest first; the last one's id is `before` for the next page.

    `reader` is whose scope narrows them; None for a case that is known to be in scope.
    """
    equal = ((OUTBOX.c.status, status), (OUTBOX.c.way, way), (OUTBOX.c.case_id, case))
    wanted = [column == value for column, value in equal if value is not None]
    if before is not None:
        wanted.append(OUTBOX.c.id < before)
    return _listed(connection, wanted, reader, limit)


def messages_by_id(connection: Connection, ids: Collection[int]) -> dict[int, Message]:
    """These messages, whoever sees them."""
    found = _listed(connection, [OUTBOX.c.id.in_(ids)], None, len(ids)) if ids else []
    return {one.id: one for one in found}


def _listed(
    connection: Connection, wanted: Iterable[Any], reader: Actor | None, limit: int
) -> list[Message]:
    query = (
        select(OUTBOX, func.coalesce(PERSON.c.name, "").label("person_name"))
        .outerjoin(PERSON, PERSON.c.id == OUTBOX.c.person_id)
        .where(*wanted, *_seen(reader))
        .order_by(OUTBOX.c.id.desc())
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(query).mappings()]


def failures(
    connection: Connection,
    *,
    reader: Actor | None,
    before: int | None = None,
    limit: int = 50,
) -> list[Message]:
    """Messages given up or returned for which nothing stands in, newest first.

    A later report may say that one arrived after all: `reports.stories` has the last word.
    """
    given_up = OUTBOX.alias("given_up")
    dead = select(given_up.c.id).where(given_up.c.lost == 1)
    returned = select(HANDOVER.c.outbox_id).join(REPORT, SPEAKS_OF)
    returned = returned.where(REPORT.c.fate == Fate.UNDELIVERED)
    lost = OUTBOX.c.id.in_(union_all(dead, returned)), OUTBOX.c.status.in_(("dead", "sent"))
    wanted = [*lost, ~is_replaced(), *([OUTBOX.c.id < before] if before is not None else [])]
    return _listed(connection, wanted, reader, limit)


def one_message(connection: Connection, reader: Actor, message: int) -> Message:
    """A message about a case in the reader's scope; raises NotFound."""
    found = _listed(connection, [OUTBOX.c.id == message], reader, 1)
    if not found:
        raise NotFound("没有这条消息，或不在你的范围内", {"message": message})
    return found[0]


def _seen(reader: Actor | None) -> Iterable[Any]:
    if reader is None:
        return []
    return [exists().where(SCOPE.c.case_id == OUTBOX.c.case_id, in_sight(reader))]


def _message(row: Mapping[Any, Any]) -> Message:
    shown = {name: row[name] for name in Message.__dataclass_fields__}
    return Message(**{**shown, "variables": json.loads(row["variables"])})
