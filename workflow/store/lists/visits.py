"""The cases whose visits may fall into a span of days: those in sight, or those that are not."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from workflow.engine.calendar import day_begins
from workflow.engine.case import Actor, Case
from workflow.store.casework.codec import case_of
from workflow.store.sight.scope import in_sight
from workflow.store.tables.handles import CASE, SCOPE

_LONGEST_PLAN = timedelta(days=400)
"""A visit on a day that a fact names is looked for so long after its case was opened."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Workflows with visits: those whose day a fact names, and states that set it, by workflow."""

    by_fact: Collection[str]
    by_state: Mapping[str, Collection[str]]


def cases_that_visit(
    connection: Connection, reader: Actor, kinds: Kinds, first: date, until: date, *, seen: bool
) -> Iterator[Case]:
    """Cases that the reader sees, or with `seen` false those that they do not see."""
    mine = exists().where(SCOPE.c.case_id == CASE.c.id, in_sight(reader))
    query = select(CASE).where(mine if seen else ~mine, or_(*_ways(kinds, first, until)))
    for row in connection.execute(query.order_by(CASE.c.id)).mappings():
        yield case_of(row)


def _ways(kinds: Kinds, first: date, until: date) -> Iterator[ColumnElement[bool]]:
    since, begins, ends = (day_begins(day) for day in (first - _LONGEST_PLAN, first, until))
    yield and_(
        CASE.c.workflow.in_(kinds.by_fact), CASE.c.opened_at >= since, CASE.c.opened_at < ends
    )
    for workflow, states in kinds.by_state.items():
        yield and_(
            CASE.c.workflow == workflow,
            CASE.c.state.in_(states),
            CASE.c.due_at > begins,
            CASE.c.due_at <= ends,
        )
