"""The pool that a step draws lots from, and drawing again what a history says was drawn.

The seed is made when the draw is asked for, so that nobody knows beforehand who will be drawn, and
nobody chooses it; it is kept in the history row with everybody who could have been drawn.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from workflow.catalog import Catalog
from workflow.engine.calendar import days_in_months, local_day
from workflow.engine.case import Actor, Case, Firing
from workflow.engine.confidence import withheld
from workflow.engine.errors import Refusal
from workflow.engine.machine import Compiled
from workflow.engine.permits import desk_of
from workflow.engine.sampling import Pool, Stratum, draw, drawn
from workflow.engine.visiting import Sample
from workflow.store.casework import populations
from workflow.store.casework.codec import pool_seen
from workflow.store.lists import queries

_SEED_BYTES = 16


def pool_of(
    connection: Connection,
    catalog: Catalog,
    compiled: Compiled,
    case: Case,
    firing: Firing,
    now: datetime,
) -> Pool | None:
    """What a firing would draw from, under a fresh seed; None where it draws nothing.

    Earlier rounds are those of the same office: what others drew, secretly perhaps, says nothing
    here. A round of a case that counts as never opened does not count either.
    """
    event = compiled.events[case.state].get(firing.event)
    if event is None or event.draws is None:
        return None
    sample = compiled.definition.samples[event.draws]
    body, _ = desk_of(case, compiled.definition, event.by[0])
    root = case.parties.get(sample.below)
    if body is None or root is None:
        return Pool("", ())
    since = _since(sample, now)
    earlier = populations.times(
        [
            one
            for one in populations.rounds(
                connection, case.workflow, event.draws, body, but=case.id, since=since
            )
            if not catalog.version(one.definition).definition.states[one.state].void
        ]
    )
    strata = tuple(
        Stratum(name, {unit: earlier[unit] for unit in units})
        for name, units in populations.population(connection, sample, root.unit).items()
    )
    pool = Pool(secrets.token_hex(_SEED_BYTES), strata)
    taken = {unit for _, unit in drawn(pool, sample)}
    return replace(pool, places=populations.places(connection, taken))


def _since(sample: Sample, now: datetime) -> datetime | None:
    if sample.months is None:
        return None
    return now + timedelta(days=days_in_months(local_day(now), -sample.months))


@dataclass(frozen=True, slots=True)
class Record:
    """A draw as the history keeps it, and as it comes out when it is drawn again."""

    case: int
    seq: int
    at: datetime
    person: int | None
    unit: int | None
    fact: str
    sample: Sample
    pool: Pool
    taken: tuple[Mapping[str, Any], ...]
    again: tuple[Mapping[str, Any], ...]

    @property
    def same(self) -> bool:
        """Whether drawing again takes the same."""
        return self.taken == self.again


def records_of(
    connection: Connection, catalog: Catalog, case: Case, reader: Actor | None = None
) -> list[Record]:
    """Every draw of a case, each drawn again from what its history kept; only those of facts that
    the reader sees, where one is named.
    """
    compiled = catalog.version(case.definition)
    hidden = withheld(compiled.definition, case.parties, reader) if reader else frozenset()
    found = records_in(compiled, queries.history_of(connection, case.id))
    return [one for one in found if one.fact not in hidden]


def records_in(compiled: Compiled, history: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
    """Every draw in rows of a history with their JSON read."""
    for row in history:
        for fact, taken in row["effects"].get("drawn", {}).items():
            pool = pool_seen(row["seen"])
            assert pool is not None, "who draws keeps what from"
            sample = compiled.definition.samples[fact]
            yield Record(
                row["case_id"],
                row["seq"],
                row["at"],
                row["person_id"],
                row["unit_id"],
                fact,
                sample,
                pool,
                tuple(taken),
                tuple(_again(pool, sample)),
            )


def _again(pool: Pool, sample: Sample) -> list[dict[str, Any]]:
    try:
        return draw(pool, sample)
    except (Refusal, LookupError):  # others are drawn than those whose names were kept
        return [{"unit": unit, "stratum": name} for name, unit in drawn(pool, sample)]
