"""Events: one cause each, only people decide, and what an event names exists."""

from collections.abc import Callable, Iterator

from workflow.engine.case import PARENT
from workflow.engine.checks.parties import named
from workflow.engine.checks.parts import events
from workflow.engine.definition import Definition, Event
from workflow.engine.findings import Finding, Path, found, unknown
from workflow.engine.named import remembered

CANNOT_BE_UNDONE = (
    "signs", "voids", "cosign", "adds", "mark", "opens", "draws", "raises", "reassigns", "clears",
    "next_cycle", "clock",
)  # fmt: skip
"""What an event that can be taken back may not do: only the state and its limit come back."""

_RULES: tuple[tuple[str, str, Callable[[Event], object]], ...] = (
    ("clock_signs", "signs", lambda event: event.signs and not event.by),
    ("clock_cosigns", "cosign", lambda event: event.cosign and not event.by),
    ("clock_reassigns", "reassigns", lambda event: event.reassigns and not event.by),
    ("draws_alone", "draws", lambda event: event.draws and (not event.by or event.cosign)),
    ("takes_without_on", "takes", lambda event: event.takes and not event.on),
    ("clock_stays", "at", lambda event: event.at and not event.by and not event.to),
    ("clock_and_to", "clock", lambda event: event.clock and event.to),
    ("cycle_without_to", "next_cycle", lambda event: event.next_cycle and not event.to),
    ("signature_stays", "signs", lambda event: event.signs and not event.to),
    ("idle_otherwise", "otherwise", lambda event: event.otherwise and not _conditional(event)),
)
"""What an event may not combine: the code, the key at fault, whether it is the case."""


def check_events(definition: Definition) -> Iterator[Finding]:
    """An event has exactly one cause, and its keys go together."""
    for path, event, sources in events(definition):
        if sum((bool(event.by), event.at is not None, event.on is not None)) != 1:
            yield found("one_cause", path)
        for code, key, holds in _RULES:
            if holds(event):
                yield found(code, (*path, key))
        yield from _check_take_back(path, event, definition)
        yield from _check_inputs(path, event)
        yield from _check_limit(path, event, sources, definition)
        for at, branch in enumerate(event.to[:-1]):
            if branch.when is None:
                yield found("hidden_branch", (*path, "to", at))


def _conditional(event: Event) -> bool:
    return event.when is not None or any(branch.when for branch in event.to)


def _check_take_back(path: Path, event: Event, definition: Definition) -> Iterator[Finding]:
    if not event.take_back:
        return
    undone = [key for key in CANNOT_BE_UNDONE if getattr(event, key)]
    states = (definition.states.get(branch.state) for branch in event.to)
    why = ""
    if undone:
        why = f"它还有：{', '.join(undone)}"
    elif not event.by or not event.to:
        why = "只有由人办理、转到下一环节的事件能撤回"
    elif any(state.frees_period for state in states if state):
        why = "转到的环节会让出期别，那一期可能已经另有一件"
    elif path[-1] in remembered(definition):
        why = "另有事件的 not_by 写着它，办过的人须记得住"
    if why:
        yield found("bad_take_back", (*path, "take_back"), why)


def _check_inputs(path: Path, event: Event) -> Iterator[Finding]:
    """What only a person could give is not wanted of the clock or a child."""
    missing = [name for name in event.needs if name not in event.takes]
    if missing and not event.by:
        yield found("clock_needs", (*path, "needs"), names=", ".join(missing))


def _check_limit(
    path: Path, event: Event, sources: tuple[str, ...], definition: Definition
) -> Iterator[Finding]:
    for name in sources:
        if name in definition.states and not definition.states[name].limit:
            for key in ("at", "clock"):
                if getattr(event, key):
                    yield found("at_without_limit", (*path, key), state=name)


def check_event_uses(definition: Definition) -> Iterator[Finding]:
    """Counts, marks, children, parties, ledgers and sign-offs that an event names exist."""
    uses = (
        ("adds", "unknown_count", definition.counts),
        ("mark", "unknown_mark", definition.marks),
        ("opens", "unknown_child", definition.children),
        ("draws", "unknown_sample", definition.samples),
        ("raises", "unknown_party", definition.parties),
        ("reassigns", "unknown_party", definition.parties),
        ("clears", "unknown_ledger", definition.ledgers),
        ("signs", "unknown_sign_off", definition.sign_offs),
        ("voids", "unknown_sign_off", definition.sign_offs),
    )
    for path, event, _ in events(definition):
        for key, code, known in uses:
            for where, name in _texts((*path, key), getattr(event, key)):
                yield from unknown(code, where, name, known)
        if event.on:
            child = event.on.partition(".")[0]
            others = (*definition.children, PARENT)
            yield from unknown("unknown_child", (*path, "on"), child, others)
        if event.reassigns:
            yield from named((*path, "reassigns"), event.reassigns, definition)
        for at, name in enumerate(event.raises):
            if name in definition.parties and not definition.parties[name].table:
                yield found("not_tabled_party", (*path, "raises", at), name=name)


def _texts(path: Path, value: str | tuple[str, ...] | None) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    for at, name in enumerate(value or () if not isinstance(value, str) else ()):
        yield (*path, at), name
