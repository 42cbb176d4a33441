"""The one limit of a case's present state and the timers that hang on it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from workflow.engine.calendar import RUNG_HOUR, ZONE, Calendar, day_begins, local_day
from workflow.engine.case import Case, Due, World
from workflow.engine.decision import Timer
from workflow.engine.definition import Definition
from workflow.engine.limits import LimitCase
from workflow.engine.periods import read_period
from workflow.engine.planned import is_plan, next_day
from workflow.engine.progress import next_node
from workflow.engine.scene import Scene
from workflow.engine.terms import FixedDate, parse_term

_DAY = timedelta(days=1)


def due_of(scene: Scene) -> Due | None:
    """The limit of the case's state; None when it has none (yet)."""
    limit = _in_force(scene)
    return _due(scene, limit) if limit is not None else None


def _in_force(scene: Scene) -> LimitCase | None:
    """How the limit is found: the first way whose condition holds."""
    return next((one for one in scene.state.limit or () if scene.holds(one.when)), None)


def _due(scene: Scene, limit: LimitCase) -> Due | None:
    case = scene.case
    if limit.term is None:
        return _by_fact(scene, limit.fact or "")
    start = case.stay.entered_at
    if limit.since:
        start = case.cycle.entries.get(limit.since, start)
    return _by_term(case, str(limit.term), start, scene.world)


def _by_term(case: Case, term: str, start: datetime, world: World) -> Due:
    parsed = parse_term(term)
    dated = isinstance(parsed, FixedDate) and case.period is not None
    year = read_period(case.period or 0).year if dated else None
    found = world.calendar.add(parsed, start, suspensions=case.cycle.stops, year=year)
    version = world.calendar.version
    return Due(found.at, found.derivation, found.provisional, start, term, version)


def _by_fact(scene: Scene, fact: str) -> Due | None:
    """The limit that a date fact sets, or the next row of the plan that is not reached yet."""
    if not scene.case.facts.get(fact):
        return None
    title, progress = scene.definition.facts[fact].title, scene.definition.progress
    if progress is not None and fact == progress.plan:
        node = next_node(progress, scene.case.facts)
        assert node is not None, "a plan that is given has a row"
        day, title = node.by, f"{title}的下一个节点"
    elif is_plan(scene, fact):
        return _by_plan(scene, fact, title)
    else:
        day = date.fromisoformat(scene.case.facts[fact])
    at = day_begins(day + _DAY)
    words = f"{title} {day.year}年{day.month}月{day.day}日"
    return Due(at, words, False, scene.case.stay.entered_at, "", scene.world.calendar.version)


def _by_plan(scene: Scene, fact: str, title: str) -> Due | None:
    """The morning on which the next row of a plan opens; None where all have."""
    day = next_day(scene, fact)
    if day is None:
        return None
    at = datetime.combine(day, time(RUNG_HOUR), ZONE).astimezone(UTC)
    words = f"{title}的下一批 {day.year}年{day.month}月{day.day}日"
    return Due(at, words, False, scene.case.stay.entered_at, "", scene.world.calendar.version)


def again(due: Due, case: Case, world: World) -> Due:
    """The same limit under another calendar or after a suspension."""
    if due.term:
        return _by_term(case, due.term, due.start, world)
    return replace(due, calendar=world.calendar.version)


def postponed_dates(scene: Scene) -> Mapping[str, Any]:
    """The date fact that is the limit, which a suspension ending now moves on: as many working days
    as the clock stood.
    """
    case, calendar = scene.case, scene.world.calendar
    if case.stopped_at is None or case.due is None or case.due.term:
        return {}
    eve = local_day(case.stopped_at) - _DAY  # a day that the stop touches is lost
    lost = calendar.working_days_between(eve, local_day(scene.now))
    limit = _in_force(scene)
    fact = limit.fact if limit is not None else None
    if not lost or fact is None or scene.definition.facts[fact].type != "date":
        return {}
    later = calendar.add(parse_term(f"{lost} working days"), case.due.at - timedelta(seconds=1))
    return {fact: later.day.isoformat()}


def timers_of(scene: Scene) -> tuple[Timer, ...]:
    """The timers of the present entry: the ladder's rungs and the events at a moment."""
    case = scene.case
    if case.due is None or case.stopped_at is not None:
        return ()
    return (*_rungs(scene, case.due), *_timed_events(scene, case.due))


def _rungs(scene: Scene, due: Due) -> Iterator[Timer]:
    """The rungs not climbed yet; a reminder whose moment has passed is left out: the arrival told.

    A rung that punishes is still owed when its moment has passed, or leaving and coming back
    would be a way around it.
    """
    ladder = scene.state.ladder
    if ladder is not None:
        yield from _owed(scene, due, ladder, scene.case.stay.climbed.get(ladder, -1), scene.now)


def rungs_after(scene: Scene, ladder: str, rung: int) -> Iterator[Timer]:
    """The rungs after one that was set for `now`, as they were decided together with it."""
    due = scene.case.due
    if due is None:
        return
    own = scene.world.calendar.moment(scene.definition.ladders[ladder][rung].at, due.at)
    # one that was set later than its own moment was late when the entry began: `now` is when
    began = scene.now if own < scene.now else scene.now - timedelta(microseconds=1)
    yield from _owed(scene, due, ladder, rung, began)


def _owed(scene: Scene, due: Due, ladder: str, climbed: int, began: datetime) -> Iterator[Timer]:
    rungs = enumerate(scene.definition.ladders[ladder])
    for at, rung in islice(rungs, climbed + 1, None):
        instant = scene.world.calendar.moment(rung.at, due.at)
        if instant > began or rung.punitive:
            yield Timer(f"rung:{ladder}", at, max(instant, began), rung.at.in_words())


def earliest_reaching(
    definition: Definition, state: str, calendar: Calendar, edge: datetime
) -> datetime:
    """The earliest limit in a state of which something comes at the end of a day or later: the
    limit itself, or the last rung of its ladder.
    """
    ladder = definition.states[state].ladder
    due = edge
    if ladder is not None:
        last = definition.ladders[ladder][-1].at
        while calendar.moment(last, due - _DAY) >= edge:
            due -= _DAY
    return due


def _timed_events(scene: Scene, due: Due) -> Iterator[Timer]:
    for name, event in scene.compiled.events[scene.case.state].items():
        if event.at is not None:
            instant = max(scene.world.calendar.moment(event.at, due.at), scene.now)
            yield Timer(f"event:{name}", 0, instant, event.at.in_words())
