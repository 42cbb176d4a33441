"""The parts of a definition that many checks walk over."""

from collections.abc import Collection, Iterator

from workflow.engine.definition import Definition, Event, Rung
from workflow.engine.findings import Path
from workflow.engine.words import TURN


def events(definition: Definition) -> Iterator[tuple[Path, Event, tuple[str, ...]]]:
    """Every declared event with its path and the states in which it can happen."""
    for state_name, state in definition.states.items():
        for name, event in state.events.items():
            yield ("states", state_name, "events", name), event, (state_name,)
    for name, wide in definition.anytime.items():
        yield ("anytime", name), wide, wide.from_


def rungs(definition: Definition) -> Iterator[tuple[Path, Rung]]:
    """Every rung of every ladder with its path."""
    for name, ladder in definition.ladders.items():
        for at, rung in enumerate(ladder):
            yield ("ladders", name, at), rung


def without_turn(definition: Definition, states: Collection[str]) -> Iterator[str]:
    """Those of `states` in which it is nobody's turn."""
    for name in states:
        if name in definition.states and not definition.states[name].turn:
            yield name


def parties_of(definition: Definition, role: str, states: Collection[str]) -> set[str]:
    """The parties that `party.role` can mean in these states."""
    party = role.partition(".")[0]
    if party != TURN:
        return {party}
    turns = [definition.states[name].turn for name in states if name in definition.states]
    return {turn for turn in turns if turn}
