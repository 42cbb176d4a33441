"""Names: every state that is named exists, and no name is taken twice or from the engine."""

from collections.abc import Collection, Iterator

from workflow.engine.checks.parts import events
from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, found, unknown
from workflow.engine.guards import STANDING
from workflow.engine.words import TURN

BUILT_IN = (
    "open", "rung", "cosign", "hand_over", "take_back", "recalculate", "reorganise",
    "issue_document", "seal_document", "void_document", "backfill", "undo_backfill",
)  # fmt: skip
"""Events every workflow has; a definition cannot declare one of these names."""

EXPRESSION_WORDS = frozenset(
    "as bool break bytes const continue double dyn else false for function if import in int let "
    "list loop map namespace null null_type package return string true type uint var void "
    "while".split()
)
"""Words of the expression language, which no fact or count can have as its name."""


def check_states_named(definition: Definition) -> Iterator[Finding]:
    """Every state named as a target, a source, an opening or the start of a limit exists."""
    states = definition.states
    yield from unknown("unknown_state", ("opening", "state"), definition.opening.state, states)
    for at, start in enumerate(definition.opening.from_case):
        yield from unknown("unknown_state", ("opening", "from_case", at), start, states)
    for path, event, sources in events(definition):
        for at, branch in enumerate(event.to):
            yield from unknown("unknown_state", (*path, "to", at, "state"), branch.state, states)
        for at, source in enumerate(sources):
            yield from unknown("unknown_state", (*path, "from", at), source, states)
    for name, state in states.items():
        for at, case in enumerate(state.limit or ()):
            if case.since:
                path = ("states", name, "limit", at, "is")
                yield from unknown("unknown_state", path, case.since, states)


def check_event_names(definition: Definition) -> Iterator[Finding]:
    """No event takes a built-in name, and a state has only one event of a name."""
    for path, _, sources in events(definition):
        name = str(path[-1])
        if name in BUILT_IN:
            yield _reserved(path, name, BUILT_IN)
        if path[0] == "anytime":
            for source in sources:
                if source in definition.states and name in definition.states[source].events:
                    yield found("name_twice", path, name=name, where=f"环节 {source}")


def check_own_names(definition: Definition) -> Iterator[Finding]:
    """What expressions can name has one meaning each; no party is called `turn`."""
    if TURN in definition.parties:
        yield _reserved(("parties", TURN), TURN, (TURN,))
    for group in ("facts", "counts"):
        for name in getattr(definition, group):
            if name in STANDING:
                yield _reserved((group, name), name, STANDING)
            elif name in EXPRESSION_WORDS:
                yield _reserved((group, name), name, EXPRESSION_WORDS)
    for name in definition.counts:
        if name in definition.facts:
            yield found("name_twice", ("counts", name), name=name, where="要素 facts")


def _reserved(path: tuple[str | int, ...], name: str, names: Collection[str]) -> Finding:
    return found("reserved_name", path, f"保留的有：{', '.join(sorted(names))}", name=name)
