"""Facts of people: the posts they are chosen from exist, and only such facts name anybody."""

from collections.abc import Iterator

from workflow.engine.checks.parts import events
from workflow.engine.definition import Definition, Event, Fact
from workflow.engine.findings import Finding, Path, found, nearest, unknown


def check_people(definition: Definition) -> Iterator[Finding]:
    """Whom a fact may name holds a declared post of a party; `not_by` names such facts, or events
    that people do.
    """
    for name, fact in definition.facts.items():
        if fact.type == "people":
            yield from _check_fact(("facts", name), fact, definition)
    people = [one for one, fact in definition.facts.items() if fact.type == "people"]
    done = [str(path[-1]) for path, event, _ in events(definition) if event.by]
    for path, event, _ in events(definition):
        yield from _check_not_by((*path, "not_by"), event, {*people, *done}, definition)


def _check_not_by(
    path: Path, event: Event, barring: set[str], definition: Definition
) -> Iterator[Finding]:
    for at, name in enumerate(event.not_by):
        if name in definition.facts and name not in barring:
            yield found("not_people_fact", (*path, at), nearest(name, barring), name=name)
        else:
            yield from unknown("unknown_doing", (*path, at), name, barring)


def _check_fact(path: Path, fact: Fact, definition: Definition) -> Iterator[Finding]:
    if path[-1] in definition.roles:
        yield found("name_twice", path, name=path[-1], where="岗位 roles")
    for at, who in enumerate(fact.among):
        party, _, role = who.partition(".")
        yield from unknown("unknown_party", (*path, "among", at), party, definition.parties)
        yield from unknown("unknown_role", (*path, "among", at), role, definition.roles)
    for at, party in enumerate(fact.apart_from):
        yield from unknown("unknown_party", (*path, "apart_from", at), party, definition.parties)


def check_role(path: Path, party: str, role: str, definition: Definition) -> Iterator[Finding]:
    """A role is one of posts, or a fact of people of whom some may be of that party."""
    fact = definition.facts.get(role)
    if fact is None or fact.type != "people" or role in definition.roles:
        yield from unknown("unknown_role", path, role, definition.roles)
        return
    chosen = {one.partition(".")[0] for one in fact.among}
    if chosen and party in definition.parties and party not in chosen:
        yield found("never_named", path, fact=role, party=party)
