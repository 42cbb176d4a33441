"""People named on a case: a fact of type `people` is also a role, of those who are named in it.

`inspectors.team` means those of the inspectors' unit who stand in the fact `team`. A value is a
list of rows `{person, unit}`: who, and for which unit they were named. It holds ids and no names,
for history keeps it; `store/offices/named.py` knows people by name, on the way in and when they are
shown.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from workflow.engine.case import Actor, Candidate, Case, Post, Seat
from workflow.engine.definition import Definition, Event, Fact
from workflow.engine.errors import DutiesNotSeparate, InvalidInput


class Named(TypedDict):
    """Somebody named on a case, for one of its units."""

    person: int
    unit: int


def role_title(definition: Definition, role: str) -> str:
    """What a role is called, be it of posts or of people named."""
    if role in definition.facts:
        return definition.facts[role].title
    return definition.roles.get(role, "")


def is_named(definition: Definition, role: str) -> bool:
    """Whether a role is that of people named on the case."""
    return role in definition.facts and definition.facts[role].type == "people"


def people_in(case: Case, name: str, unit: int | None = None) -> tuple[int, ...]:
    """Those named in a fact; only those of one unit, where it is given."""
    return _people(case.facts, name, unit)


def _people(facts: Mapping[str, Any], name: str, unit: int | None) -> tuple[int, ...]:
    rows = facts.get(name) or ()
    return tuple(row["person"] for row in rows if unit in (None, row["unit"]))


def everybody_in(definition: Definition, facts: Mapping[str, Any]) -> Iterator[Named]:
    """All who are named in these facts."""
    for name, fact in definition.facts.items():
        if fact.type == "people":
            yield from facts.get(name) or ()


def fits(
    facts: Mapping[str, Any], definition: Definition, actor: Actor, post: Post, role: str
) -> bool:
    """Whether the actor has a role through this post: it is the post's, or they, or the one for
    whom they stand in there, are named.
    """
    if not is_named(definition, role):
        return post.role == role
    named = _people(facts, role, post.unit)
    return actor.person in named if post.holder is None else post.holder in named


def keep_out(case: Case, definition: Definition, event: Event, actor: Actor) -> None:
    """Raise DutiesNotSeparate where the actor, or somebody for whom they act, is named among those
    who may not do the event, or did what bars them from it.
    """
    acting = {actor.person, *(post.holder for post in actor.posts)}
    for name in event.not_by:
        if is_named(definition, name):
            barred = {*people_in(case, name)}
            why = f"你列在“{definition.facts[name].title}”中"
        else:
            barred = {*case.cycle.done_by.get(name, ())}
            title = next(done.title for one, done in _events(definition) if one == name)
            why = f"“{title}”是{'你' if actor.person in barred else '你代理的人'}办理的"
        if acting & barred:
            raise DutiesNotSeparate(f"{why}，“{event.title}”须由其他人办理")


def remembered(definition: Definition) -> frozenset[str]:
    """The events of which a case remembers who did them: those that a `not_by` names."""
    names = (name for _, event in _events(definition) for name in event.not_by)
    return frozenset(name for name in names if not is_named(definition, name))


def _events(definition: Definition) -> Iterator[tuple[str, Event]]:
    for state in definition.states.values():
        yield from state.events.items()
    yield from definition.anytime.items()


def spelled(case: Case, definition: Definition, unit: int, roles: Collection[str]) -> Iterator[str]:
    """Roles of a unit as lists keep them: a post's by its name, people named each by `#person`."""
    for role in roles:
        if is_named(definition, role):
            yield from (person_word(person) for person in people_in(case, role, unit))
        else:
            yield role


def person_word(person: int) -> str:
    """How lists keep a person instead of a role."""
    return f"#{person}"


# Naming

Posts = frozenset[tuple[int, str]]
"""Units with roles: the posts whose holders may be named."""


def posts_of(fact: Fact, parties: Mapping[str, Seat]) -> Posts:
    """The posts whose holders may be named in a fact."""
    among = (one.partition(".") for one in fact.among)
    return frozenset((parties[party].unit, role) for party, _, role in among if party in parties)


def people_facts(definition: Definition, facts: Iterable[str]) -> tuple[str, ...]:
    """Those of the facts that name people."""
    return tuple(name for name in dict.fromkeys(facts) if is_named(definition, name))


def opener_facts(definition: Definition) -> tuple[str, ...]:
    """The facts in which whoever opens a case is named at once."""
    return tuple(name for name, fact in definition.facts.items() if fact.opener)


@dataclass(frozen=True, slots=True)
class Naming:
    """A case's parties, and those of whom people named on it may be."""

    parties: Mapping[str, Seat]
    definition: Definition
    candidates: tuple[Candidate, ...]

    def rows(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The facts given, with a row in place of every person's id.

        Raises InvalidInput for who cannot be named, DutiesNotSeparate for who belongs to a party
        from which these people are apart.
        """
        names = people_facts(self.definition, given)
        return {**given, **{name: [self._row(name, one) for one in given[name]] for name in names}}

    def opener(self, actor: Actor) -> dict[str, Any]:
        """The facts in which whoever opens a case is named at once."""
        mine = [one.person for one in self.candidates if one.person == actor.person]
        facts = opener_facts(self.definition)
        return {name: [self._row(name, person)] for name in facts for person in mine}

    def choice(self, name: str) -> dict[int, tuple[Candidate, int]]:
        """Who may be named in a fact, by id, and for which unit."""
        posts = posts_of(self.definition.facts[name], self.parties)
        found: dict[int, tuple[Candidate, int]] = {}
        for one in self.candidates:
            for post in one.posts:
                if (post.unit, post.role) in posts:
                    found.setdefault(one.person, (one, post.unit))
        return found

    def check_apart(self, name: str, one: Candidate, called: str) -> None:
        """Raise DutiesNotSeparate for who belongs to a party from which these people are apart;
        `called` is who they are in the sentence.
        """
        fact = self.definition.facts[name]
        for party in fact.apart_from:
            if party in self.parties and self.parties[party].unit in one.units:
                title = self.definition.parties[party].title
                raise DutiesNotSeparate(f"{called}属于{title}，不能列入“{fact.title}”")

    def _row(self, name: str, person: int) -> Named:
        choice = self.choice(name)
        if person not in choice:
            sentence = f"{self.definition.facts[name].title}：有人不在可以指定的人员之内"
            raise InvalidInput.in_facts({name: sentence})
        one, unit = choice[person]
        self.check_apart(name, one, "所列人员中有人")
        return Named(person=person, unit=unit)
