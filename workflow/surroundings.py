"""The world that a step sees, read within the transaction that takes the step: calendars, where
units lie, who may be named, what stands open.

What is read here is what the engine may know; it never reads for itself.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from workflow.burden import asked_of
from workflow.catalog import Catalog
from workflow.engine.calendar import Calendar
from workflow.engine.case import LINKED_CASE, Actor, Case, Firing, Lineage, World
from workflow.engine.children import proposed
from workflow.engine.circles import circles, units_in
from workflow.engine.errors import Refusal
from workflow.engine.likeness import likeness_of
from workflow.engine.machine import Compiled
from workflow.engine.named import everybody_in, people_facts
from workflow.engine.opening import Request, open_case
from workflow.engine.scene import Scene
from workflow.lots import pool_of
from workflow.store.casework import candidates, cases
from workflow.store.offices import organisation, reorganised


@dataclass
class Surroundings:
    """Worlds within one open connection."""

    connection: Connection
    catalog: Catalog
    now: datetime
    counted: dict[int, Counter[str]] = field(default_factory=dict)
    """By parent: how many children this transaction opened, less those it ended; no row says so
    yet.
    """
    _lineages: dict[frozenset[int], Mapping[int, Lineage]] = field(default_factory=dict)
    _successors: dict[frozenset[int], Mapping[int, int]] = field(default_factory=dict)

    def note_child(self, parent: int, name: str, change: int) -> None:
        """A child was opened (1) or has ended (-1)."""
        self.counted.setdefault(parent, Counter())[name] += change

    def of_opening(
        self, compiled: Compiled, named: Mapping[str, int], facts: Mapping[str, Any], actor: Actor
    ) -> World:
        """The world in which a case is opened."""
        return World(
            calendar=self.catalog.calendar,
            lineages=self.lineages({*named.values(), *_called(compiled, facts)}),
            series_top=self._series_top(compiled, facts),
            alike=self.alike(compiled, named, facts),
            earlier=self._earlier(compiled, named, facts, actor),
        )

    def alike(self, compiled: Compiled, named: Mapping[str, int], facts: Mapping[str, Any]) -> int:
        """How many cases stand about the same thing as one that is to be opened."""
        definition = compiled.definition
        likeness = likeness_of(definition, named.get(definition.anchor, 0), facts)
        if likeness is None:
            return 0
        return cases.count_alike(self.connection, definition.workflow, likeness)

    def _earlier(
        self, compiled: Compiled, named: Mapping[str, int], facts: Mapping[str, Any], actor: Actor
    ) -> str:
        """The number of the first open case about the same thing, where somebody may join it."""
        definition = compiled.definition
        likeness = likeness_of(definition, named.get(definition.anchor, 0), facts)
        if not (definition.alike and definition.alike.joins and likeness):
            return ""
        return cases.first_alike(self.connection, definition.workflow, likeness, actor)

    def lineages(self, units: Collection[int]) -> Mapping[int, Lineage]:
        """Where units lie, which none of them can leave before this transaction has ended: so it is
        asked once, however many cases are theirs.
        """
        which = frozenset(units)
        if which not in self._lineages:
            reorganised.hold_still(self.connection)
            self._lineages[which] = organisation.read_lineages(self.connection, which)
        return self._lineages[which]

    def _heirs(self, units: Collection[int]) -> Mapping[int, int]:
        """Who took over from units, asked once; whoever reorganises holds them still."""
        which = frozenset(units)
        if which not in self._successors:
            self._successors[which] = organisation.successors_of(self.connection, which)
        return self._successors[which]

    def _series_top(self, compiled: Compiled, facts: Mapping[str, Any]) -> int | None:
        series = compiled.definition.series
        if series is None or not isinstance(facts.get(series.cause), str):
            return None
        return cases.series_top(self.connection, compiled.definition.workflow, facts[series.cause])

    def of_firing(self, compiled: Compiled, case: Case, firing: Firing, actor: Actor) -> World:
        """The world in which an event is fired on a case."""
        if firing.event == "reorganise":
            return self._world_of_units(compiled, case)
        is_rung = firing.event == "rung" and actor.kind == "clock"
        units = {firing.unit} if firing.unit is not None else set()
        units |= _called(compiled, firing.inputs)
        return World(
            calendar=self._calendar(case, firing),
            open_children=self.open_children(compiled, case),
            lineages=self.lineages(units) if units else {},
            warned_at=self._warned_at(compiled, case, firing) if is_rung else None,
            candidates=candidates.who_may_be(
                self.connection,
                compiled,
                people_facts(compiled.definition, firing.inputs),
                case.parties,
                self.now,
            ),
            barred=self._barred(compiled, case, _may_open(compiled, case, firing, is_rung)),
            asked=asked_of(self.connection, self.catalog, compiled, case, firing, actor, self.now),
            pool=pool_of(self.connection, self.catalog, compiled, case, firing, self.now),
            colleague=(
                organisation.posts_of_active(self.connection, firing.person, self.now)
                if firing.person is not None
                else ()
            ),
        )

    def _calendar(self, case: Case, firing: Firing) -> Calendar:
        """The calendar in force; a limit that comes back does so under its own."""
        if firing.event == "take_back" and case.last is not None and case.last.back.due is not None:
            return self.catalog.calendar_of(case.last.back.due.calendar)
        return self.catalog.calendar

    def _world_of_units(self, compiled: Compiled, case: Case) -> World:
        """The world a re-organisation is followed in: where the case's units went and now lie."""
        units = {seat.unit for seat in case.parties.values()}
        units |= {signature.unit for signature in case.cycle.signed.values()}
        units |= {one["unit"] for one in everybody_in(compiled.definition, case.facts)}
        units |= _called(compiled, case.facts)
        successors = self._heirs(units)
        parties = compiled.definition.parties
        named = {seat.unit for name, seat in case.parties.items() if not parties[name].table}
        named |= {one for some in circles(compiled.definition, case.facts).values() for one in some}
        now_at = {successors.get(unit, unit) for unit in named}
        return World(
            calendar=self._calendar(case, Firing("reorganise")),
            lineages=self.lineages(now_at),
            successors=successors,
        )

    def open_children(self, compiled: Compiled, case: Case) -> Mapping[str, int]:
        """How many children of each name stand open, what this transaction did included."""
        if not compiled.definition.children or not (case.cycle.children or case.cycle.number > 1):
            return {}  # it never had a child: no need to ask
        stored = cases.open_children(self.connection, case.id)
        for name, change in self.counted.get(case.id, {}).items():
            stored[name] = stored.get(name, 0) + change
        return stored

    def _warned_at(self, compiled: Compiled, case: Case, firing: Firing) -> datetime | None:
        ladder = firing.inputs["ladder"]
        rung = compiled.definition.ladders[ladder][firing.inputs["rung"]]
        if not rung.punitive or ladder not in case.stay.warnings:
            return None
        return cases.warning_went_out(self.connection, case.id, case.stay.warnings[ladder])

    def _barred(self, compiled: Compiled, case: Case, names: set[str]) -> tuple[str, ...]:
        """Those of the children a firing might open whose series would refuse them."""
        return tuple(sorted(name for name in names if self._refused(compiled, case, name)))

    def _refused(self, compiled: Compiled, case: Case, name: str) -> bool:
        """Whether a child of a series could not be opened now: tried without taking a number."""
        child = compiled.definition.children[name]
        theirs = self.catalog.newest(child.workflow)
        if theirs.definition.series is None or child.for_each:
            return False
        scene = Scene(compiled, case, World(self.catalog.calendar), self.now)
        for opening in proposed(scene, (name,), ""):
            named = {party: seat.unit for party, seat in opening.parties.items()}
            world = self.of_opening(theirs, named, opening.facts, LINKED_CASE)
            try:
                open_case(
                    theirs, Request(0, "", named, opening.facts), LINKED_CASE, world, self.now
                )
            except Refusal:
                return True
        return False


def _called(compiled: Compiled, facts: Mapping[str, Any]) -> set[int]:
    """The units that stand in tables of these facts, as far as they are known."""
    declared = {name: facts[name] for name in facts if name in compiled.definition.facts}
    return set(units_in(compiled.definition, declared))


def _may_open(compiled: Compiled, case: Case, firing: Firing, is_rung: bool) -> set[str]:
    """The children that a firing might open: by a rung, by an event, or by a rule that follows."""
    definition = compiled.definition
    if is_rung:
        return set(definition.ladders[firing.inputs["ladder"]][firing.inputs["rung"]].open)
    event = compiled.events[case.state].get(firing.event)
    if event is None:
        return set()
    return {*event.opens, *(rule.open for rule in definition.proposals.values())}
