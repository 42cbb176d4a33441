"""Child cases a step opens: by an event, by a rung of a ladder, or by a rule over the case."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from workflow.engine.case import Case, Seat
from workflow.engine.circles import in_words
from workflow.engine.decision import Opening
from workflow.engine.errors import ConditionNotMet
from workflow.engine.planned import due_now
from workflow.engine.scene import Scene

Openings = tuple[Opening, ...]


def asked_for(scene: Scene, names: tuple[str, ...], facts: Mapping[str, Any]) -> Openings:
    """The openings a person asks for; ConditionNotMet where a child may not be opened now."""
    for name in names:
        if reason := _hindrance(scene, name):
            raise ConditionNotMet(reason, {"child": name})
    return tuple(one for name in names for one in _openings(scene, name, facts, ""))


def proposed(scene: Scene, names: tuple[str, ...], because: str) -> Openings:
    """The openings the system proposes; those that may not be opened now are left out."""
    possible = [name for name in names if not _hindrance(scene, name)]
    facts = scene.case.facts
    return tuple(one for name in possible for one in _openings(scene, name, facts, because))


def by_rules(scene: Scene, already: Openings) -> tuple[Case, Openings]:
    """What the definition's proposals call for, once a cycle each, and the case that remembers it.

    The system proposes (提级、约谈), a person decides.
    """
    taken = {opening.child for opening in already}
    openings: Openings = ()
    for name, rule in scene.definition.proposals.items():
        cycle = scene.case.cycle
        if name in cycle.proposed or not scene.holds(rule.when):
            continue
        cycle = replace(cycle, proposed=(*cycle.proposed, name))
        scene = scene.at(replace(scene.case, cycle=cycle))
        if rule.open not in taken:
            openings += proposed(scene, (rule.open,), rule.because)
            taken.add(rule.open)
    return counted(scene.case, openings), openings


def counted(case: Case, openings: Openings) -> Case:
    """The case with its children counted."""
    if not openings:
        return case
    opened = dict(case.cycle.children)
    for opening in openings:
        opened[opening.child] = opened.get(opening.child, 0) + 1
    return replace(case, cycle=replace(case.cycle, children=opened))


def _hindrance(scene: Scene, name: str) -> str | None:
    child = scene.definition.children[name]
    if name in scene.world.barred:
        return "同一起因已有这一级次的事项"
    if child.alone and scene.world.open_children.get(name, 0):
        return "已有同类事项尚未办结，不能再提出"
    if child.at_most is not None and scene.case.cycle.children.get(name, 0) >= child.at_most:
        return f"至多 {child.at_most} 次，已用完"
    return None


def _openings(scene: Scene, name: str, facts: Mapping[str, Any], because: str) -> Iterator[Opening]:
    child, guards = scene.definition.children[name], scene.compiled.guards
    rows: list[dict[str, Any]] = facts.get(child.for_each) or [] if child.for_each else [{}]
    table = scene.definition.facts[child.for_each] if child.for_each else None
    for row in due_now(scene, name, rows):
        seats = {theirs: _seat(scene, own, row) for theirs, own in child.parties.items()}
        shown = in_words(table, [row])[0] if table else row
        sight = scene.sight(facts, because=because, row=shown)
        values = {fact: guards.value(how, sight) for fact, how in child.facts.items()}
        given = {fact: value for fact, value in values.items() if value not in (None, "")}
        yield Opening(name, child.workflow, seats, given, child.begins)


def _seat(scene: Scene, own: str, row: Mapping[str, Any]) -> Seat:
    """A party of this case, or the unit in a column of the row for which a child is opened."""
    column = own.partition(".")[2]
    return Seat(row[column]["unit"]) if column else scene.case.parties[own]
