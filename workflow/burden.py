"""What a unit has been asked in a week: things to do, reports to write, forms and fields to fill
in, messages to read, visits to receive.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from workflow.catalog import Catalog
from workflow.engine.burden import Burden
from workflow.engine.calendar import day_begins, local_day
from workflow.engine.case import Actor, Case, Firing
from workflow.engine.definition import Definition
from workflow.engine.machine import Compiled
from workflow.store.lists import queries
from workflow.store.outgoing import burden as meter
from workflow.visits import planned

By = tuple[tuple[str, int], ...]
"""Who asked, or what for, how often."""

BY_CALENDAR = "系统自动发起"
"""Who asks where nobody does but the calendar, or a ladder."""


@dataclass(frozen=True, slots=True)
class Week:
    """A unit's week, as somebody sees it who plans more."""

    connection: Connection
    catalog: Catalog
    unit: int
    reader: Actor
    now: datetime
    case: int | None = None
    """The case that asks more: its own visit is not one before."""

    def counted(self, what: str, day: date | None = None) -> By:
        """What was asked since Monday; of visits those of the week in which `day` lies."""
        if what == "visits":
            return self._visits(day or local_day(self.now))
        since, until = monday_before(local_day(self.now)), self.now + timedelta(seconds=1)
        people = meter.people_of(self.connection, self.unit, self.now)
        whose = meter.of_people(self.unit, people)
        if what in ("tasks", "reports"):
            tasks, owed = meter.tasks(self.connection, since, until, whose), self._owed()
            wanted = (one for one in tasks if what == "tasks" or one.is_report(owed))
            return self._by_units(Counter(one.by for one in wanted))
        if what == "messages":
            return _plain(Counter({"": len(meter.letters(self.connection, since, until, whose))}))
        forms = meter.forms(self.connection, since, until, self.unit, people)
        filled = Counter[str]()
        for one in forms:
            filled[self._title(one.workflow)] += one.fields if what == "fields" else 1
        return _plain(filled)

    def _visits(self, day: date) -> By:
        """Of the visits to the unit those that the reader knows of."""
        first = day - timedelta(days=day.weekday())
        known = planned(
            self.connection, self.catalog, self.reader, first, first + timedelta(days=7)
        )
        others = (one for one in known if one.unit == self.unit and one.case != self.case)
        return self._by_units(Counter(one.by for one in others))

    def _by_units(self, asked: Mapping[int | None, int]) -> By:
        names = queries.unit_names(self.connection, {unit for unit in asked if unit is not None})
        return _plain(Counter({names.get(unit or 0, BY_CALENDAR): n for unit, n in asked.items()}))

    def _owed(self) -> set[str]:
        """The workflows of what is owed every period."""
        known = self.catalog.known()
        return {name for name, one in known.items() if one.definition.is_owed}

    def _title(self, workflow: str) -> str:
        known = self.catalog.known()
        return known[workflow].definition.title if workflow in known else workflow


def _plain(counts: Counter[str]) -> By:
    return tuple(sorted((who, n) for who, n in counts.items() if n))


def monday_before(day: date) -> datetime:
    """When the week of a day began."""
    return day_begins(day - timedelta(days=day.weekday()))


def asked_of(
    connection: Connection,
    catalog: Catalog,
    compiled: Compiled,
    case: Case,
    firing: Firing,
    actor: Actor,
    now: datetime,
) -> Mapping[str, By]:
    """What the units that a person asks now were asked already, where that has a budget."""
    event = compiled.events[case.state].get(firing.event)
    if event is None or actor.kind != "person":
        return {}
    found: dict[str, By] = {}
    for budget in event.burden:
        if seat := case.parties.get(budget.of):
            week = Week(connection, catalog, seat.unit, actor, now, case.id)
            day = _day(compiled.definition, budget, case, firing)
            found[budget.counts] = week.counted(budget.counts, day)
    return found


def _day(definition: Definition, budget: Burden, case: Case, firing: Firing) -> date | None:
    """The day of the visit that is planned; a date that cannot be read is refused elsewhere."""
    for visit in definition.visits.values():
        if visit.on and visit.to == budget.of:
            given = firing.inputs.get(visit.on) or case.facts.get(visit.on)
            try:
                return date.fromisoformat(str(given))
            except ValueError:
                return None
    return None
