"""Claiming messages for a while, so that of several workers one sends each.

A message is claimed by a lease: while it is leased, `wake_at` is the end of the lease, so that what
a crashed worker held comes back by itself. An attempt is counted right before the sending, with the
lease renewed; whoever finds the lease taken by another leaves the message alone.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, select, update

from workflow.store.driver import bulk
from workflow.store.driver.among import one_of
from workflow.store.outgoing.outbox import DIGEST
from workflow.store.tables.handles import OUTBOX


@dataclass(frozen=True, slots=True)
class Leased:
    """A message claimed by this worker until `until`; `due` is when its turn had come, `unsaid`
    where the worker that had it before never said what came of it, `put_off_since` where it was put
    off before.
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
    due: datetime
    unsaid: bool = False
    put_off_since: datetime | None = None


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
    before = {row["id"]: row for row in first}
    rows = connection.execute(_CLAIM, {"ids": list(before), "until": now + lease}).mappings()
    claimed = {row["id"]: _leased(row, before[row["id"]]) for row in rows}
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


def _leased(row: Mapping[Any, Any], before: Mapping[Any, Any]) -> Leased:
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
        due=before["wake_at"],
        unsaid=before["status"] == "leased",
        put_off_since=row["put_off_since"],
    )


def count_attempt(connection: Connection, message: Leased, until: datetime) -> Leased | None:
    """Count one more attempt and renew the lease; None when another worker has taken it over."""
    mine = {"message": message.id, "held_until": message.until}
    if not bulk.fetch(connection, _COUNT, mine | {"until": until}):
        return None
    return replace(message, attempts=message.attempts + 1, until=until)


def held_by(message: Any, until: Any) -> ColumnElement[bool]:
    """The condition that a message is still claimed by the lease that ends then."""
    return and_(OUTBOX.c.id == message, OUTBOX.c.status == "leased", OUTBOX.c.leased_until == until)


_COUNT = (
    update(OUTBOX)
    .where(held_by(bindparam("message"), bindparam("held_until")))
    .values(
        attempts=OUTBOX.c.attempts + 1,
        leased_until=bindparam("until"),
        wake_at=bindparam("until"),
    )
    .returning(OUTBOX.c.id)
)


def give_back(connection: Connection, messages: Collection[Leased]) -> None:
    """What was claimed and not tried may be claimed anew at once, due since when it was. Of what
    the worker before left unsaid only the lease ends: nobody forgets that it may have gone.
    """
    for message in messages:
        mine = update(OUTBOX).where(held_by(message.id, message.until))
        status, until = ("leased", message.due) if message.unsaid else ("waiting", None)
        connection.execute(mine.values(status=status, leased_until=until, wake_at=message.due))
