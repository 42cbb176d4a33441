"""How a case begins: by a person who may, by another case, or by the calendar."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workflow.engine import children, deadlines, notices
from workflow.engine.beginnings import OfPeriod, Periodic
from workflow.engine.calendar import Calendar, local_day
from workflow.engine.case import Actor, Case, Cycle, Firing, Lineage, Post, Seat, Stay, World
from workflow.engine.circles import check_called
from workflow.engine.decision import Step
from workflow.engine.definition import Definition
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotYourTurn
from workflow.engine.facts import clean
from workflow.engine.likeness import joined
from workflow.engine.machine import Compiled
from workflow.engine.named import Naming
from workflow.engine.parties import seat_parties
from workflow.engine.periods import Period, read_period
from workflow.engine.planned import check_plans
from workflow.engine.scene import Scene


@dataclass(frozen=True, slots=True)
class Request:
    """What a case is opened with; `case_id` and `number` come from the store."""

    case_id: int
    number: str
    named: Mapping[str, int]
    facts: Mapping[str, Any] = field(default_factory=dict)
    period: int | None = None
    parent: int | None = None
    child_name: str | None = None
    begins: str | None = None


def open_case(
    compiled: Compiled, request: Request, actor: Actor, world: World, now: datetime
) -> Step:
    """The first step of a new case; raises a Refusal, and then there is no case.

    A person who opens from a higher office of a party's row takes that seat: who finds a problem
    supervises it.
    """
    definition = compiled.definition
    opening = definition.opening
    seats, post = seated(compiled, request.named, world.lineages, actor)
    by_person = actor.kind == "person"
    may = opening.may if by_person else tuple(definition.facts)
    facts = clean(definition, request.facts, needs=opening.needs, may=may)
    if by_person:
        check_period(opening.period, request.period, now)
    case = first_case(compiled, request, seats, facts, world.alike, now)
    scene = Scene(compiled, case, world, now)
    naming = Naming(seats, definition, world.candidates)
    facts = naming.rows(facts)
    check_plans(scene, facts)
    check_called(definition, seats, facts, facts, world.lineages)
    known = joined(definition, world.earlier) | naming.opener(actor)
    scene = scene.at(replace(case, facts={**known, **facts}))
    check_series(scene)
    scene = scene.at(with_limit(scene))
    told = tuple(notices.of_arrival(scene))
    case, openings = children.by_rules(scene, ())
    return Step(
        case=case,
        firing=Firing("open", request.facts),
        actor=actor,
        now=now,
        from_state=case.state,
        post=post,
        timers=deadlines.timers_of(scene),
        notices=told,
        openings=openings,
        arrived=True,
        written=facts,
    )


def check_period(asked: OfPeriod | None, number: int | None, now: datetime) -> None:
    """Whoever opens a case says of which period it is where the definition asks for it, and of one
    that has begun; raises InvalidInput.
    """
    if number is None:
        if asked and asked.needed:
            raise InvalidInput.in_facts({"period": "期别：请选定"})
        return
    try:
        period = read_period(number)
    except ValueError:
        raise InvalidInput.in_facts({"period": "期别：没有这一期"}) from None
    if asked is None or period.length not in asked.every:
        raise InvalidInput.in_facts({"period": "期别：不能选这样的一期，请改选"})
    if period.first > local_day(now):
        raise InvalidInput.in_facts({"period": f"期别：{period}还没有开始"})


def with_limit(scene: Scene) -> Case:
    """The case with the limit of the state it begins in."""
    stay = replace(scene.case.stay, due=deadlines.due_of(scene))
    return replace(scene.case, stay=stay)


def seated(
    compiled: Compiled, named: Mapping[str, int], lineages: Mapping[int, Lineage], actor: Actor
) -> tuple[Mapping[str, Seat], Post | None]:
    """Where the parties of a new case sit, and the post through which a person opens it; raises a
    Refusal.
    """
    definition = compiled.definition
    seats = seat_parties(definition, named, lineages)
    if actor.kind != "person":
        return seats, None
    return seat_opener(definition, definition.opening.by, seats, actor)


def first_case(
    compiled: Compiled,
    request: Request,
    seats: Mapping[str, Seat],
    facts: Mapping[str, Any],
    alike: int,
    now: datetime,
) -> Case:
    """The case as its first row finds it, without a limit."""
    definition = compiled.definition
    opening = definition.opening
    state = opening.state
    if request.parent is not None:
        state = request.begins or (*opening.from_case, state)[0]
        if state not in opening.beginnings:
            raise ConditionNotMet(f"“{definition.title}”不能从这一环节开始", {"state": state})
    counts = {definition.alike.count: alike} if definition.alike and alike else {}
    return Case(
        id=request.case_id,
        workflow=definition.workflow,
        definition=compiled.version,
        number=request.number,
        unit=seats[definition.anchor].unit,
        opened_at=now,
        stay=Stay(state, now),
        cycle=Cycle(entries={state: now}, counts=counts),
        seq=1,
        entry=1,
        period=request.period,
        facts=facts,
        parties=seats,
        parent=request.parent,
        child_name=request.child_name,
    )


def seat_opener(
    definition: Definition, by: Iterable[str], seats: Mapping[str, Seat], actor: Actor
) -> tuple[dict[str, Seat], Post]:
    """The seats with that of whoever opens, and the post they open it through; raises NotYourTurn
    where none of these roles is theirs.
    """
    for role in by:
        party, _, post_role = role.partition(".")
        seat = seats[party]
        for post in actor.posts:
            if post.role == post_role and post.unit in (seat.row or (seat.unit,)):
                return {**seats, party: replace(seat, unit=post.unit)}, post
    raise NotYourTurn(f"你的岗位不能发起“{definition.title}”", {"by": list(by)})


def check_series(scene: Scene) -> None:
    """Levels about one cause rise by one, except where a rule enters directly."""
    series = scene.definition.series
    if series is None:
        return
    level, top = int(scene.case.facts[series.level]), scene.world.series_top
    if top is not None and level <= top:
        raise ConditionNotMet(f"同一起因已有第 {top} 级，不能再发起第 {level} 级", {"level": level})
    lowest = series.first if top is None else top + 1
    direct = series.direct is not None and scene.holds(series.direct)
    if level > lowest and not direct:
        raise ConditionNotMet(f"级次只能逐级上升，现在应为第 {lowest} 级", {"level": level})


def periodic_facts(
    compiled: Compiled,
    cadence: Periodic,
    period: Period,
    now: datetime,
    calendar: Calendar,
    **more: Any,
) -> dict[str, Any] | None:
    """The facts with which the calendar opens a case of a period; None where it opens none.

    `more` is what is known of the unit: its name as `unit`, and its `tallies`.
    """
    stay = Stay(compiled.definition.opening.state, now)
    empty = Case(0, "", 0, "", 0, now, stay, period=int(period))
    sight = Scene(compiled, empty, World(calendar), now).sight({}, **more)
    if not compiled.guards.holds(cadence.when, sight):
        return None
    return {fact: compiled.guards.value(how, sight) for fact, how in cadence.facts.items()}
