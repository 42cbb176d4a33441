"""Confidential cases: who of a unit sees one, until it is confidential no longer; and confidential
facts of a case that is seen.

Scope is by unit; a definition that is `confidential` narrows it to whole parties and to posts. The
store writes what is decided here into the scope rows, and notices go only to who may see.
"""

from collections.abc import Mapping
from typing import Any

from workflow.engine.case import Actor
from workflow.engine.definition import Definition, Fact
from workflow.engine.scene import Scene


def is_secret(scene: Scene) -> bool:
    """Whether only those named by the definition see the case now."""
    rule = scene.definition.confidential
    if rule is None or any(state in scene.case.cycle.entries for state in rule.until):
        return False
    return scene.holds(rule.when)


def who_sees(scene: Scene) -> dict[int, frozenset[str] | None]:
    """Of a secret case: the units that see it, with the roles that do; None for the whole unit.

    Whoever the work was handed to sees it as well: a person named for this case.
    """
    rule, found = scene.definition.confidential, dict[int, frozenset[str] | None]()
    for name in rule.seen_by if rule else ():
        party, _, role = name.partition(".")
        seat = scene.case.parties.get(party)
        if seat is None:
            continue
        known = found.get(seat.unit, frozenset())
        found[seat.unit] = known | {role} if role and known is not None else None
    return found


def sees(scene: Scene, unit: int, role: str) -> bool:
    """Whether holders of a role in a unit may know of the case now."""
    if not is_secret(scene):
        return True
    roles = who_sees(scene).get(unit, frozenset())
    return roles is None or role in roles


def seats_of(parties: Mapping[str, Any]) -> dict[str, int]:
    """The unit of each party: of a case, or of the plain values that stand for one in a list."""
    return {
        name: seat[0] if isinstance(seat, list) else seat.unit for name, seat in parties.items()
    }


def withheld(definition: Definition, parties: Mapping[str, Any], reader: Actor) -> frozenset[str]:
    """The facts of a case that somebody who sees it does not (`seen_by`)."""
    seats = seats_of(parties)
    held = {(post.unit, role) for post in reader.posts for role in (post.role, "")}

    def shown(fact: Fact) -> bool:
        ways = (name.partition(".") for name in fact.seen_by)
        return any((seats.get(party), role) in held for party, _, role in ways)

    facts = definition.facts.items()
    return frozenset(name for name, fact in facts if fact.seen_by and not shown(fact))


def shown_to(
    reader: Actor, definition: Definition, parties: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The facts that somebody who sees the case sees of it."""
    if not any(definition.facts[name].seen_by for name in facts if name in definition.facts):
        return dict(facts)
    kept = withheld(definition, parties, reader)
    return {name: value for name, value in facts.items() if name not in kept}


def names(definition: Definition, party_role: str) -> bool:
    """Whether a `party.role` is among those who see a secret case, by the file alone."""
    rule = definition.confidential
    return rule is None or bool({party_role, party_role.partition(".")[0]} & {*rule.seen_by})
