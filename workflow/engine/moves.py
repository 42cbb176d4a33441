"""Every (event, from, to) a history of this definition may hold; the database refuses any other."""

from workflow.engine.definition import Definition
from workflow.engine.flow import events_in

Moves = set[tuple[str, str, str]]


def moves_of(definition: Definition) -> list[tuple[str, str, str]]:
    """The moves of a definition: its opening, its events with all their branches, and the built-in
    events.
    """
    opening = definition.opening
    moves: Moves = {("open", at, at) for at in opening.beginnings}
    if definition.backfill is not None:
        undone = definition.backfill.undone
        for into in definition.backfill.into:
            moves |= {("backfill", into, into), ("undo_backfill", into, undone)}
    for state in definition.states:
        moves |= _built_in(definition, state)
        for name, event in events_in(definition, state):
            moves |= {(name, state, branch.state) for branch in event.to} or {(name, state, state)}
            if event.cosign:
                moves.add((name, state, state))
            if event.take_back:
                moves |= {("take_back", branch.state, state) for branch in event.to}
    return sorted(moves)


def _built_in(definition: Definition, name: str) -> Moves:
    state = definition.states[name]
    events = ["reorganise", *(["recalculate"] if state.limit else [])]
    events += ["rung"] if state.ladder else []
    events += ["hand_over"] if state.hand_over else []
    issued = any(name in document.from_ for document in definition.documents.values())
    events += ["issue_document"] if issued else []
    events += ["seal_document", "void_document"] if definition.documents else []
    return {(event, name, name) for event in events}
