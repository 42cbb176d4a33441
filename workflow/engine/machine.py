"""A definition made ready to run: its events by state, its compiled guards, and one flat
`transitions` machine.

One machine a definition version, shared by all threads: it holds no model and gets callables only
(never a text of the file). A step walks its transitions as a table: the machine itself builds an
event and a dozen frames for each question. A test holds that both answer alike.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from transitions import EventData, Machine

from workflow.engine.case import PARENT
from workflow.engine.definition import Branch, Definition, Event
from workflow.engine.flow import events_in
from workflow.engine.guards import Guards
from workflow.engine.named import remembered
from workflow.engine.permits import party_of

Way = tuple[str | None, tuple[Callable[[Mapping[str, Any]], bool], ...]]
"""A state and the conditions under which an event leads there."""


class Compiled:
    """One definition version, ready for `step`; safe to share between threads."""

    def __init__(self, definition: Definition, version: int = 0) -> None:
        self.definition = definition
        self.version = version
        self.guards = Guards(definition)
        self.events: Mapping[str, Mapping[str, Event]] = {
            state: dict(events_in(definition, state)) for state in definition.states
        }
        self.remembered = remembered(definition)

    @cached_property
    def actors(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """For each state the roles whose work it is, by party: those of the state's own events.

        What may be done at any time waits for nobody: being able to withdraw a case does not make
        it one's work.
        """
        return {state: self._actors(state) for state in self.definition.states}

    @cached_property
    def heeds(self) -> frozenset[str]:
        """The states of a parent for which an event waits."""
        awaited = (event.on for events in self.events.values() for event in events.values())
        found = ((on or "").partition(".") for on in awaited)
        return frozenset(state for whose, _, state in found if whose == PARENT)

    def _actors(self, name: str) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        state = self.definition.states[name]
        for event in state.events.values():
            for by in event.by:
                party, role = party_of(by, state), by.partition(".")[2]
                found[party] = found.get(party, frozenset()) | {role}
        return found

    def next_state(self, state: str, event: str, sight: Mapping[str, Any]) -> str | None:
        """Where the event leads, given what guards see; None when no branch's condition holds."""
        if not self.events[state][event].to:
            return state
        for target, conditions in self._ways[state, event]:
            if all(holds(sight) for holds in conditions):
                return target
        return None

    @cached_property
    def _ways(self) -> Mapping[tuple[str, str], tuple[Way, ...]]:
        """The machine's transitions by state and event, in their order."""
        return {
            (state, name): tuple((move.dest, tuple(map(_asked, move.conditions))) for move in moves)
            for name, event in self.machine.events.items()
            for state, moves in event.transitions.items()
        }

    @cached_property
    def machine(self) -> Machine:
        """The definition as `transitions` has it."""
        machine = Machine(
            model=None,
            states=list(self.definition.states),
            initial=None,
            auto_transitions=False,
            send_event=True,
        )
        for state, events in self.events.items():
            for name, event in events.items():
                for branch in event.to:
                    machine.add_transition(
                        name, state, branch.state, conditions=self._holds(branch)
                    )
        return machine

    def _holds(self, branch: Branch) -> list[Any]:
        return [] if branch.when is None else [_Condition(self, branch.when)]


def _asked(condition: Any) -> Callable[[Mapping[str, Any]], bool]:
    """What a condition of the library asks, without the event it builds for that."""
    sees: Callable[[Mapping[str, Any]], bool] = condition.func.sees
    return sees


class _Condition:
    """A branch's condition, as the machine calls it and as a step asks it."""

    def __init__(self, compiled: Compiled, when: str) -> None:
        self._compiled = compiled
        self._when = when

    def __call__(self, data: EventData) -> bool:
        return self.sees(data.kwargs["sight"])

    def sees(self, sight: Mapping[str, Any]) -> bool:
        """Whether it holds, given what guards see."""
        return self._compiled.guards.holds(self._when, sight)
