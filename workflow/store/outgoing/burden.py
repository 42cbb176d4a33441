"""What units were asked and told (减负): for the board of a unit, and for the monthly statement.

A task is what arrived on a unit's desk to be done: one, however many people and ways it went to. A
letter is what left the house for somebody of the unit: a digest is one, whatever it holds. A form
is what somebody of the unit filled in, with so many fields.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, select

from workflow.engine.case import Actor
from workflow.store.driver import bulk
from workflow.store.driver.among import one_of
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

    def is_report(self, owed: Collection[str]) -> bool:
        """Whether it is a report that is asked for, of one of the workflows owed every period; what
        a unit asks of itself on the way to one is none.
        """
        return self.workflow in owed and self.by != self.unit


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


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose messages are counted: one of a few conditions, and what it is asked with."""

    condition: ColumnElement[bool]
    asked: Mapping[str, Any] = field(default_factory=dict)


def of_units(units: Collection[int] | None = None) -> Whose:
    """What is owed to these units; None means all."""
    return _OF_ALL if units is None else Whose(_OF_UNITS, {"units": list(units)})


def of_people(unit: int, people: Collection[int]) -> Whose:
    """What is owed to these people of a unit: found by an index however much was ever sent."""
    return Whose(_OF_PEOPLE, {"unit": unit, "people": list(people)})


_OF_ALL = Whose(OUTBOX.c.unit_id.is_not(None))
_OF_UNITS = OUTBOX.c.unit_id.in_(bindparam("units", expanding=True))
_OF_PEOPLE = and_(
    OUTBOX.c.person_id.in_(bindparam("people", expanding=True)),
    OUTBOX.c.unit_id == bindparam("unit"),
)


def people_of(connection: Connection, unit: int, now: datetime) -> list[int]:
    """Who holds a post in a unit, or stands in, at `now`."""
    found = bulk.fetch(connection, _PEOPLE, {"unit": unit, "now": now})
    return [row["person_id"] for row in found]


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
    whose: Whose,
    most: int | None = None,
) -> list[Task]:
    """What was asked from `since` until before `until`."""
    asked = {"since": since, "until": until, **whose.asked}
    return [Task(*row) for row in connection.execute(_tasks(whose.condition, most), asked)]


@cache
def _tasks(whose: ColumnElement[bool], most: int | None) -> Select[Any]:
    """Made once for each of the few conditions: to put it together takes longer than to run it."""
    once = (
        select(
            func.min(OUTBOX.c.created_at).label("at"),
            OUTBOX.c.unit_id,
            OUTBOX.c.case_id,
            OUTBOX.c.seq,
        )
        .where(OUTBOX.c.created_at >= bindparam("since"), OUTBOX.c.created_at < bindparam("until"))
        .where(OUTBOX.c.template == "task", whose)
        .group_by(OUTBOX.c.unit_id, OUTBOX.c.case_id, OUTBOX.c.seq)
        .limit(most)
        .subquery()
    )
    return (
        select(once.c.at, once.c.unit_id, CASE.c.workflow, HISTORY.c.unit_id)
        .join(CASE, CASE.c.id == once.c.case_id)
        .join(HISTORY, (HISTORY.c.case_id == once.c.case_id) & (HISTORY.c.seq == once.c.seq))
    )


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
    asked = {"since": since, "until": until, "unit": unit, "people": list(people)}
    found = []
    for at, workflow, inputs in connection.execute(_forms(most), asked):
        facts = orjson.loads(inputs).get("facts", {})
        if fields := sum(map(_cells, facts.values())):
            found.append(Form(at, workflow, fields))
    return found


@cache
def _forms(most: int | None) -> Select[Any]:
    return (
        select(HISTORY.c.at, CASE.c.workflow, HISTORY.c.inputs)
        .join(CASE, CASE.c.id == HISTORY.c.case_id)
        .where(HISTORY.c.person_id.in_(bindparam("people", expanding=True)))
        .where(HISTORY.c.unit_id == bindparam("unit"))
        .where(HISTORY.c.at >= bindparam("since"), HISTORY.c.at < bindparam("until"))
        .limit(most)
    )


_ROWS_OF_NO_TABLE = ({"id", "name", "sha256", "size"}, {"person", "unit"})
"""Files, and people who are named: one choice in a form, however many."""


def _cells(value: Any) -> int:
    """How many fields a fact took: a table its cells, everything else one."""
    if not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return 1
    return 1 if value[0].keys() in _ROWS_OF_NO_TABLE else sum(len(row) for row in value)


def beyond(
    connection: Connection,
    since: datetime,
    whose: Whose,
    reasons: Reasons,
) -> list[Beyond]:
    """What was asked since then beyond a budget, the latest first."""
    query = (
        _acts(since, reasons)
        .join(OUTBOX, (OUTBOX.c.case_id == HISTORY.c.case_id) & (OUTBOX.c.seq == HISTORY.c.seq))
        .where(OUTBOX.c.template == "task", OUTBOX.c.created_at >= since, whose.condition)
    )
    return list(_with_reasons(connection, query.params(whose.asked), reasons))


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
    whose: Whose,
    most: int | None = None,
) -> list[Letter]:
    """The messages that went out from `since` until before `until`.

    Somebody with posts in two units who gets one digest counts in both.
    """
    asked = {"since": since, "until": until, **whose.asked}
    return [Letter(*row) for row in connection.execute(_letters(whose.condition, most), asked)]


@cache
def _letters(whose: ColumnElement[bool], most: int | None) -> Select[Any]:
    letter = OUTBOX.alias("letter")
    return (
        select(
            letter.c.id, letter.c.sent_at, OUTBOX.c.unit_id, letter.c.way, letter.c.person_id,
            func.coalesce(letter.c.parts, 0),
        )
        .join(letter, letter.c.id == func.coalesce(OUTBOX.c.digest_id, OUTBOX.c.id))
        .where(letter.c.sent_at >= bindparam("since"), letter.c.sent_at < bindparam("until"))
        .where(one_of(letter.c.way, OUTSIDE), whose)
        .distinct()
        .limit(most)
    )  # fmt: skip


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
