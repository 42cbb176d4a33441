"""What units were asked and told (减负): for the board of a unit, and for the monthly statement.

A task is what arrived on a unit's desk to be done: one, however many people and ways it went to. A
letter is what left the house for somebody of the unit: a digest is one, whatever it holds.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from workflow.store.offices.organisation import held_at
from workflow.store.tables.handles import CASE, HISTORY, HOLDING, OUTBOX, POST

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

    at: datetime
    unit: int
    way: str
    person: int
    parts: int


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


# Whose


def of_units(units: Collection[int] | None = None) -> ColumnElement[bool]:
    """What is owed to these units; None means all."""
    return OUTBOX.c.unit_id.is_not(None) if units is None else OUTBOX.c.unit_id.in_(units)


def of_people(unit: int, people: Collection[int]) -> ColumnElement[bool]:
    """What is owed to these people of a unit: found by an index however much was ever sent."""
    return OUTBOX.c.person_id.in_(people) & (OUTBOX.c.unit_id == unit)


def people_of(connection: Connection, unit: int, now: datetime) -> list[int]:
    """Who holds a post in a unit, or stands in, at `now`."""
    query = select(HOLDING.c.person_id).join(POST, POST.c.id == HOLDING.c.post_id)
    query = query.where(POST.c.unit_id == unit, held_at(now)).distinct()
    return list(connection.execute(query).scalars())


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
            letter.c.sent_at, OUTBOX.c.unit_id, letter.c.way, letter.c.person_id,
            func.coalesce(letter.c.parts, 0), letter.c.id,
        )
        .join(letter, letter.c.id == func.coalesce(OUTBOX.c.digest_id, OUTBOX.c.id))
        .where(letter.c.sent_at >= since, letter.c.sent_at < until)
        .where(letter.c.way.in_(OUTSIDE), whose)
        .distinct()
        .limit(most)
    )  # fmt: skip
    return [Letter(*row[:-1]) for row in connection.execute(query)]


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
