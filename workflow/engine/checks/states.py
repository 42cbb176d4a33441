"""States: something moves every state on, and a final one is really the end."""

from collections.abc import Iterator

from workflow.engine.checks.parts import events
from workflow.engine.definition import Definition, State
from workflow.engine.findings import Finding, Path, found, unknown
from workflow.engine.flow import events_in
from workflow.engine.words import TURN


def check_state_uses(definition: Definition) -> Iterator[Finding]:
    """The party, the ladder and the sign-offs that a state names exist."""
    for name, state in definition.states.items():
        path = ("states", name)
        if state.turn:
            yield from unknown("unknown_party", (*path, "turn"), state.turn, definition.parties)
        if state.ladder:
            ladders = definition.ladders
            yield from unknown("unknown_ladder", (*path, "ladder"), state.ladder, ladders)
        for at, side in enumerate(state.needs_signed):
            where = (*path, "needs_signed", at)
            yield from unknown("unknown_sign_off", where, side, definition.sign_offs)


def check_publicity(definition: Definition) -> Iterator[Finding]:
    """A public state shows something. Asked of a folder before it is published, not of a version in
    force: that one is read by the rules it was published under.
    """
    if any(fact.public for fact in definition.facts.values()):
        return
    for name, state in definition.states.items():
        if state.public:
            yield found("nothing_public", ("states", name, "public"))


def check_states(definition: Definition) -> Iterator[Finding]:
    """A state has somebody's turn or a limit, waits for a declared trigger, or is final."""
    waiting = {name for _, event, sources in events(definition) if event.on for name in sources}
    busy = {name for _, _, sources in events(definition) for name in sources}
    for name, state in definition.states.items():
        path = ("states", name)
        if not (state.final or state.turn or state.limit or name in waiting):
            yield found("nobody_moves", path, "请写 turn、limit，或等待子事项的 on")
        if state.final and (state.turn or state.limit or state.ladder or name in busy):
            yield found("busy_final", path)
        if state.void and not state.final:
            yield found("void_not_final", (*path, "void"))
        if state.frees_period and not state.void:
            yield found("frees_not_void", (*path, "frees_period"))
        if state.settled and (state.final or any(one.by for one in state.events.values())):
            yield found("busy_settled", (*path, "settled"))
        if state.turn in definition.parties and not state.final:
            yield from _check_turn_can_act(path, name, str(state.turn), definition)
        yield from _check_what_counts(path, state)


def _check_turn_can_act(
    path: Path, name: str, turn: str, definition: Definition
) -> Iterator[Finding]:
    roles = [role for _, event in events_in(definition, name) for role in event.by]
    if not {role.partition(".")[0] for role in roles} & {turn, TURN}:
        yield found("turn_cannot_act", (*path, "turn"), turn=turn)


def _check_what_counts(path: Path, state: State) -> Iterator[Finding]:
    """What hangs on a turn or a limit has one."""
    if state.hand_over and not state.turn:
        yield found("hand_over_without_turn", (*path, "hand_over"))
    if state.ladder and not state.limit:
        yield found("ladder_without_limit", (*path, "ladder"))
    for at, case in enumerate((state.limit or ())[:-1]):
        if case.when is None:
            yield found("hidden_limit", (*path, "limit", at))
