"""One firing decided: a frozen `Step` out of definition, case, event, actor, world and now.

`step` runs in production and in the replay of a history; it reads nothing but its arguments
and does nothing. `asking.py` says whether the event may happen, this file what it does.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from workflow.engine import built_in, children, deadlines, following, notices, parties, signing
from workflow.engine.asking import Asked, ask
from workflow.engine.case import (
    Actor,
    Case,
    Cycle,
    Due,
    Firing,
    Move,
    Seat,
    Signature,
    Stay,
    World,
)
from workflow.engine.children import Openings
from workflow.engine.decision import Notice, Step, Timer
from workflow.engine.errors import ConditionNotMet
from workflow.engine.machine import Compiled
from workflow.engine.sampling import draw
from workflow.engine.scene import Scene


def step(
    compiled: Compiled, case: Case, firing: Firing, actor: Actor, world: World, now: datetime
) -> Step:
    """What the firing does to the case; raises a Refusal, and then nothing has happened."""
    scene = Scene(compiled, case, world, now)
    if special := built_in.STEPS.get(firing.event):
        return special(scene, firing, actor)
    asked = ask(scene, firing, actor)
    return _partial(asked) if asked.partial else _whole(_with_lots(asked))


def _partial(asked: Asked) -> Step:
    """A co-signature that is not the last one: it is kept, and nothing moves."""
    case, name = asked.scene.case, asked.firing.event
    stay = replace(case.stay, cosigned={**case.stay.cosigned, name: asked.cosigners or ()})
    cycle = replace(case.cycle, done_by=_done_by(asked))
    after = replace(case, seq=case.seq + 1, facts=asked.facts, stay=stay, cycle=cycle, last=None)
    return _step(asked, after, partial=True)


def _with_lots(asked: Asked) -> Asked:
    """The same with what it draws by lot: nothing where the step is only tried, without a pool."""
    fact, pool = asked.event.draws, asked.scene.world.pool
    if fact is None or pool is None:
        return asked
    return replace(asked, drawn={fact: draw(pool, asked.scene.definition.samples[fact])})


def _whole(asked: Asked) -> Step:
    """The event happens: what it writes, where it leads, whom it tells, what it opens."""
    event, case = asked.event, asked.scene.case
    target = _target(asked)
    openings = children.asked_for(asked.scene, event.opens, asked.facts)
    after = children.counted(_written(asked), openings)
    after = _arrived(asked, after, target) if event.to else _stayed(asked, after)
    told = notices.of_event(asked.scene.at(after), event)
    if event.to:
        told += notices.of_arrival(asked.scene.at(after))
    after, more = children.by_rules(asked.scene.at(after), openings)
    openings += more
    if openings:  # what the step opened on other desks cannot be taken back with it
        after = replace(after, last=None)
    return _step(asked, after, told=told, openings=openings, fresh=after.entry != case.entry)


def _target(asked: Asked) -> str:
    scene, event = asked.scene, asked.event
    sight = scene.sight(asked.facts)
    target = scene.compiled.next_state(scene.case.state, asked.firing.event, sight)
    if target is None:
        raise ConditionNotMet(event.otherwise or f"“{event.title}”的各项条件都不具备，现在不能办理")
    return target


def _step(
    asked: Asked,
    after: Case,
    *,
    told: list[Notice] | None = None,
    openings: Openings = (),
    partial: bool = False,
    fresh: bool = False,
) -> Step:
    before, event = asked.scene.case, asked.event
    timers: tuple[Timer, ...] | None = None
    if fresh:
        timers = deadlines.timers_of(asked.scene.at(after))
    return Step(
        case=after,
        firing=asked.firing,
        actor=asked.actor,
        now=asked.scene.now,
        from_state=before.state,
        post=asked.post,
        partial=partial,
        timers=timers,
        notices=tuple(told or ()),
        openings=openings,
        signed=None if partial else event.signs,
        voided=()
        if partial
        else tuple(side for side in event.voids if side in before.cycle.signed),
        arrived=bool(event.to) and not partial,
        written=asked.given,
        emptied=asked.emptied,
        drawn=asked.drawn,
    )


# What an event writes


def _written(asked: Asked) -> Case:
    """The case with everything the event writes, before its state and limit are looked at."""
    case, event = asked.scene.case, asked.event
    cosigned = {key: who for key, who in case.stay.cosigned.items() if key != asked.firing.event}
    return replace(
        case,
        seq=case.seq + 1,
        facts=_facts(asked),
        marks=asked.scene.marks(event.mark, asked.facts),
        stay=replace(case.stay, cosigned=cosigned),
        cycle=_counted(asked),
        parties=_seats(asked),
        last=None,
    )


def _counted(asked: Asked) -> Cycle:
    """The cycle with this event, what it counts, and the sign-offs now in force."""
    cycle, name = asked.scene.case.cycle, asked.firing.event
    counts, adds = dict(cycle.counts), asked.event.adds
    if adds:
        counts[adds] = counts.get(adds, 0) + 1
    fired = {**cycle.fired, name: cycle.fired.get(name, 0) + 1}
    signed, done_by = _signatures(asked), _done_by(asked)
    return replace(cycle, counts=counts, fired=fired, signed=signed, done_by=done_by)


def _done_by(asked: Asked) -> Mapping[str, tuple[int, ...]]:
    """Who did what bars them from another event: whoever fires it, and for whom they act."""
    done_by, name = asked.scene.case.cycle.done_by, asked.firing.event
    if name not in asked.scene.compiled.remembered or asked.post is None:
        return done_by
    acting = (one for one in (asked.actor.person, asked.post.holder) if one is not None)
    return {**done_by, name: tuple(dict.fromkeys((*done_by.get(name, ()), *acting)))}


def _facts(asked: Asked) -> dict[str, Any]:
    """The facts after the event: a resumed clock moves a date on, a new cycle clears a ledger."""
    facts = dict(asked.scene.case.facts)
    for ledger in asked.event.clears:
        for fact in asked.scene.definition.ledgers[ledger].facts:
            facts.pop(fact, None)
    if asked.event.clock == "resumes":
        facts |= deadlines.postponed_dates(asked.scene)
    return asked.written_onto(facts)


def _signatures(asked: Asked) -> Mapping[str, Signature]:
    case, event = asked.scene.case, asked.event
    if asked.actor.person is None or asked.post is None:
        return {side: given for side, given in case.cycle.signed.items() if side not in event.voids}
    return signing.sign(case, asked.scene.definition, event, asked.actor.person, asked.post)


def _seats(asked: Asked) -> Mapping[str, Seat]:
    """The parties after the event; at the top of its row a party stays where it is."""
    event, seats = asked.event, dict(asked.scene.case.parties)
    for name in event.raises:
        seats[name] = replace(seats[name], unit=seats[name].higher or seats[name].unit)
    if event.reassigns is None or asked.firing.unit is None:
        return seats
    lineage = asked.scene.world.lineages[asked.firing.unit]
    return parties.reseat(asked.scene.definition, seats, event.reassigns, lineage)


# Where it leads


def _arrived(asked: Asked, case: Case, target: str) -> Case:
    """The case in its next state, with a limit of its own."""
    before, scene = asked.scene.case, asked.scene
    state = scene.definition.states[target]
    cycle = Cycle(case.cycle.number + 1) if asked.event.next_cycle else case.cycle
    case = replace(
        case,
        unit=following.unit_of(scene.definition, case),
        entry=case.seq,
        stay=Stay(target, scene.now),
        cycle=replace(cycle, entries={**cycle.entries, target: scene.now}),
        closed_at=scene.now if state.final else None,
        period=None if state.frees_period else case.period,
        last=_move(asked, before.stay) if asked.event.take_back else None,
    )
    return _with_limit(scene, case, deadlines.due_of(scene.at(case)))


def _with_limit(scene: Scene, case: Case, due: Due | None) -> Case:
    """The case with a limit; what was climbed and warned towards the same one still counts."""
    was = scene.case
    same_limit = was.due is not None and due is not None and was.due.at == due.at
    if same_limit and was.cycle.number == case.cycle.number:
        warnings, climbed = was.stay.warnings, was.stay.climbed
    else:
        warnings, climbed = {}, {}
    return replace(case, stay=replace(case.stay, due=due, warnings=warnings, climbed=climbed))


def _move(asked: Asked, back: Stay) -> Move:
    return Move(
        event=asked.firing.event,
        person=asked.actor.person,
        back=back,
        unit=asked.post.unit if asked.post else None,
        post=asked.post.id if asked.post else None,
    )


def _stayed(asked: Asked, case: Case) -> Case:
    """The case where it was; its limit follows a changed date, a suspension or its end."""
    scene, clock, now = asked.scene, asked.event.clock, asked.scene.now
    if clock == "stops":
        return replace(case, stopped_at=now, entry=case.seq)
    if clock == "resumes" and case.stopped_at is not None:
        case = replace(_stood(case, now), stopped_at=None, entry=case.seq)
        return _with_limit(scene, case, deadlines.due_of(scene.at(case)))
    if not (asked.given or asked.emptied):
        return case
    due = deadlines.due_of(scene.at(case))
    if due == case.due:
        return case
    if case.stopped_at is not None:  # a date set while the clock stands waits from now on
        case = replace(_stood(case, now), stopped_at=now)
    return _with_limit(scene, replace(case, entry=case.seq), due)


def _stood(case: Case, now: datetime) -> Case:
    """The case with the time noted for which its clock has stood."""
    assert case.stopped_at is not None, "only a clock that stands has stood"
    stops = (*case.cycle.stops, (case.stopped_at, now))
    return replace(case, cycle=replace(case.cycle, stops=stops))
