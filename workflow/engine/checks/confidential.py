"""Confidential cases and facts: who sees them exists, and whoever has to act is among them."""

import re
from collections.abc import Iterator

from workflow.engine.beginnings import Confidential
from workflow.engine.checks.parts import events, parties_of
from workflow.engine.checks.people import check_role
from workflow.engine.confidence import names
from workflow.engine.definition import FILE_TYPES, Definition, Fact
from workflow.engine.findings import Finding, Path, found, unknown
from workflow.engine.flow import events_in
from workflow.engine.guards import STANDING
from workflow.engine.words import TURN

_STEADY = ("units", "period", "number")
"""Standing names that stay what they are while nobody acts on a case."""
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')


def check_confidential(definition: Definition) -> Iterator[Finding]:
    """Its parties, posts and states exist, and its condition does not change by itself."""
    rule = definition.confidential
    if rule is None:
        return
    for at, name in enumerate(rule.seen_by):
        party, _, role = name.partition(".")
        path: Path = ("confidential", "seen_by", at)
        yield from unknown("unknown_party", path, party, definition.parties)
        if role:
            yield from check_role(path, party, role, definition)
    for at, state in enumerate(rule.until):
        yield from unknown("unknown_state", ("confidential", "until", at), state, definition.states)
    named = set(_NAME.findall(_TEXT.sub("", rule.when or "")))
    for name in sorted(named & (STANDING.keys() - set(_STEADY))):
        yield found("confidential_by_facts", ("confidential", "when"), name=name)


def check_secret_facts(definition: Definition) -> Iterator[Finding]:
    """Who sees a fact exists; whoever is asked for it sees it; nothing carries it further."""
    for name, fact in definition.facts.items():
        for at, who in enumerate(fact.seen_by):
            party, _, role = who.partition(".")
            path: Path = ("facts", name, "seen_by", at)
            yield from unknown("unknown_party", path, party, definition.parties)
            if role:
                yield from unknown("unknown_role", path, role, definition.roles)
        if fact.seen_by and (name == definition.headline or fact.type in FILE_TYPES):
            yield found("secret_shown", ("facts", name, "seen_by"), name=name)
        if fact.seen_by:
            yield from _check_carried(name, definition)
            yield from _check_asked(name, fact, definition)


def _check_carried(name: str, definition: Definition) -> Iterator[Finding]:
    """A child would show to others what this case keeps from them."""
    for child, spec in definition.children.items():
        for theirs, how in spec.facts.items():
            if name in _NAME.findall(_TEXT.sub("", how)):
                yield found("secret_carried", ("children", child, "facts", theirs), name=name)


def _check_asked(name: str, fact: Fact, definition: Definition) -> Iterator[Finding]:
    """A form shows what it asks for."""
    opening = definition.opening
    asking: list[tuple[Path, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = [
        (path, event.by, (*event.needs, *event.may), states)
        for path, event, states in events(definition)
    ]
    asking.append((("opening",), opening.by, (*opening.needs, *opening.may), (opening.state,)))
    for path, by, asked, states in asking:
        for at, who in enumerate(by if name in asked else ()):
            role = who.partition(".")[2]
            for party in sorted(parties_of(definition, who, states)):
                if not {party, f"{party}.{role}"} & {*fact.seen_by}:
                    yield found("secret_asked", (*path, "by", at), name=name)


def check_secret_states(definition: Definition) -> Iterator[Finding]:
    """In every state that a secret case can stand in, the turn and the ladder reach who sees it."""
    rule = definition.confidential
    if rule is None:
        return
    for name in _secret_states(definition, rule):
        state, path = definition.states[name], ("states", name)
        acting = [by for _, event in events_in(definition, name) for by in event.by]
        theirs = [by for by in acting if by.partition(".")[0] in (state.turn, TURN)]
        if theirs and not any(_names(definition, name, by) for by in theirs):
            yield found("turn_cannot_see", (*path, "turn"), turn=state.turn)
        for rung in definition.ladders.get(state.ladder or "", ()):
            if rung.tell and not any(_names(definition, name, who) for who in rung.tell):
                yield found("ladder_tells_nobody", (*path, "ladder"), ladder=state.ladder)
                break


def _names(definition: Definition, state: str, party_role: str) -> bool:
    party, _, role = party_role.partition(".")
    own = definition.states[state].turn if party == TURN else party
    return names(definition, f"{own}.{role}")


def _secret_states(definition: Definition, rule: Confidential) -> Iterator[str]:
    """The states that can be reached before one of `until` is."""
    opening = definition.opening
    waiting, seen = [*opening.beginnings], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name in rule.until or name not in definition.states:
            continue
        seen.add(name)
        yield name
        for _, event in events_in(definition, name):
            waiting += [branch.state for branch in event.to]
