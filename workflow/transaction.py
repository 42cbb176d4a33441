"""One transaction's worth of steps: loads cases, lets the engine decide in the world that each step
sees, gathers what it decided and what follows from that.

Whoever changes a case is written with it. The `with unit_of_work()` of the caller is the
transaction, and `flush` the last thing in it: on PostgreSQL the commit travels with what it writes.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from workflow.catalog import Catalog
from workflow.engine.built_in import BY_CLOCK, STEPS
from workflow.engine.calendar import local_day
from workflow.engine.case import (
    ENDED,
    LINKED_CASE,
    PARENT,
    Actor,
    Case,
    Firing,
    World,
)
from workflow.engine.decision import Opening, Step
from workflow.engine.machine import Compiled
from workflow.engine.opening import Request, open_case
from workflow.engine.scene import Scene
from workflow.engine.step import step
from workflow.store.casework import attachments, candidates, cases
from workflow.store.casework.joining import check_joined
from workflow.store.casework.writes import Row, Writes
from workflow.store.evidence.chain import START, algorithm_of
from workflow.store.offices import called, organisation
from workflow.surroundings import Surroundings


@dataclass
class Transaction:
    """Steps within one open connection; call `flush` once at the end."""

    connection: Connection
    catalog: Catalog
    now: datetime
    loaded: dict[int, cases.Loaded] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.writes = Writes(self.now, algorithm_of(self.connection))
        self.surroundings = Surroundings(self.connection, self.catalog, self.now)

    def flush(self) -> None:
        """Write what all steps decided, as the last thing in the unit of work: on PostgreSQL the
        commit travels with it, and what came after would be a transaction of its own.
        """
        self.writes.flush(self.connection)

    def case(self, case_id: int) -> Case:
        """The case as it is within this transaction, locked; raises NotFound."""
        if case_id not in self.loaded:
            self.loaded[case_id] = cases.lock_case(self.connection, case_id)
        return self.loaded[case_id][0]

    # Opening

    def open(
        self,
        workflow: str,
        named: Mapping[str, int],
        facts: Mapping[str, Any],
        actor: Actor,
        *,
        period: int | None = None,
        parent: Case | None = None,
        child: str | None = None,
        begins: str | None = None,
    ) -> Case:
        """A new case, at its first state; raises a Refusal."""
        compiled = self.catalog.newest(workflow)
        if actor.person is not None:
            facts = attachments.resolve(
                self.connection, compiled.definition, facts, actor.person, None
            )
        facts = called.resolved(self.connection, compiled.definition, facts)
        world = self.surroundings.of_opening(compiled, named, facts, actor)
        facts, world = candidates.of_opening(
            self.connection, compiled, named, facts, actor, world, self.now
        )
        case_id, number = self._next_number(compiled)
        parent_id = parent.id if parent else None
        request = Request(case_id, number, named, facts, period, parent_id, child, begins)
        decided = open_case(compiled, request, actor, world, self.now)
        inputs: Row = {"facts": decided.written, "named": named, "number": number}
        inputs |= {"period": period} if period is not None else {}
        inputs |= {"parent": parent_id, "child": child} if parent else {}
        inputs |= {"begins": begins} if begins else {}
        self.take_in(decided, None, world, compiled, inputs)
        return self.case(case_id)

    def _next_number(self, compiled: Compiled) -> tuple[int, str]:
        """The id and the number of a case that this transaction opens."""
        year = local_day(self.now).year
        (number,) = cases.take_numbers(self.connection, compiled.definition, year, 1)
        mine = max(self.writes.new_cases, default=0) + 1
        return max(cases.next_case_id(self.connection), mine), number

    # Firing

    def fire(self, case_id: int, firing: Firing, actor: Actor) -> Step:
        """One event on a case, with the children it opens and the parent it wakes; raises a
        Refusal.
        """
        before = self.case(case_id)
        compiled = self.catalog.version(before.definition)
        firing = self._with_attachments(compiled, firing, actor, case_id)
        decided, world = self.decide(before, firing, actor)
        if decided.case.seq != before.seq:
            self.take_in(decided, before, world, compiled, _inputs(firing, decided))
        return decided

    def scene(self, case_id: int, firing: Firing, actor: Actor) -> Scene:
        """The case, locked, in the world that a firing on it would see."""
        case = self.case(case_id)
        compiled = self.catalog.version(case.definition)
        return Scene(
            compiled, case, self.surroundings.of_firing(compiled, case, firing, actor), self.now
        )

    def decide(self, before: Case, firing: Firing, actor: Actor) -> tuple[Step, World]:
        """What an event would do to a case, and the world it saw; nothing is taken in.

        Raises a Refusal.
        """
        compiled = self.catalog.version(before.definition)
        firing = self._with_units(compiled, firing)
        world = self.surroundings.of_firing(compiled, before, firing, actor)
        firing = candidates.of_firing(self.connection, compiled, before, firing, actor, world)
        decided = step(compiled, before, firing, actor, world, self.now)
        check_joined(self.connection, compiled.definition, decided, actor)
        return decided, world

    def _with_attachments(
        self, compiled: Compiled, firing: Firing, actor: Actor, case_id: int
    ) -> Firing:
        """A person names attachments by id; the step is given what they are."""
        if actor.person is None or not firing.inputs:
            return firing
        inputs = attachments.resolve(
            self.connection, compiled.definition, firing.inputs, actor.person, case_id
        )
        return firing if inputs is firing.inputs else replace(firing, inputs=inputs)

    def _with_units(self, compiled: Compiled, firing: Firing) -> Firing:
        """Units are written into tables by name; the step is given which ones they are."""
        if firing.event in STEPS:
            return firing
        inputs = called.resolved(self.connection, compiled.definition, firing.inputs)
        return firing if inputs is firing.inputs else replace(firing, inputs=inputs)

    # What follows from a step

    def take_in(
        self, decided: Step, before: Case | None, world: World, compiled: Compiled, inputs: Row
    ) -> None:
        """Gather what a step decided, and what follows from it."""
        case = decided.case
        prev = self.loaded[case.id][1] if before is not None else START
        head = self.writes.add(decided, before, world, compiled, inputs, prev)
        self.loaded[case.id] = (case, head)
        if before is not None and case.parent is not None and case.closed_at and case.child_name:
            self.surroundings.note_child(case.parent, case.child_name, -1)
        for opening in decided.openings:
            self._open_child(case, opening)
        if decided.arrived and before is not None:
            if case.parent is not None:
                self._wake_parent(case)
            self._wake_children(case)

    def _open_child(self, parent: Case, opening: Opening) -> None:
        named = self._living({party: seat.unit for party, seat in opening.parties.items()}, parent)
        self.open(
            opening.workflow,
            named,
            opening.facts,
            LINKED_CASE,
            parent=parent,
            child=opening.child,
            begins=opening.begins,
        )
        self.surroundings.note_child(parent.id, opening.child, 1)

    def _living(self, named: dict[str, int], parent: Case) -> dict[str, int]:
        """The units handed to a child; one that stood in a table and is no more is the one that
        took over. A party of the parent lives: the parent has followed.
        """
        tabled = {*named.values()} - {seat.unit for seat in parent.parties.values()}
        heirs = organisation.successors_of(self.connection, tabled) if tabled else {}
        return {party: heirs.get(unit, unit) for party, unit in named.items()}

    def _wake_parent(self, child: Case) -> None:
        """Fire the parent's event that waits for the child in this state, if its present state has
        one.
        """
        if child.parent is None:
            return
        arrived = [child.state, ENDED] if child.closed_at else [child.state]
        awaited = [f"{child.child_name}.{state}" for state in arrived]
        self._wake(self.case(child.parent), awaited, child.facts)

    def _wake_children(self, parent: Case) -> None:
        """Fire the event of each open child that waits for its parent in this state."""
        children = self.catalog.version(parent.definition).definition.children
        names = [
            name
            for name in parent.cycle.children
            if parent.state in self.catalog.newest(children[name].workflow).heeds
        ]
        for child in cases.open_ones(self.connection, parent.id, names) if names else ():
            self._wake(self.case(child), [f"{PARENT}.{parent.state}"], parent.facts)

    def _wake(self, case: Case, awaited: Collection[str], facts: Mapping[str, Any]) -> None:
        """Fire the event that waits for one of these arrivals, if the case's state has one."""
        compiled = self.catalog.version(case.definition)
        world = World(self.catalog.calendar, self.surroundings.open_children(compiled, case))
        scene = Scene(compiled, case, world, self.now)
        for name, event in compiled.events[case.state].items():
            if event.on in awaited and scene.holds(event.when):
                takes = event.takes.items()
                taken = {own: facts[theirs] for own, theirs in takes if theirs in facts}
                self.fire(case.id, Firing(name, taken), LINKED_CASE)
                return


def _inputs(firing: Firing, decided: Step) -> Row:
    """What replay needs of a firing: the facts as accepted, and who or what it named."""
    if firing.event in BY_CLOCK:
        return dict(firing.inputs)
    inputs: Row = {"facts": decided.written} if decided.written else {}
    if decided.emptied:
        inputs["emptied"] = list(decided.emptied)
    if firing.unit is not None:
        inputs["unit"] = firing.unit
    if firing.person is not None:
        inputs["person"] = firing.person
    if firing.issued is not None:
        inputs["issued"] = asdict(firing.issued)
    if firing.sealed is not None:
        inputs["sealed"] = asdict(firing.sealed)
    if firing.voided is not None:
        inputs["voided"] = asdict(firing.voided)
    return inputs
