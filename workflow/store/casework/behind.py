"""Open cases whose limits an older calendar found: those that a newer one may move."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select, tuple_

from workflow.store.tables.handles import CASE, TIMER

Kind = tuple[int, str]
"""A definition and a state."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What notices may move of the limits that one version of the calendar found: what comes at the
    edge or later. In each state a limit reaches that far from the instant in `reaching` on.
    """

    calendar: int
    edge: datetime
    reaching: Mapping[datetime, Collection[Kind]]


def kinds(connection: Connection, calendar: int) -> dict[int, list[Kind]]:
    """In which states such cases are, by the version that found their limits."""
    found: dict[int, list[Kind]] = {}
    for version, *kind in connection.execute(_KINDS, _older(calendar)):
        found.setdefault(version, []).append((kind[0], kind[1]))
    return found


def case_ids(connection: Connection, calendar: int, touched: Iterable[Touched]) -> list[int]:
    """Those that are provisional, and those that are touched."""
    moved = or_(CASE.c.provisional.is_(True), *map(_is_touched, touched))
    query = select(CASE.c.id).where(_IS_BEHIND, moved)
    return list(connection.execute(query, _older(calendar)).scalars())


def _older(calendar: int) -> dict[str, list[int]]:
    """The versions before one; 0 stands for no limit."""
    return {"older": list(range(1, calendar))}


# whether a case is open and an older calendar than the newest found its limit
_IS_BEHIND = and_(
    CASE.c.calendar.in_(bindparam("older", expanding=True)), CASE.c.closed_at.is_(None)
)
_KINDS = select(CASE.c.calendar, CASE.c.definition_id, CASE.c.state).where(_IS_BEHIND).distinct()


def _is_touched(one: Touched) -> ColumnElement[bool]:
    kind = tuple_(CASE.c.definition_id, CASE.c.state)
    late = (and_(kind.in_(alike), CASE.c.due_at >= since) for since, alike in one.reaching.items())
    wakes_later = CASE.c.id.in_(select(TIMER.c.case_id).where(TIMER.c.wake_at >= one.edge))
    return and_(CASE.c.calendar == one.calendar, or_(wakes_later, *late))
