"""A definition made ready to run: its events by state, its compiled guards, and one flat
`transitions` machine.

One machine a definition version, shared by all threads: it holds no model, gets callables only
(never a text of the file) and is fired on a throw-away token.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from transitions import EventData, Machine

from workflow.engine.definition import Branch, Definition, Event
from workflow.engine.flow import events_in
from workflow.engine.guards import Guards
from workflow.engine.permits import TURN


class _Token:
    """What the machine moves: nothing but a state."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


class Compiled:
    """One definition version, ready for `step`; safe to share between threads."""

    def __init__(self, definition: Definition, version: int = 0) -> None:
        self.definition = definition
        self.version = version
        self.guards = Guards(definition)
        self.events: Mapping[str, Mapping[str, Event]] = {
            state: dict(events_in(definition, state)) for state in definition.states
        }

    @cached_property
    def actors(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """For each state the roles whose work it is, by party.

        An event of several states counts where it is the turn's: being able to withdraw a case
        does not make it one's work.
        """
        return {state: self._actors(state) for state in self.definition.states}

    def _actors(self, name: str) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        state = self.definition.states[name]
        for event_name, event in self.events[name].items():
            for party, _, role in (by.partition(".") for by in event.by):
                party = (state.turn or "") if party == TURN else party
                if event_name in state.events or party == state.turn:
                    found[party] = found.get(party, frozenset()) | {role}
        return found

    def next_state(self, state: str, event: str, sight: Mapping[str, Any]) -> str | None:
        """Where the event leads, given what guards see; None when no branch's condition holds."""
        if not self.events[state][event].to:
            return state
        token = _Token(state)
        moved = self._machine.events[event].trigger(token, sight=sight)
        return token.state if moved else None

    @cached_property
    def _machine(self) -> Machine:
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
        if branch.when is None:
            return []
        when = branch.when
        return [lambda data: self.guards.holds(when, _sight_of(data))]


def _sight_of(data: EventData) -> Mapping[str, Any]:
    sight: Mapping[str, Any] = data.kwargs["sight"]
    return sight
