"""Notices to roles become messages to people: a row for each person and way.

A vacant post leaves a row as well, marked dead: what could not be told is listed, not lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from workflow.engine.calendar import Calendar
from workflow.engine.decision import Notice, Step
from workflow.engine.pace import within
from workflow.store.offices.organisation import (
    Recipient,
    people_as_recipients,
    read_recipients,
    substitutes_of,
)
from workflow.store.plain import dumps

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A notice of a step, its place among the step's notices, and when it may go; `planned_at` is
    when it might have gone, had the step been taken when it was due.
    """

    step: Step
    at: int
    notice: Notice
    goes_at: datetime
    planned_at: datetime
    calendar: Calendar
    insists: bool
    """Whether the definition lets nobody choose about its messages."""


def address(connection: Connection, told: Sequence[Told], now: datetime) -> list[Row]:
    """The outbox rows of these notices, with whoever holds the posts at `now`."""
    if not told:
        return []
    wanted = {pair for one in told for pair in one.notice.to}
    people = {person for one in told for person in one.notice.people}
    by_role = read_recipients(connection, wanted, now)
    by_person = {found.person: found for found in people_as_recipients(connection, people)}
    standing_in = substitutes_of(connection, people, now)
    return [row for one in told for row in _messages(one, by_role, by_person, standing_in, now)]


def _messages(
    told: Told,
    by_role: Mapping[tuple[int, str], list[Recipient]],
    by_person: Mapping[int, Recipient],
    standing_in: Mapping[tuple[int, int], list[Recipient]],
    now: datetime,
) -> Iterator[Row]:
    notice, case = told.notice, told.step.case
    reached: dict[int, Recipient] = {}
    for unit, role in notice.to:
        found = by_role.get((unit, role), [])
        if not found:
            yield _unreached(told, unit, role, now)
        for recipient in found:
            reached.setdefault(recipient.person, recipient)
    for person in notice.people:
        reached.setdefault(person, by_person[person])
        for unit in sorted({seat.unit for seat in case.parties.values()}):
            for other in standing_in.get((person, unit), ()):  # who stands in at that unit's desk
                reached.setdefault(other.person, other)
    for recipient in reached.values():
        for way in _ways(told, recipient):
            key = f"{case.id}.{case.seq}.{told.at}.{recipient.person}.{way}"
            yield _message(told, key, recipient, way, now)


def _ways(told: Told, recipient: Recipient) -> tuple[str, ...]:
    notice = told.notice
    chosen = recipient.wants.ways(notice, insists=told.insists)
    if chosen and not set(chosen) <= set(recipient.ways):
        chosen = None  # what was chosen no longer reaches them
    wanted = chosen if chosen is not None else _usual(notice)
    reached = tuple(way for way in wanted if way in recipient.ways)
    if not reached and chosen is None and "chat" in recipient.ways:
        return ("chat",)  # neither mail nor telephone: better in their group than unseen
    return reached or ("in_app",)


def _usual(notice: Notice) -> tuple[str, ...]:
    return notice.ways or (("email",) if notice.urgency == "digest" else ("email", "sms"))


def _message(told: Told, key: str, recipient: Recipient, way: str, now: datetime) -> Row:
    in_app = way == "in_app"
    hours, urgency = recipient.wants.hours, told.notice.urgency
    goes_at = within(hours, told.calendar, urgency, told.goes_at)
    planned_at = within(hours, told.calendar, urgency, told.planned_at)
    fixed = told.insists or bool(told.notice.ways)
    return {
        **_blank(told, now),
        **({"variables": dumps({**told.notice.variables, "fixed": "1"})} if fixed else {}),
        "key": key,
        "person_id": recipient.person,
        "unit_id": recipient.unit or None,
        "way": way,
        "status": "sent" if in_app else "waiting",
        "wake_at": None if in_app else goes_at,
        "planned_at": None if in_app else planned_at,
        "sent_at": now if in_app else None,
    }


def _unreached(told: Told, unit: int, role: str, now: datetime) -> Row:
    case = told.step.case
    return {
        **_blank(told, now),
        "key": f"{case.id}.{case.seq}.{told.at}.{unit}.{role}",
        "person_id": None,
        "unit_id": unit,
        "way": "in_app",
        "status": "dead",
        "lost": 1,
        "wake_at": None,
        "planned_at": None,
        "sent_at": None,
        "outcome": "nobody",
        "detail": "岗位空缺，无人可通知",
    }


def _blank(told: Told, now: datetime) -> Row:
    case, notice = told.step.case, told.notice
    return {
        "case_id": case.id,
        "seq": case.seq,
        "urgency": notice.urgency,
        "template": notice.template,
        "variables": dumps(notice.variables),
        "attempts": 0,
        "created_at": now,
        "outcome": None,
        "detail": None,
        "lost": None,
    }
