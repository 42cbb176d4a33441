"""What a unit was asked and told in a period: for the monthly statement and whoever looks after
burden (减负).

Asked is what arrived on a unit's desk to be done: one task, however many people and ways it went
to. A message is what left the house for somebody of the unit: a digest is one, whatever it holds.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from workflow.store.tables.handles import CASE, HISTORY, OUTBOX

OUTSIDE = ("email", "sms")


@dataclass(frozen=True, slots=True)
class Asked:
    """So often a unit was asked for something of a workflow, by the unit that acted; by the
    calendar where `by` is None.
    """

    unit: int
    workflow: str
    by: int | None
    times: int


@dataclass(frozen=True, slots=True)
class Carried:
    """So many messages went to people of a unit by a way, in so many parts (SMS), and to how many
    of them.
    """

    unit: int
    way: str
    messages: int
    parts: int
    people: int


def asked(
    connection: Connection,
    since: datetime,
    until: datetime,
    *,
    units: Collection[int] | None = None,
) -> list[Asked]:
    """What units were asked from `since` until before `until`; `units` None means everywhere."""
    tasks = (
        select(OUTBOX.c.unit_id, OUTBOX.c.case_id, OUTBOX.c.seq)
        .where(OUTBOX.c.created_at >= since, OUTBOX.c.created_at < until)
        .where(OUTBOX.c.template == "task", *_of(units))
        .distinct()
        .subquery()
    )
    query = (
        select(tasks.c.unit_id, CASE.c.workflow, HISTORY.c.unit_id, func.count())
        .join(CASE, CASE.c.id == tasks.c.case_id)
        .join(HISTORY, (HISTORY.c.case_id == tasks.c.case_id) & (HISTORY.c.seq == tasks.c.seq))
        .group_by(tasks.c.unit_id, CASE.c.workflow, HISTORY.c.unit_id)
        .order_by(tasks.c.unit_id, CASE.c.workflow, HISTORY.c.unit_id)
    )
    found = connection.execute(query)
    return [Asked(unit, workflow, by, int(times)) for unit, workflow, by, times in found]


def carried(
    connection: Connection,
    since: datetime,
    until: datetime,
    *,
    units: Collection[int] | None = None,
) -> list[Carried]:
    """The messages that went out from `since` until before `until`, by unit and way.

    Somebody with posts in two units who gets one digest counts in both.
    """
    letter = OUTBOX.alias("letter")
    query = (
        select(OUTBOX.c.unit_id, letter.c.way, letter.c.id, letter.c.person_id, letter.c.parts)
        .join(letter, letter.c.id == func.coalesce(OUTBOX.c.digest_id, OUTBOX.c.id))
        .where(letter.c.sent_at >= since, letter.c.sent_at < until)
        .where(letter.c.way.in_(OUTSIDE), *_of(units))
        .distinct()
    )
    messages, parts = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    people: dict[tuple[int, str], set[int]] = {}
    for unit, way, _, person, in_parts in connection.execute(query):
        messages[unit, way] += 1
        parts[unit, way] += in_parts or 0
        people.setdefault((unit, way), set()).add(person)
    return [
        Carried(unit, way, count, parts[unit, way], len(people[unit, way]))
        for (unit, way), count in sorted(messages.items())
    ]


def _of(units: Collection[int] | None) -> list[Any]:
    if units is None:
        return [OUTBOX.c.unit_id.is_not(None)]
    return [OUTBOX.c.unit_id.in_(units)]
