"""Who is on both sides of a case, and which documents it still wants: what is to come, beside what
was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.presenting.wording import Names, roles_in_words
from workflow.engine.case import Case
from workflow.engine.circles import units_of_party
from workflow.engine.definition import FILE_TYPES, Definition
from workflow.engine.flow import events_in
from workflow.engine.named import role_title
from workflow.store.offices.organisation import Recipient

Holders = Mapping[tuple[int, str], Sequence[Recipient]]
"""Who holds a post of a role in a unit, or stands in."""


@dataclass(frozen=True, slots=True)
class PartyLine:
    """Who answers for what (双责), and by whom: the titles of posts with the names of people."""

    title: str
    unit: str
    acts: bool
    people: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentToCome:
    """Photos or documents that a step to come asks for, or takes; `who` brings them, and when."""

    title: str
    needed: bool
    state: str
    who: str


def posts_of(case: Case, definition: Definition) -> list[tuple[int, str]]:
    """The posts (unit, role) of the parties, in the order in which they are shown."""
    units = [case.parties[name].unit for name in definition.parties if name in case.parties]
    return [(unit, role) for unit in dict.fromkeys(units) for role in definition.roles]


def parties_of(
    case: Case, definition: Definition, names: Names, holders: Holders
) -> tuple[PartyLine, ...]:
    """Both sides, each with the people who act for it; of several units only which they are."""
    turn, found = definition.states[case.state].turn, []
    for name, party in definition.parties.items():
        several = units_of_party(case, definition, name)
        called = "、".join(names.unit_with_fate(unit) for unit in several)
        people = () if party.units else _people(case, name, definition, names, holders)
        if several:
            found.append(PartyLine(party.title, called, acts=name == turn, people=tuple(people)))
    return tuple(found)


def _people(
    case: Case, party: str, definition: Definition, names: Names, holders: Holders
) -> Iterator[tuple[str, str]]:
    unit = case.parties[party].unit
    for role in definition.roles:
        if found := holders.get((unit, role), ()):
            people = "、".join(dict.fromkeys(names.person(one.person) for one in found))
            yield role_title(definition, role), people


def documents_to_come(case: Case, definition: Definition) -> tuple[DocumentToCome, ...]:
    """The files that steps from here on ask for, the nearest first; those given are left out."""
    found: dict[str, DocumentToCome] = {}
    waiting, seen = [case.state], {case.state}
    while waiting:
        name = waiting.pop(0)
        state = definition.states[name]
        for _, event in events_in(definition, name):
            for fact in (*event.needs, *event.may) if event.by else ():
                spec = definition.facts[fact]
                if spec.type in FILE_TYPES and not case.facts.get(fact) and fact not in found:
                    who = roles_in_words(definition, event.by, state)
                    found[fact] = DocumentToCome(spec.title, fact in event.needs, state.title, who)
            ahead = [branch.state for branch in event.to if branch.state not in seen]
            seen.update(ahead)
            waiting += ahead
    return tuple(found.values())
