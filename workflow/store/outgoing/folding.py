"""The day's digests: which messages are gathered, and into which row.

A digest's key has its day: one a person, way and working day. One that could not go on its day
becomes the next day's with all that is in it, so that nobody gets two when a way works again.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    insert,
    or_,
    select,
    update,
)

from workflow.store.driver import bulk
from workflow.store.outgoing.outbox import DIGEST, Row, waits
from workflow.store.outgoing.relevance import has_moved_on, is_spoken_for, stands_still
from workflow.store.sight.scope import is_confidential
from workflow.store.tables.handles import CASE, OUTBOX, PERSON, UNIT

_TO_FOLD = and_(
    OUTBOX.c.status == "waiting", OUTBOX.c.urgency == DIGEST, OUTBOX.c.template != DIGEST
)

_LEFT_OVER = and_(
    OUTBOX.c.template == DIGEST,
    OUTBOX.c.status == "waiting",
    OUTBOX.c.key.not_like(bindparam("today")),
)


def _of_day(day: str) -> str:
    """How the keys of a day's digests read."""
    return f"%:{day}"


Group = tuple[int, str]
"""A person and a way."""


def lock_due_groups(connection: Connection, now: datetime, day: str, most: int) -> list[Group]:
    """Whose digest of a day is due, at most so many persons; those another worker folds are left
    to it.
    """
    asked = {"now": now, "today": _of_day(day)}
    people = connection.execute(_LOCK_PEOPLE, asked | {"most": most}).scalars().all()
    groups = connection.execute(_GROUPS, asked | {"people": people})
    return [(person, way) for person, way in groups]


_DUE = and_(
    OUTBOX.c.urgency == DIGEST,
    OUTBOX.c.wake_at <= bindparam("now"),
    or_(_TO_FOLD, _LEFT_OVER),
)
# not FOR UPDATE proper: a command that writes a row of this person need not wait
_LOCK_PEOPLE = (
    select(PERSON.c.id)
    .where(
        PERSON.c.id.in_(
            select(OUTBOX.c.person_id)
            .where(_DUE)
            .distinct()
            .limit(bindparam("most", type_=Integer))
        )
    )
    .order_by(PERSON.c.id)
    .with_for_update(skip_locked=True, key_share=True)
)
_GROUPS = (
    select(OUTBOX.c.person_id, OUTBOX.c.way)
    .where(_DUE, OUTBOX.c.person_id.in_(bindparam("people", expanding=True)))
    .distinct()
    .order_by(OUTBOX.c.person_id, OUTBOX.c.way)
)


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
    old = {one.group: one for one in _left_overs(connection, day) if one.group in keys}
    tried = {
        group: {"attempts": one.attempts, "put_off_since": one.put_off_since}
        for group, one in old.items()
    }
    new = [
        _digest_row(group, key, now) | tried.get(group, {})
        for group, key in keys.items() if key not in there
    ]  # fmt: skip
    if new:
        connection.execute(insert(OUTBOX), new)
    open_ = {
        key: id_ for key, (id_, status) in _digests(connection, keys.values()).items()
        if status == "waiting"
    }  # fmt: skip
    for group, one in old.items():
        _take_over(connection, one, open_.get(keys[group]), next_at)
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


# What could not go on its day


@dataclass(frozen=True, slots=True)
class _LeftOver:
    """A digest of an earlier day that still waits; it was tried so many times, since then."""

    id: int
    group: Group
    attempts: int
    put_off_since: datetime | None


_LATER = "当天没有发出，其中事项并入后一天的摘要"


def _left_overs(connection: Connection, day: str) -> list[_LeftOver]:
    """All of them: there are none but after an outage."""
    found = connection.execute(_LEFT_OVERS, {"today": _of_day(day)})
    return [_LeftOver(id_, (person, way), *tried) for id_, person, way, *tried in found]


_LEFT_OVERS = select(
    OUTBOX.c.id, OUTBOX.c.person_id, OUTBOX.c.way, OUTBOX.c.attempts, OUTBOX.c.put_off_since
).where(waits(), _LEFT_OVER)


def _take_over(connection: Connection, old: _LeftOver, to: int | None, later: datetime) -> None:
    """Let the open digest `to` carry what an earlier one held; without one that waits until later.

    Whoever leases it at this moment is left to send it.
    """
    still = update(OUTBOX).where(OUTBOX.c.id == old.id, OUTBOX.c.status == "waiting")
    if to is None:
        connection.execute(still.values(wake_at=later))
        return
    gone = {
        "status": "cancelled",
        "wake_at": None,
        "detail": _LATER,
    }
    if connection.execute(still.values(gone)).rowcount == 1:
        items = update(OUTBOX).where(OUTBOX.c.digest_id == old.id)
        connection.execute(items.values(digest_id=to))


def digest_key(group: Group, day: str) -> str:
    """The key of a person's digest of a day by one way."""
    person, way = group
    return f"{DIGEST}:{person}:{way}:{day}"


def _of(group: Group, now: datetime) -> Row:
    person, way = group
    return {"person": person, "by": way, "now": now}


def _digests(connection: Connection, keys: Collection[str]) -> dict[str, tuple[int, str]]:
    found = connection.execute(_DIGESTS, {"keys": list(keys)})
    return {key: (id_, status) for key, id_, status in found}


_DIGESTS = (
    select(OUTBOX.c.key, OUTBOX.c.id, OUTBOX.c.status)
    .where(OUTBOX.c.key.in_(bindparam("keys", expanding=True)))
    .with_for_update()
)


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
        "put_off_since": None,
        "created_at": now,
    }


@dataclass(frozen=True, slots=True)
class Item:
    """One message inside a digest, with its case as it is now.

    `due_at` is the limit that runs, `moved_on` whether the case has left the state in which the
    message was owed, `confidential` whether only people who are named see it.
    """

    case: int
    template: str
    variables: Mapping[str, str]
    unit: str
    due_at: datetime | None
    moved_on: bool
    confidential: bool = False


def items_of(connection: Connection, digest: int, now: datetime) -> list[Item]:
    """What was folded into a digest and goes by itself by no later message, oldest first."""
    found = bulk.fetch(connection, _items(), {"digest": digest, "now": now})
    return [
        Item(about, template, json.loads(variables), *at_present)
        for about, template, variables, *at_present in (row.values() for row in found)
    ]


@cache
def _items() -> Select[Any]:
    """Made once, for to put it together costs more than to run it."""
    return (
        select(
            OUTBOX.c.case_id, OUTBOX.c.template, OUTBOX.c.variables, UNIT.c.short_name,
            case((~stands_still(), CASE.c.due_at)).label("due_at"),
            has_moved_on().label("moved_on"),
            is_confidential(CASE.c.id).label("confidential"),
        )
        .join(CASE, CASE.c.id == OUTBOX.c.case_id)
        .join(UNIT, UNIT.c.id == CASE.c.unit_id)
        .where(OUTBOX.c.digest_id == bindparam("digest"), ~is_spoken_for(bindparam("now")))
        .order_by(OUTBOX.c.id)
    )  # fmt: skip
