"""Paths through a definition: every state is reached and reaches an end, with its signatures.

The graph is small (`checks.sizes` sees to it), so the search is exhaustive over (state, signatures
in force). A name that does not exist counts as the one it was probably meant to be, so that one
typing error does not make half the states unreachable; it is reported elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from workflow.engine.definition import Definition, Event
from workflow.engine.findings import Finding, Path, found, meant

Signed = frozenset[str]


@dataclass(frozen=True, slots=True)
class Edge:
    """An event in one of the states in which it can happen, with its path in the file."""

    path: Path
    name: str
    event: Event
    targets: tuple[str, ...]
    signs: str | None


def events_in(definition: Definition, state: str) -> Iterator[tuple[str, Event]]:
    """The events that can happen in a state, by name."""
    yield from definition.states[state].events.items()
    for name, wide in definition.anytime.items():
        if state in wide.from_:
            yield name, wide


def check_paths(definition: Definition) -> Iterator[Finding]:
    """Every state is reached and reaches an end; no signature is given twice or is missing."""
    edges = edges_of(definition)
    opening = definition.opening
    begins = (meant(name, definition.states) for name in opening.beginnings)
    starts = {(start, Signed()) for start in begins if start is not None}
    for name in definition.backfill.into if definition.backfill else ():
        if name in definition.states:  # what a state needs signed is stated with it
            starts.add((name, Signed(definition.states[name].needs_signed)))
    if starts:
        yield from _check_from(starts, edges, definition)
    yield from _check_ends(edges, definition)


def edges_of(definition: Definition) -> dict[str, list[Edge]]:
    """What leads on from each state."""
    edges: dict[str, list[Edge]] = {state: [] for state in definition.states}
    for state in definition.states:
        for name, event in definition.states[state].events.items():
            edges[state].append(_edge(("states", state, "events", name), state, event, definition))
    for name, wide in definition.anytime.items():
        for source in wide.from_:
            state = meant(source, definition.states) or ""
            if state in edges:
                edges[state].append(_edge(("anytime", name), state, wide, definition))
    return edges


def _edge(path: Path, state: str, event: Event, definition: Definition) -> Edge:
    meant_states = [meant(branch.state, definition.states) for branch in event.to]
    targets = tuple(target for target in meant_states if target) if event.to else (state,)
    signs = meant(event.signs, definition.sign_offs) if event.signs else None
    return Edge(path, str(path[-1]), event, targets, signs)


def _check_from(
    starts: set[tuple[str, Signed]], edges: dict[str, list[Edge]], definition: Definition
) -> Iterator[Finding]:
    waiting = sorted(starts, key=lambda start: (start[0], sorted(start[1])))
    reached = set(waiting)
    while waiting:
        state, signed = waiting.pop()
        for edge in edges[state]:
            if edge.signs and not edge.event.to:
                continue  # a signature that stays is a mistake told elsewhere
            if edge.signs in signed:
                yield found("signed_twice", (*edge.path, "signs"), name=edge.signs)
                continue
            after = _signed_after(edge, signed)
            for target in edge.targets:
                yield from _missing(edge, state, target, after, definition)
                if (target, after) not in reached:
                    reached.add((target, after))
                    waiting.append((target, after))
    states = {state for state, _ in reached}
    for name in definition.states:
        if name not in states:
            yield found("unreachable_state", ("states", name), name=name)


def _missing(
    edge: Edge, state: str, target: str, signed: Signed, definition: Definition
) -> Iterator[Finding]:
    if target == state and not edge.event.to:
        return
    for side in definition.states[target].needs_signed:
        if side in definition.sign_offs and side not in signed:
            path = ("states", target, "needs_signed")
            yield found("missing_signature", path, event=edge.name, state=state, side=side)


def _signed_after(edge: Edge, signed: Signed) -> Signed:
    if edge.event.next_cycle:
        return Signed()
    given = {edge.signs} if edge.signs else set()
    return (signed - set(edge.event.voids)) | given


def _check_ends(edges: dict[str, list[Edge]], definition: Definition) -> Iterator[Finding]:
    """Walks backwards from the final states."""
    final = [name for name, state in definition.states.items() if state.final]
    if not final:
        yield found("no_final_state", ("states",))
        return
    sources = defaultdict(set)
    for state, leaving in edges.items():
        for edge in leaving:
            for target in edge.targets:
                sources[target].add(state)
    lost = [state for state, leaving in edges.items() if _leads_nowhere_known(leaving)]
    ending, waiting = {*final, *lost}, [*final, *lost]
    while waiting:
        for state in sources[waiting.pop()] - ending:
            ending.add(state)
            waiting.append(state)
    for name in definition.states:
        if name not in ending:
            yield found("no_end", ("states", name), name=name)


def _leads_nowhere_known(edges: list[Edge]) -> bool:
    """Whether a way out leads to a state that does not exist, which is mistake enough."""
    return any(edge.event.to and not edge.targets for edge in edges)
