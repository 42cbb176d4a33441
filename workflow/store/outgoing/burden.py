"""What units were asked and told (减负): for the board of a unit, and for the monthly statement.

A task is what arrived on a unit's desk to be done: one, however many people and ways it went to. A
letter is what left the house for somebody of the unit: a digest is one, whatever it holds. A form
is what somebody of the unit filled in, with so many fields.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, func, select

from workflow.engine.case import Actor
from workflow.store.offices.organisation import held_at
from workflow.store.sight.scope import in_sight
from workflow.store.tables.handles import CASE, HISTORY, HOLDING, OUTBOX, POST, SCOPE

OUTSIDE = ("email", "sms", "chat")

MOST_ROWS = 20_000
"""Tasks, or letters, that a page reads; what is beyond is said to be more."""


@dataclass(frozen=True, slots=True)
class Task:
    """A unit was asked for something of a workflow, by the unit that acted; by the calendar where
    `by` is None.
    """

    at: datetime
    unit: int
    workflow: str
    by: int | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that went out to somebody of a unit, in so many parts (SMS)."""

    id: int
    at: datetime
    unit: int
    way: str
    person: int
    parts: int


@dataclass(frozen=True, slots=True)
class Form:
    """Somebody of a unit filled in so many fields, for a workflow."""

    at: datetime
    workflow: str
    fields: int


@dataclass(frozen=True, slots=True)
class Beyond:
    """Somebody asked for more than a budget, and said why."""

    at: datetime
    workflow: str
    person: int
    unit: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Carried:
    """So many letters went to people of a unit by a way, in so many parts, and to how many of
    them.
    """

    unit: int
    way: str
    letters: int
    parts: int
    people: int


Reasons = Mapping[tuple[str, str], str]
"""The facts that say why a budget was exceeded, by workflow and event."""


# Whose


def of_units(units: Collection[int] | None = None) -> ColumnElement[bool]:
    """What is owed to these units; None means all."""
    return OUTBOX.c.unit_id.is_not(None) if units is None else OUTBOX.c.unit_id.in_(units)


def of_people(unit: int, people: Collection[int]) -> ColumnElement[bool]:
    """What is owed to these people of a unit: found by an index however much was ever sent."""
    return OUTBOX.c.person_id.in_(people) & (OUTBOX.c.unit_id == unit)


def people_of(connection: Connection, unit: int, now: datetime) -> list[int]:
    """Who holds a post in a unit, or stands in, at `now`."""
    return list(connection.execute(_PEOPLE, {"unit": unit, "now": now}).scalars())


_PEOPLE = (
    select(HOLDING.c.person_id)
    .join(POST, POST.c.id == HOLDING.c.post_id)
    .where(POST.c.unit_id == bindparam("unit"))
    .where(held_at(bindparam("now", type_=HOLDING.c.begins_at.type)))
    .distinct()
)


# What


def tasks(
    connection: Connection,
    since: datetime,
    until: datetime,
    whose: ColumnElement[bool],
    most: int | None = None,
) -> list[Task]:
    """What was asked from `since` until before `until`."""
    once = (
        select(
            func.min(OUTBOX.c.created_at).label("at"),
            OUTBOX.c.unit_id,
            OUTBOX.c.case_id,
            OUTBOX.c.seq,
        )
        .where(OUTBOX.c.created_at >= since, OUTBOX.c.created_at < until)
        .where(OUTBOX.c.template == "task", whose)
        .group_by(OUTBOX.c.unit_id, OUTBOX.c.case_id, OUTBOX.c.seq)
        .limit(most)
        .subquery()
    )
    query = (
        select(once.c.at, once.c.unit_id, CASE.c.workflow, HISTORY.c.unit_id)
        .join(CASE, CASE.c.id == once.c.case_id)
        .join(HISTORY, (HISTORY.c.case_id == once.c.case_id) & (HISTORY.c.seq == once.c.seq))
    )
    return [Task(*row) for row in connection.execute(query)]


def forms(
    connection: Connection,
    since: datetime,
    until: datetime,
    unit: int,
    people: Collection[int],
    most: int | None = None,
) -> list[Form]:
    """What these people of a unit filled in from `since` until before `until`; every cell of a
    table counts.
    """
    query = (
        select(HISTORY.c.at, CASE.c.workflow, HISTORY.c.inputs)
        .join(CASE, CASE.c.id == HISTORY.c.case_id)
        .where(HISTORY.c.person_id.in_(people), HISTORY.c.unit_id == unit)
        .where(HISTORY.c.at >= since, HISTORY.c.at < until)
        .limit(most)
    )
    found = []
    for at, workflow, inputs in connection.execute(query):
        facts = orjson.loads(inputs).get("facts", {})
        if fields := sum(map(_cells, facts.values())):
            found.append(Form(at, workflow, fields))
    return found


def _cells(value: Any) -> int:
    """How many fields a fact took: a table its cells, everything else one."""
    if isinstance(value, list) and value and isinstance(value[0], dict) and "id" not in value[0]:
        return sum(len(row) for row in value)
    return 1


def beyond(
    connection: Connection,
    since: datetime,
    whose: ColumnElement[bool],
    reasons: Reasons,
) -> list[Beyond]:
    """What was asked since then beyond a budget, the latest first."""
    query = (
        _acts(since, reasons)
        .join(OUTBOX, (OUTBOX.c.case_id == HISTORY.c.case_id) & (OUTBOX.c.seq == HISTORY.c.seq))
        .where(OUTBOX.c.template == "task", OUTBOX.c.created_at >= since, whose)
    )
    return list(_with_reasons(connection, query, reasons))


def beyond_visits(
    connection: Connection, since: datetime, unit: int, reader: Actor, reasons: Reasons
) -> list[Beyond]:
    """The same of visits, of which nobody is told when they are planned: those to a unit that the
    reader sees.
    """
    query = (
        _acts(since, reasons)
        .where(CASE.c.unit_id == unit, CASE.c.workflow.in_({name for name, _ in reasons}))
        .where(exists().where(SCOPE.c.case_id == CASE.c.id, in_sight(reader)))
    )
    return list(_with_reasons(connection, query, reasons))


def _acts(since: datetime, reasons: Reasons) -> Select[Any]:
    """The acts that need a reason beyond a budget, the latest first."""
    return (
        select(
            HISTORY.c.at, CASE.c.workflow, HISTORY.c.event, HISTORY.c.person_id, HISTORY.c.unit_id
        )
        .add_columns(HISTORY.c.inputs)
        .join(CASE, CASE.c.id == HISTORY.c.case_id)
        .where(HISTORY.c.event.in_({event for _, event in reasons}), HISTORY.c.at >= since)
        .distinct()
        .order_by(HISTORY.c.at.desc())
        .limit(MOST_ROWS)
    )


def _with_reasons(connection: Connection, query: Select[Any], reasons: Reasons) -> Iterator[Beyond]:
    for at, workflow, event, person, unit, inputs in connection.execute(query):
        fact = reasons.get((workflow, event), "")
        if reason := orjson.loads(inputs).get("facts", {}).get(fact):
            yield Beyond(at, workflow, person, unit, reason)


def letters(
    connection: Connection,
    since: datetime,
    until: datetime,
    whose: ColumnElement[bool],
    most: int | None = None,
) -> list[Letter]:
    """The messages that went out from `since` until before `until`.

    Somebody with posts in two units who gets one digest counts in both.
    """
    letter = OUTBOX.alias("letter")
    query = (
        select(
            letter.c.id, letter.c.sent_at, OUTBOX.c.unit_id, letter.c.way, letter.c.person_id,
            func.coalesce(letter.c.parts, 0),
        )
        .join(letter, letter.c.id == func.coalesce(OUTBOX.c.digest_id, OUTBOX.c.id))
        .where(letter.c.sent_at >= since, letter.c.sent_at < until)
        .where(letter.c.way.in_(OUTSIDE), whose)
        .distinct()
        .limit(most)
    )  # fmt: skip
    return [Letter(*row) for row in connection.execute(query)]


def carried(sent: Iterable[Letter]) -> list[Carried]:
    """Letters added up by unit and way."""
    count, parts = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    people: dict[tuple[int, str], set[int]] = {}
    for one in sent:
        key = one.unit, one.way
        count[key] += 1
        parts[key] += one.parts
        people.setdefault(key, set()).add(one.person)
    return [Carried(*key, n, parts[key], len(people[key])) for key, n in sorted(count.items())]
