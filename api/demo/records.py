"""What the demo reads of the database beside what pages read: instants, and whole tables."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, union_all

from workflow.engine.case import Case
from workflow.store.casework.codec import case_of
from workflow.store.driver import bulk
from workflow.store.outgoing.outbox import URGENCIES
from workflow.store.tables.handles import (
    ADJUSTMENT,
    CASE,
    DOCUMENT,
    FIGURE,
    HISTORY,
    HOLDING,
    OUTBOX,
    PERSON,
    POST,
    SIGN_OFF,
    TIMER,
    UNIT,
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A unit: what it is called, what kind it is, and above it."""

    id: int
    code: str
    name: str
    kind: str
    above: int | None


def _pairs(connection: Connection, query: Select[Any]) -> dict[Any, Any]:
    return {row[0]: row[1] for row in connection.execute(query)}


def next_wake(connection: Connection, after: datetime) -> datetime | None:
    """The next instant at which a timer or a message falls due."""
    found: datetime | None = bulk.fetch(connection, _NEXT_WAKE, {"after": after})[0]["at"]
    return found


_TIMERS = select(func.min(TIMER.c.wake_at).label("at")).where(TIMER.c.wake_at > bindparam("after"))
_MESSAGES = select(func.min(OUTBOX.c.wake_at)).where(OUTBOX.c.wake_at > bindparam("after"))
_WAKES = union_all(_TIMERS, *(_MESSAGES.where(OUTBOX.c.urgency == one) for one in URGENCIES))
_NEXT_WAKE = select(func.min(_WAKES.subquery().c.at).label("at"))


def moved(connection: Connection, at: datetime, people: Collection[int]) -> dict[int, int]:
    """The cases to which some people, or nobody, did anything at an instant, each with the last
    row of that.
    """
    asked = [(_MOVED_BY, {"at": at, "person": person}) for person in people]
    found: dict[int, int] = {}
    for rows in bulk.fetch_all(connection, [(_MOVED_BY_NOBODY, {"at": at}), *asked]):
        for row in rows:
            found[row["case_id"]] = max(found.get(row["case_id"], 0), row["seq"])
    return found


_ROWS = select(HISTORY.c.case_id, HISTORY.c.seq).where(HISTORY.c.at == bindparam("at"))
_MOVED_BY = _ROWS.where(HISTORY.c.person_id == bindparam("person"))
_MOVED_BY_NOBODY = _ROWS.where(HISTORY.c.person_id.is_(None))


def cases(connection: Connection) -> list[Case]:
    """All cases as they stand, by id."""
    query = select(CASE).order_by(CASE.c.id)
    return [case_of(row) for row in connection.execute(query).mappings()]


def holders(connection: Connection) -> dict[tuple[int, str], list[int]]:
    """Who holds a role's posts in a unit, in the order of the posts."""
    query = (
        select(POST.c.unit_id, POST.c.role, HOLDING.c.person_id)
        .join(HOLDING, HOLDING.c.post_id == POST.c.id)
        .where(HOLDING.c.kind == "holder")
        .order_by(POST.c.id)
    )
    found: dict[tuple[int, str], list[int]] = {}
    for unit, role, person in connection.execute(query):
        found.setdefault((unit, role), []).append(person)
    return found


def usernames(connection: Connection) -> dict[str, int]:
    """People by login name."""
    return _pairs(connection, select(PERSON.c.username, PERSON.c.id))


def person_names(connection: Connection) -> dict[int, str]:
    """The names of all people by id."""
    return _pairs(connection, select(PERSON.c.id, PERSON.c.name))


def places(connection: Connection) -> list[Place]:
    """Every unit, in the order of the file it came from."""
    rows = connection.execute(select(UNIT).order_by(UNIT.c.id)).mappings()
    return [
        Place(
            row["id"],
            row["code"],
            row["short_name"],
            row["level"] + ("" if row["kind"] == "government" else f" {row['kind']}"),
            row["parent_id"],
        )
        for row in rows
    ]


def unit_names(connection: Connection) -> dict[int, str]:
    """The short names of all units by id."""
    return _pairs(connection, select(UNIT.c.id, UNIT.c.short_name))


def collapsed(connection: Connection, at: datetime) -> int:
    """How many reminders were merged into a later one at an instant."""
    query = select(func.count()).where(TIMER.c.status == "collapsed", TIMER.c.settled_at == at)
    return int(connection.execute(query).scalar_one())


def sign_offs(connection: Connection) -> list[Row]:
    """Every sign-off in force."""
    query = select(SIGN_OFF).where(SIGN_OFF.c.live == 1)
    return [dict(row) for row in connection.execute(query).mappings()]


def messages(connection: Connection) -> list[Row]:
    """Every message that goes outside, with the address it goes to, in the order of sending."""
    query = (
        select(OUTBOX, PERSON.c.name, PERSON.c.email, PERSON.c.phone)
        .outerjoin(PERSON, PERSON.c.id == OUTBOX.c.person_id)
        .order_by(OUTBOX.c.sent_at, OUTBOX.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


# The year in figures


def opened(connection: Connection, since: datetime, until: datetime) -> Counter[str]:
    """How many cases of each workflow were opened between two instants."""
    query = (
        select(CASE.c.workflow, func.count())
        .where(CASE.c.opened_at >= since, CASE.c.opened_at < until)
        .group_by(CASE.c.workflow)
    )
    return Counter(_pairs(connection, query))


def closed(connection: Connection, since: datetime, until: datetime) -> int:
    """How many cases came to their end between two instants."""
    return _count(connection, CASE, CASE.c.closed_at >= since, CASE.c.closed_at < until)


def sent(connection: Connection, since: datetime, until: datetime) -> int:
    """How many messages went out between two instants."""
    return _count(connection, OUTBOX, OUTBOX.c.sent_at >= since, OUTBOX.c.sent_at < until)


def sent_by_way(connection: Connection) -> list[tuple[str, int]]:
    """How many messages went out each way."""
    query = (
        select(OUTBOX.c.way, func.count())
        .where(OUTBOX.c.status == "sent")
        .group_by(OUTBOX.c.way)
        .order_by(OUTBOX.c.way)
    )
    return [(way, number) for way, number in connection.execute(query)]


def states(connection: Connection) -> Counter[tuple[str, str]]:
    """How many cases stand where, by workflow and state."""
    query = select(CASE.c.workflow, CASE.c.state, func.count()).group_by(
        CASE.c.workflow, CASE.c.state
    )
    return Counter({(workflow, state): n for workflow, state, n in connection.execute(query)})


def rounds(connection: Connection) -> Counter[str]:
    """Of how many periods there are cases, by workflow."""
    query = select(CASE.c.workflow, func.count(CASE.c.period.distinct())).group_by(CASE.c.workflow)
    return Counter(_pairs(connection, query))


def papers(connection: Connection) -> int:
    """How many documents were issued."""
    return _count(connection, DOCUMENT)


def figures(connection: Connection) -> int:
    """How many figures of indicators are in force."""
    return _count(connection, FIGURE, FIGURE.c.live == 1)


def decisions(connection: Connection) -> tuple[int, int]:
    """How many proposals of a scorecard were confirmed, and how many waived."""
    live = ADJUSTMENT.c.live == 1
    return (
        _count(connection, ADJUSTMENT, live, ADJUSTMENT.c.points > 0),
        _count(connection, ADJUSTMENT, live, ADJUSTMENT.c.points == 0),
    )


def history_rows(connection: Connection) -> int:
    """How much happened."""
    return _count(connection, HISTORY)


def _count(connection: Connection, table: Any, *where: Any) -> int:
    query = select(func.count()).select_from(table).where(*where)
    return int(connection.execute(query).scalar_one())
