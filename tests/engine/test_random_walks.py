"""Random walks through every shipped definition: whatever people do, the laws hold.

Each walk is made from one number; a failure names it (`walk(name, seed)` goes the same way again).
"""

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.engine.definitions import (
    CALENDAR,
    COUNTY,
    COUNTY_UNION,
    LEAD,
    LINEAGES,
    MONDAY,
    NOTICES,
    PREFECTURE,
    SUPERVISION,
    TOWNSHIP,
    UNION,
    Walk,
)
from workflow.engine.calendar import Calendar, YearNotice, local_day
from workflow.engine.case import CLOCK, LINKED_CASE, Actor, Candidate, Case, Post, Seat, World
from workflow.engine.decision import Step
from workflow.engine.definition import Column, Event, Fact
from workflow.engine.errors import Refusal
from workflow.engine.machine import Compiled
from workflow.engine.moves import moves_of
from workflow.engine.named import people_in, posts_of
from workflow.engine.permits import desk_of
from workflow.folder import SHIPPED, load_folder
from workflow.store.casework.codec import case_body, case_of
from workflow.store.plain import dumps

COMPILED = {name: Compiled(found, 1) for name, (found, _) in load_folder(SHIPPED).items()}
MOVES = {name: set(moves_of(compiled.definition)) for name, compiled in COMPILED.items()}
KINDS = {
    "prefecture": PREFECTURE,
    "county": COUNTY,
    "township": TOWNSHIP,
    "prefecture department": UNION,
    "county department": COUNTY_UNION,
}
ABOVE = {"prefecture department": (SUPERVISION, LEAD), "prefecture": (PREFECTURE,)}
"""Who decides over a county or a township."""
LATER = Calendar(2, {**NOTICES, 2027: YearNotice(2027, frozenset({date(2027, 1, 1)}), frozenset())})
LONGEST = 60
OF_FILES = ("issue_document", "seal_document", "void_document")
"""Built-in events that bring files: test_documents and test_void_numbers walk those."""


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@pytest.mark.parametrize("name", COMPILED)
@example(seed=0)
@given(seed=st.integers(0, 2**32 - 1))
def test_whatever_people_do_the_laws_hold(name: str, seed: int) -> None:
    walk(name, seed)


def test_the_walks_go_everywhere() -> None:
    """Or they would prove little: nearly every state is met, nearly every event fired."""
    steps = [
        (name, one) for name in COMPILED for seed in range(80) for one in walk(name, seed).steps
    ]
    met = {(name, one.case.state) for name, one in steps}
    fired = {(name, one.firing.event) for name, one in steps}
    states = {(name, state) for name, one in COMPILED.items() for state in one.definition.states}
    events = {(name, event) for name, moves in MOVES.items() for event, *_ in moves}
    events = {(name, event) for name, event in events if event not in OF_FILES}
    print(f"figure: states met in random walks = {len(met)} of {len(states)}")
    print(f"figure: events fired in random walks = {len(fired)} of {len(events)}")
    assert len(met) >= 0.95 * len(states), states - met
    assert len(fired) >= 0.9 * len(events), events - fired
    assert any(one.case.cycle.number > 1 for _, one in steps)


def walk(name: str, seed: int) -> Walk:
    """One walk, with the laws checked at every step."""
    chance, compiled = random.Random(seed), COMPILED[name]
    taken = _opened(compiled, chance)
    _check(taken.steps[-1], None)
    refused = 0
    for _ in range(LONGEST):
        if taken.case.closed_at is not None or refused > 60:
            break
        before = taken.case
        try:
            decided = _anything(taken, chance)
        except Refusal as refusal:
            silent = not refusal.sentence or taken.case is not before
            if silent:
                raise AssertionError(f"{refusal!r} says nothing, or changed something") from refusal
            refused += 1
            continue
        if decided.case.seq != before.seq:
            _check(decided, before)
    assert taken.again() == taken.case
    return taken


def _opened(compiled: Compiled, chance: random.Random) -> Walk:
    """A case of this definition, opened by another case or by the calendar."""
    definition = compiled.definition
    parties = {party: spec for party, spec in definition.parties.items() if spec.named}
    named = {
        party: KINDS[chance.choice([kind for kind in spec.among if kind in KINDS])]
        for party, spec in parties.items()
    }
    if len(named) > 1:  # the others decide over the one that the case is about
        among = parties[definition.anchor].among
        of_the_line = [KINDS[kind] for kind in ("county", "township") if kind in among]
        named = {definition.anchor: chance.choice(of_the_line or [named[definition.anchor]])}
        for party in sorted(parties.keys() - named.keys(), reverse=True):
            units = [unit for kind in parties[party].among for unit in ABOVE.get(kind, ())]
            if free := [unit for unit in units if unit not in named.values()]:
                named[party] = free[0]
    facts = _facts(compiled, definition.opening.needs, chance, MONDAY)
    if definition.series is not None:
        facts[definition.series.level] = definition.series.first
    period = MONDAY.year if definition.is_owed else None
    if period:
        facts = {"subject": "2026年报告"}
    candidates = _candidates(compiled, {party: Seat(unit) for party, unit in named.items()}, facts)
    facts = _with_people(compiled, facts, candidates)
    world = World(CALENDAR, lineages=LINEAGES, candidates=candidates)
    return Walk(compiled, named=named, start=MONDAY, period=period, world=world, **facts)


def _anything(taken: Walk, chance: random.Random) -> Step:
    """Something that may or may not be possible now."""
    when = chance.choice(
        (timedelta(minutes=5), timedelta(hours=20), timedelta(days=3), timedelta(days=40))
    )
    now, compiled, case = taken.now + when, taken.compiled, taken.case
    built_in = chance.random()
    if built_in < 0.2:
        return _built_in(taken, chance, when)
    events = compiled.events[case.state]
    far = [name for name in sorted(events) if _leads_on(compiled, case, events[name])]
    name = chance.choice(far if far and chance.random() < 0.7 else sorted(events))
    event = events[name]
    if event.at is not None and case.due is not None:
        when = max(case.due.at - taken.now, timedelta(0))
    again = [*event.may] * (chance.random() < 0.5)
    wanted = [*event.needs, *again, *event.takes]
    facts = _facts(compiled, wanted, chance, now)
    if name in case.stay.cosigned:
        facts = {fact: value for fact, value in facts.items() if chance.random() < 0.5}
    unit = chance.choice((COUNTY, TOWNSHIP)) if event.reassigns else None
    open_children = {child: chance.randrange(2) for child in case.cycle.children}
    candidates = _candidates(compiled, taken.case.parties, facts)
    facts = _with_people(compiled, facts, candidates)
    world = World(CALENDAR, open_children, lineages=LINEAGES, candidates=candidates)
    return taken.fire(
        name, _actor(taken, event, chance), when=when, unit=unit, world=world, **facts
    )


def _leads_on(compiled: Compiled, case: Case, event: Event) -> bool:
    """Whether it may lead to a state not seen yet that is not the end: so that walks go far."""
    states = compiled.definition.states
    targets = {branch.state for branch in event.to}
    return any(not states[one].final for one in targets - case.cycle.entries.keys())


def _actor(taken: Walk, event: Event, chance: random.Random) -> Actor:
    if event.at is not None:
        return CLOCK
    if event.on:
        return LINKED_CASE
    role = chance.choice(event.by)
    unit, post_role = desk_of(taken.case, taken.compiled.definition, role)
    if chance.random() < 0.05:
        post_role = "stranger"
    if named := people_in(taken.case, post_role, unit):
        person = chance.choice(named)
        return Actor("person", person, (Post(person, unit or 0, "named"),))
    number = 100 * (unit or 0) + 10 * (len(post_role) % 10) + chance.randrange(2)
    return Actor("person", number, (Post(number, unit or 0, post_role),))


def _candidates(
    compiled: Compiled, parties: Mapping[str, Seat], facts: Mapping[str, Any]
) -> tuple[Candidate, ...]:
    """Two people for each post whose holders may be named in these facts."""
    spec = compiled.definition.facts
    posts = {p for one in facts if spec[one].among for p in posts_of(spec[one], parties)}
    return tuple(
        Candidate(person, (Post(person, unit, role),), (unit,))
        for unit, role in sorted(posts)
        for again in range(2)
        for person in (100 * unit + 10 * (len(role) % 10) + again,)
    )


def _with_people(
    compiled: Compiled, facts: Mapping[str, Any], candidates: tuple[Candidate, ...]
) -> dict[str, Any]:
    """The facts with ids of the first candidates where `_value` counted people."""
    spec = compiled.definition.facts
    people = {name: value for name, value in facts.items() if spec[name].type == "people"}
    ids = [one.person for one in candidates]
    return {**facts, **{name: ids[: len(value)] for name, value in people.items()}}


def _built_in(taken: Walk, chance: random.Random, when: timedelta) -> Step:
    case, compiled = taken.case, taken.compiled
    state = compiled.definition.states[case.state]
    kind = chance.choice(("rung", "rung", "recalculate", "take_back", "hand_over", "move"))
    if kind == "rung" and state.ladder and case.due and case.stopped_at is None:
        rung = chance.randrange(len(compiled.definition.ladders[state.ladder]))
        warned_at = taken.now - timedelta(days=chance.randrange(30))
        world = World(CALENDAR, lineages=LINEAGES, warned_at=chance.choice((None, warned_at)))
        return taken.fire("rung", CLOCK, when=when, world=world, ladder=state.ladder, rung=rung)
    if kind == "recalculate":
        return taken.fire("recalculate", CLOCK, when=when, world=World(LATER))
    if kind == "move":  # the units above are others, the parties sit where they sat
        world = World(CALENDAR, lineages=LINEAGES)
        return taken.fire("reorganise", CLOCK, when=when, world=world, kind=kind)
    if kind == "take_back" and case.last is not None:
        who = Actor("person", case.last.person)
        return taken.fire("take_back", who, when=when)
    role = chance.choice(state.hand_over or ("x.clerk",))
    unit, post_role = desk_of(case, compiled.definition, role)
    colleague = Post(900, unit or 0, post_role)
    asker = Actor("person", 901, (Post(901, unit or 0, "liaison"),))
    world = World(CALENDAR, lineages=LINEAGES, colleague=(colleague,))
    return taken.fire("hand_over", asker, when=when, to=900, world=world)


# Facts


def _facts(
    compiled: Compiled, names: Iterator[str] | Any, chance: random.Random, now: datetime
) -> dict[str, Any]:
    facts = compiled.definition.facts
    return {name: _value(facts[name], chance, now) for name in names}


def _value(fact: Fact | Column, chance: random.Random, now: datetime) -> Any:
    if fact.type == "choice":
        return chance.choice(getattr(fact, "options", ()))
    if fact.type == "date":
        return (local_day(now) + timedelta(days=chance.randrange(-20, 400))).isoformat()
    if fact.type in ("number", "integer"):
        least = getattr(fact, "min", None) or 0
        most = getattr(fact, "max", None) or 1000
        number = chance.randint(int(least), int(most))
        return number if fact.type == "integer" else number + 0.5 * (number < most)
    if fact.type == "yes_no":
        return chance.random() < 0.5
    if fact.type == "table":
        columns = getattr(fact, "columns", {})
        rows = [
            {name: _value(column, chance, now) for name, column in columns.items()}
            for _ in range(chance.randint(1, 3))
        ]
        unit = next((name for name, one in columns.items() if one.type == "unit"), None)
        return list({row[unit]["unit"]: row for row in rows}.values()) if unit else rows
    if fact.type == "unit":
        kinds = [kind for kind in getattr(fact, "among", ()) if kind in KINDS] or [*KINDS]
        if getattr(fact, "below", None):
            kinds = [kind for kind in kinds if kind in ("township", "county department")] or [
                "county"
            ]
        unit = KINDS[chance.choice(kinds)]
        return {"unit": unit, "name": f"单位{unit}"}
    if fact.type == "people":
        return list(range(chance.randint(1, 2)))
    least = int(getattr(fact, "min", None) or 1)
    return "".join(chance.choice("修路灯不亮=“\n😀") for _ in range(least)) + "字" * max(5, least)


# Laws


def _check(decided: Step, before: Case | None) -> None:
    case = decided.case
    _check_instants(decided)
    assert _stored(case) == case
    assert case.seq == (before.seq + 1 if before else 1)
    assert 1 <= case.entry <= case.seq
    move = (decided.firing.event, decided.from_state, case.state)
    assert move in MOVES[case.workflow], f"{move} is no move of {case.workflow}"
    assert len({signed.person for signed in case.cycle.signed.values()}) == len(case.cycle.signed)
    assert len({signed.unit for signed in case.cycle.signed.values()}) == len(case.cycle.signed)
    state = COMPILED[case.workflow].definition.states[case.state]
    assert set(state.needs_signed) <= set(case.cycle.signed)
    assert (case.closed_at is not None) is state.final
    for opening in decided.openings:
        dumps(opening.facts)
    for notice in decided.notices:
        assert all(isinstance(text, str) for text in notice.variables.values())
        dumps(notice.variables)


def _check_instants(decided: Step) -> None:
    """Never a naive instant, never a timer in the past."""
    due = decided.case.due
    instants = [due.at, due.start] if due else []
    timers = [timer.at for timer in decided.timers or ()]
    for instant in (*instants, *timers, decided.case.stay.entered_at):
        assert instant.tzinfo is not None
    assert all(instant >= decided.now for instant in timers)
    if decided.postponed is not None:
        assert decided.postponed.at > decided.now
    if decided.case.stopped_at is not None:
        assert not decided.timers
    if due is not None:
        assert due.derivation


def _stored(case: Case) -> Case:
    """The case after a night in the database."""
    row: Mapping[str, Any] = {
        "id": case.id,
        "workflow": case.workflow,
        "definition_id": case.definition,
        "number": case.number,
        "unit_id": case.unit,
        "state": case.state,
        "opened_at": case.opened_at,
        "seq": case.seq,
        "entry": case.entry,
        "cycle": case.cycle.number,
        "period": case.period,
        "backfill_id": case.backfill,
        "parent_id": case.parent,
        "child_name": case.child_name,
        "closed_at": case.closed_at,
        "body": case_body(case),
    }
    return case_of(row)
