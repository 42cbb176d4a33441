"""Tallies of a definition worked out (统计), and what is drafted from them for people to edit.

They are worked out anew whenever they are asked for; what a person then issues is kept as facts.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from workflow.catalog import Catalog
from workflow.engine.calendar import day_begins, local_day
from workflow.engine.case import Case
from workflow.engine.checks.tallies import CLASS_COLUMN, UNIT_COLUMN
from workflow.engine.definition import Definition, Fact
from workflow.engine.periods import Period, period_of, read_period
from workflow.engine.tallies import Listing, Ranking
from workflow.papers.drafts import drafted
from workflow.store.lists import tallies
from workflow.store.lists.tallies import Below, Listed, VoidStates, Window

MOST_NAMED = 30
"""Cases behind a tally that a draft can name."""

Numbers = Mapping[str, float | None]
"""By tally; a share of nothing is None."""


@dataclass(frozen=True, slots=True)
class Tallied:
    """The numbers of a unit and of each right below it, for a period."""

    period: Period
    unit: Below
    whole: Numbers
    below: tuple[tuple[Below, Numbers], ...]
    listed: Mapping[str, list[Listed]]
    """By fact: the cases that its table lists."""


def period_of_case(case: Case) -> Period:
    """The period that a case counts: its own, or the year in which it was opened."""
    if case.period is not None:
        return read_period(case.period)
    return period_of("year", local_day(case.opened_at))


def window_of(period: Period, now: datetime) -> Window:
    """The instants between which a period lies."""
    until = day_begins(period.last + timedelta(days=1))
    return Window(day_begins(period.first), until, now)


def void_states(catalog: Catalog) -> VoidStates:
    """The states that count as if a case had never been opened."""
    return [
        (name, state)
        for name, compiled in catalog.known().items()
        for state, one in compiled.definition.states.items()
        if one.void
    ]


def tallied(
    connection: Connection,
    catalog: Catalog,
    definition: Definition,
    unit: int,
    period: Period,
    now: datetime,
) -> Tallied:
    """The tallies of a definition for a unit and those right below it, and what its facts list."""
    window, void = window_of(period, now), void_states(catalog)
    declared = {name: fact.listing for name, fact in definition.facts.items()}
    listings = {name: one for name, one in declared.items() if one is not None}
    found = tallies.counted(
        connection, definition.tallies, window, unit, void, listings, int(period)
    )

    def numbers(one: Below) -> Numbers:
        sums = {
            name: sum(n for path, n in some.items() if path.startswith(one.path))
            for name, some in found.counts.items()
        }
        return {name: _number(name, definition, sums) for name in sums}

    below = tuple((one, numbers(one)) for one in found.below)
    return Tallied(period, found.top, numbers(found.top), below, found.listed)


def tallied_for(connection: Connection, catalog: Catalog, case: Case, now: datetime) -> Tallied:
    """The tallies of a case: of the unit that it is about, for its period."""
    definition = catalog.version(case.definition).definition
    unit = case.parties[definition.anchor].unit
    return tallied(connection, catalog, definition, unit, period_of_case(case), now)


def cases_behind(
    connection: Connection,
    catalog: Catalog,
    definition: Definition,
    found: Tallied,
    name: str,
    path: str,
    now: datetime,
) -> Iterator[tallies.Behind]:
    """The cases that a tally counts below a path, the oldest first."""
    window, void = window_of(found.period, now), void_states(catalog)
    return tallies.cases_behind(connection, definition.tallies[name], window, path, void)


def _number(name: str, definition: Definition, sums: Mapping[str, int]) -> float | None:
    per = definition.tallies[name].per
    if per is None:
        return float(sums[name])
    return round(100 * sums[name] / sums[per], 1) if sums[per] else None


# Drafts


def drafts(
    connection: Connection,
    catalog: Catalog,
    definition: Definition,
    found: Tallied,
    names: Collection[str],
    now: datetime,
) -> dict[str, Any]:
    """What the system would write into these facts of a case; what comes out empty is left out."""
    values = _values(connection, catalog, definition, found, now)
    made = {
        name: _draft(name, definition.facts[name], found, values)
        for name in names
        if is_drafted(definition.facts[name])
    }
    return {name: value for name, value in made.items() if value}


def is_drafted(fact: Fact) -> bool:
    """Whether the system writes a draft of a fact."""
    return (fact.draft, fact.ranking, fact.listing) != (None, None, None)


def _draft(name: str, fact: Fact, found: Tallied, values: Mapping[str, Any]) -> Any:
    if fact.listing is not None:
        return _listed(fact, fact.listing, found.listed[name])
    if fact.ranking is not None:
        return [_row(fact, one, numbers) for one, numbers in ranked(fact.ranking, found)]
    return drafted(fact.draft or "", values)


def ranked(ranking: Ranking, found: Tallied) -> list[tuple[Below, Numbers]]:
    """The units in the order of a tally, those equal to the last one included.

    Left out is of whom nothing is known, and for the highest who has none.
    """
    highest = ranking.order == "highest"
    rows = [
        (value, one, numbers)
        for one, numbers in found.below
        if (value := numbers[ranking.by]) is not None and (value > 0 or not highest)
    ]
    rows.sort(key=lambda row: -row[0] if highest else row[0])
    last = rows[: ranking.most][-1][0] if rows else 0.0
    return [(one, n) for value, one, n in rows if (value >= last if highest else value <= last)]


def _row(fact: Fact, one: Below, numbers: Numbers) -> dict[str, Any]:
    known: dict[str, Any] = {UNIT_COLUMN: one.name, **numbers}
    return {key: known[key] for key in fact.columns if known.get(key) is not None}


def _listed(fact: Fact, listing: Listing, cases: list[Listed]) -> list[dict[str, Any]]:
    """A row a case, in the wanted order; what is not known comes last and is left out."""
    rows: list[dict[str, Any]] = [
        {**one.facts, UNIT_COLUMN: one.unit, CLASS_COLUMN: one.class_} for one in cases
    ]
    rows.sort(key=lambda row: [_place(listing.order.get(by), row.get(by)) for by in listing.by])
    return [{key: row[key] for key in fact.columns if row.get(key) is not None} for row in rows]


def _place(order: Sequence[str] | None, value: Any) -> tuple[bool, Any]:
    """Where a value comes: words by the order that is given, those it does not have after them."""
    if order is not None and value is not None:
        value = (order.index(value), "") if value in order else (len(order), value)
    return value is None, value


def _values(
    connection: Connection,
    catalog: Catalog,
    definition: Definition,
    found: Tallied,
    now: datetime,
) -> dict[str, Any]:
    @cache
    def behind() -> Mapping[str, list[SimpleNamespace]]:
        return _behind_drafts(connection, catalog, definition, found, now)

    today = local_day(now)
    return {
        "unit": found.unit.name,
        "period": str(found.period),
        "today": f"{today.year}年{today.month}月{today.day}日",
        "tallies": _plain(found.whole),
        "units": [SimpleNamespace(name=one.name, **vars(_plain(n))) for one, n in found.below],
        "cases": _Lazy(behind),
    }


_NAMED = re.compile(r"\bcases\.([a-z0-9_]+)")


def _behind_drafts(
    connection: Connection,
    catalog: Catalog,
    definition: Definition,
    found: Tallied,
    now: datetime,
) -> Mapping[str, list[SimpleNamespace]]:
    """The oldest of the cases behind each tally whose cases some draft names."""
    texts = " ".join(fact.draft for fact in definition.facts.values() if fact.draft)
    behind: dict[str, list[SimpleNamespace]] = {name: [] for name in _NAMED.findall(texts)}
    asked = {name: definition.tallies[name] for name in behind if found.whole[name] != 0}
    if asked:
        window, void = window_of(found.period, now), void_states(catalog)
        each = tallies.cases_behind_each(connection, asked, window, found.unit.path, void)
        for name, case in each:
            if len(behind[name]) < MOST_NAMED:
                known = SimpleNamespace(number=case.number, headline=case.headline, unit=case.unit)
                behind[name].append(known)
    return behind


class _Lazy:
    """The cases behind each tally, read when a draft names the first of them."""

    def __init__(self, behind: Callable[[], Mapping[str, Any]]) -> None:
        self._behind = behind

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._behind()[name]


def _plain(numbers: Numbers) -> SimpleNamespace:
    """Numbers as a text says them: whole ones without a point; what is not known as 0."""
    return SimpleNamespace(
        **{
            name: int(value) if value is not None and value == int(value) else value or 0
            for name, value in numbers.items()
        }
    )
