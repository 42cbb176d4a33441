"""Steps that only people named on a case can take: where nothing else leads on, somebody is named.

For each such role the search is exhaustive over (state, whether somebody is sure to be named).
Where a file leaves it open it is believed: a condition that speaks of the list asks whether it is
empty, and whoever was named stays so until the party's unit changes or their ledger begins anew.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from workflow.engine.checks.parts import events, parties_of
from workflow.engine.definition import Definition, Event
from workflow.engine.findings import Finding, Path, found
from workflow.engine.flow import Edge, edges_of
from workflow.engine.named import is_named

Role = tuple[str, str]
"""A party and the fact that names its people."""
Place = tuple[str, bool]
"""A state, and whether somebody is sure to be named there."""
Ways = Mapping[Place, Collection[Place]]

_LOST = ""
"""Where a step leads whose next state does not exist: told elsewhere, and no dead end here."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A state in which a case begins, with the facts that it is sure to have then."""

    state: str
    given: frozenset[str]


def check_manned(definition: Definition) -> Iterator[Finding]:
    """Somebody can go on with a case that a person opens, the calendar, or a ledger of before."""
    yield from check_begun(definition, _beginnings(definition))


def check_begun(definition: Definition, beginnings: Iterable[Beginning]) -> Iterator[Finding]:
    """Somebody can go on with a case that begins so."""
    begun = [one for one in beginnings if one.state in definition.states]
    edges = edges_of(definition)
    lost: dict[Path, Finding] = {}
    for role in _roles(definition) if begun else ():
        for finding in _check_role(role, begun, edges, definition):
            lost.setdefault(finding.path, finding)
    yield from lost.values()


def _beginnings(definition: Definition) -> Iterator[Beginning]:
    opening = definition.opening
    if opening.by:
        openers = {*opening.by}
        facts = definition.facts.items()
        named = [name for name, fact in facts if fact.opener and openers <= {*fact.among}]
        yield Beginning(opening.state, frozenset((*opening.needs, *named)))
    for cadence in definition.periodic:
        yield Beginning(opening.state, frozenset(cadence.facts))
    for state in definition.backfill.into if definition.backfill else ():
        yield Beginning(state, frozenset())


def _roles(definition: Definition) -> list[Role]:
    """Every party whose people, named in a fact, are to do something."""
    roles: set[Role] = set()
    for _, event, sources in events(definition):
        for role in event.by:
            fact = role.partition(".")[2]
            if fact not in definition.roles and is_named(definition, fact):
                roles |= {(party, fact) for party in parties_of(definition, role, sources)}
    return sorted(roles)


def _check_role(
    role: Role, begun: list[Beginning], edges: dict[str, list[Edge]], definition: Definition
) -> Iterator[Finding]:
    ways = _ways(role, edges, definition)
    reached = _walk({(one.state, role[1] in one.given) for one in begun}, ways)
    ends = [_LOST, *(name for name, state in definition.states.items() if state.final)]
    ending = _walk({(end, named) for end in ends for named in (False, True)}, _backwards(ways))
    for state, named in sorted(reached - ending):
        for edge in edges[state]:
            if not named and _hangs(edge.event, state, role, definition):
                hint = "请让岗位上的人也能办，或者在此以前用 needs 写明这些人"
                yield found("nobody_named", (*edge.path, "by"), hint, name=role[1], state=state)


def _ways(role: Role, edges: dict[str, list[Edge]], definition: Definition) -> Ways:
    """What leads from where to where: nothing that hangs on people of whom there may be none."""
    ways: dict[Place, set[Place]] = defaultdict(set)
    for state, leaving in edges.items():
        for edge in leaving:
            for here, there in _steps(edge, state, role, definition):
                ways[here].add(there)
                if edge.event.take_back:
                    ways[there].add(here)
    return ways


def _steps(
    edge: Edge, state: str, role: Role, definition: Definition
) -> Iterator[tuple[Place, Place]]:
    hangs = _hangs(edge.event, state, role, definition)
    for named, target in product((True,) if hangs else (False, True), edge.targets or (_LOST,)):
        for after in _after(edge.event, role, named, definition):
            yield (state, named), (target, after)


def _hangs(event: Event, state: str, role: Role, definition: Definition) -> bool:
    """Whether nobody but these people does it; work that is handed over is anybody's."""
    if not event.by or definition.states[state].hand_over:
        return False
    party, fact = role
    return all(
        one.partition(".")[2] == fact and parties_of(definition, one, (state,)) == {party}
        for one in event.by
    )


def _after(event: Event, role: Role, named: bool, definition: Definition) -> set[bool]:
    """Whether somebody is sure to be named once it has happened; both where they may be."""
    party, fact = role
    if fact in (*event.needs, *event.takes) or _speaks_of(event, fact):
        return {True}
    if _moves(event, party, definition) or _clears(event, fact, definition):
        named = False
    return {named, True} if fact in event.may else {named}


def _speaks_of(event: Event, fact: str) -> bool:
    conditions = (event.when, *(branch.when for branch in event.to))
    return any(re.search(rf"\b{fact}\b", one) for one in conditions if one)


def _moves(event: Event, party: str, definition: Definition) -> bool:
    """Whether another unit fills the party: who is named was of the one before."""
    start = definition.parties[party].of if party in definition.parties else None
    return party in event.raises or event.reassigns in {party, start} - {None}


def _clears(event: Event, fact: str, definition: Definition) -> bool:
    ledgers = (definition.ledgers.get(name) for name in event.clears)
    return any(fact in ledger.facts for ledger in ledgers if ledger)


def _walk(starts: Iterable[Place], ways: Ways) -> set[Place]:
    """Every place that is reached from some."""
    known = {*starts}
    waiting = [*known]
    while waiting:
        for place in ways.get(waiting.pop(), ()):
            if place not in known:
                known.add(place)
                waiting.append(place)
    return known


def _backwards(ways: Ways) -> Ways:
    back: dict[Place, set[Place]] = defaultdict(set)
    for place, targets in ways.items():
        for target in targets:
            back[target].add(place)
    return back
