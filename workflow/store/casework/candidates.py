"""The people a step names: of whom they may be, and who is meant by what was typed.

The engine is given ids, and so is the history: what people are called ends here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from workflow.engine.case import Actor, Candidate, Case, Firing, Seat, World
from workflow.engine.machine import Compiled
from workflow.engine.named import Naming, opener_facts, people_facts, posts_of
from workflow.engine.opening import seated
from workflow.store.offices import organisation
from workflow.store.offices.named import identified


def of_opening(
    connection: Connection,
    compiled: Compiled,
    named: Mapping[str, int],
    facts: Mapping[str, Any],
    actor: Actor,
    world: World,
    now: datetime,
) -> tuple[Mapping[str, Any], World]:
    """The facts of an opening with people by id, and its world with those who may be named; most
    definitions name nobody. Raises a Refusal.
    """
    definition = compiled.definition
    names = people_facts(definition, (*facts, *opener_facts(definition)))
    if not names:
        return facts, world
    seats, _ = seated(compiled, named, world.lineages, actor)
    found = who_may_be(connection, compiled, names, seats, now)
    if actor.person is not None:
        facts = identified(connection, Naming(seats, definition, found), facts)
    return facts, replace(world, candidates=found)


def of_firing(
    connection: Connection,
    compiled: Compiled,
    case: Case,
    firing: Firing,
    actor: Actor,
    world: World,
) -> Firing:
    """The firing with people by id; what the clock or another case gives has them so already."""
    if actor.person is None:
        return firing
    naming = Naming(case.parties, compiled.definition, world.candidates)
    return replace(firing, inputs=identified(connection, naming, firing.inputs))


def who_may_be(
    connection: Connection,
    compiled: Compiled,
    names: Iterable[str],
    seats: Mapping[str, Seat],
    now: datetime,
) -> tuple[Candidate, ...]:
    """Those who may be named in these facts."""
    facts = compiled.definition.facts
    posts = {post for name in names for post in posts_of(facts[name], seats)}
    return organisation.read_candidates(connection, posts, now) if posts else ()
