"""The calendar of visits (走访日历): what everybody plans, and who comes too often.

A reader sees the visits of the cases that they see. Of others, above all of unannounced ones, only
somebody who plans a visit to the same unit in the same month is told, and only that there is one.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, get_args

from sqlalchemy import Connection

from workflow.catalog import Catalog
from workflow.engine.case import Actor
from workflow.engine.visits import Planned, visits_of
from workflow.engine.words import Level
from workflow.store.lists import queries
from workflow.store.lists.visits import Kinds, cases_that_visit
from workflow.store.sight.scope import units_of

_RANKS = {level: at for at, level in enumerate(get_args(Level))}
"""Levels from the highest, 0, downwards."""

Row = Mapping[str, Any]


def planned(
    connection: Connection, catalog: Catalog, reader: Actor, first: date, until: date
) -> list[Planned]:
    """The visits from `first` to before `until` that the reader sees, in the order of days."""
    return _planned(connection, catalog, reader, first, until, seen=True)


def _planned(
    connection: Connection, catalog: Catalog, reader: Actor, first: date, until: date, *, seen: bool
) -> list[Planned]:
    known = [one.definition for one in catalog.known().values() if one.definition.visits]
    by_state = {
        one.workflow: {state for visit in one.visits.values() for state in visit.in_}
        for one in known
    }
    kinds = Kinds(
        [one.workflow for one in known if any(visit.on for visit in one.visits.values())],
        {workflow: states for workflow, states in by_state.items() if states},
    )
    found = [
        visit
        for case in cases_that_visit(connection, reader, kinds, first, until, seen=seen)
        for visit in visits_of(catalog.version(case.definition).definition, case)
        if first <= visit.day < until
    ]
    return sorted(found, key=lambda one: (one.day, one.case, one.unit))


def others_come(
    connection: Connection,
    catalog: Catalog,
    reader: Actor,
    visits: Collection[Planned],
    first: date,
    until: date,
) -> set[tuple[int, str]]:
    """Units and months in which another body comes of whose visit the reader does not know.

    Told only to who plans a visit to that unit in that month, never downwards, and never to the
    unit itself or anybody below it (decision 0048).
    """
    mine = units_of(reader)
    own = {(one.unit, one.month): one.by for one in visits if one.by in mine}
    if not own:
        return set()
    hidden = [
        one
        for one in _planned(connection, catalog, reader, first, until, seen=False)
        if (one.unit, one.month) in own and one.by not in mine
    ]
    ids = {unit for one in hidden for unit in (one.unit, one.by, own[one.unit, one.month])}
    units = {row["id"]: row for row in queries.units_by_id(connection, ids)} if ids else {}
    return {
        (one.unit, one.month)
        for one in hidden
        if _may_learn(units[own[one.unit, one.month]], units[one.by], units[one.unit])
    }


def _may_learn(own: Row, other: Row, visited: Row) -> bool:
    """Whether a planner may learn that another body comes, too."""
    below = str(own["path"]).startswith(visited["path"])
    return not below and _RANKS[own["level"]] <= _RANKS[other["level"]]


def too_many(visits: Sequence[Planned], most: int) -> set[tuple[int, str]]:
    """Units and months with more visits, of different cases, than `most`."""
    cases: dict[tuple[int, str], set[int]] = {}
    for one in visits:
        cases.setdefault((one.unit, one.month), set()).add(one.case)
    return {at for at, ids in cases.items() if len(ids) > most}
