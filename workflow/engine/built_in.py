"""The events every workflow has: a rung, handing work over, taking a move back, a new calendar, a
re-organisation, a document issued, back under its seal or void, a ledger's row undone.

They are not declared in a definition; `checks` keeps their names free.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from workflow.engine import children, deadlines, following, notices
from workflow.engine.backfilling import undo_backfill
from workflow.engine.calendar import RUNG_HOUR
from workflow.engine.case import Actor, Firing, Post
from workflow.engine.decision import Notice, Step, Timer
from workflow.engine.definition import Rung
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotYourTurn, OutOfTurn
from workflow.engine.issuing import issue_document, seal_document, void_document
from workflow.engine.permits import desk_of, handled_through
from workflow.engine.scene import Scene
from workflow.engine.terms import Duration


def rung(scene: Scene, firing: Firing, actor: Actor) -> Step:
    """A rung of the ladder comes: people are told, marks set, proposals opened.

    A rung that punishes waits until its warning has been out for as long as the ladder says; one
    whose ladder never warned becomes the warning itself. Such a rung moves back (`postponed`).
    """
    if actor.kind != "clock":
        raise NotYourTurn("提醒由系统按时发出")
    case = scene.case
    ladder, at = str(firing.inputs["ladder"]), int(firing.inputs["rung"])
    spec = scene.definition.ladders[ladder][at]
    later = _not_before(scene, spec) if spec.punitive else None
    postponed = Timer(f"rung:{ladder}", at, later, _TOO_SOON) if later else None
    if postponed is not None and ladder in case.stay.warnings:
        return _step(scene, firing, actor, postponed=postponed)
    told = tuple(notices.of_rung(scene, spec))
    seq, stay = case.seq + 1, case.stay
    if spec.tell:
        stay = replace(stay, warnings={**stay.warnings, ladder: seq})
    if postponed is not None:
        after = replace(case, seq=seq, stay=stay)
        return _step(scene, firing, actor, case=after, notices=told, postponed=postponed)
    stay = replace(stay, climbed={**stay.climbed, ladder: at})
    openings = children.proposed(scene, spec.open, spec.because or "")
    after = replace(case, seq=seq, stay=stay, marks=scene.marks(spec.mark))
    after = children.counted(after, openings)
    return _step(scene, firing, actor, case=after, notices=told, openings=openings)


_TOO_SOON = "警告送达未满规定时间，顺延"


def _not_before(scene: Scene, spec: Rung) -> datetime | None:
    """When the warning will have been out for long enough, or None if it has been.

    Counted in whole days from the day it went out, to the hour at which rungs fire; or by the
    clock, to the minute.
    """
    if spec.warned is None:
        return None
    out = scene.world.warned_at or scene.now
    enough = scene.world.calendar.add(spec.warned, out)
    by_the_clock = isinstance(spec.warned, Duration) and spec.warned.unit.minutes
    at = enough.at if by_the_clock else enough.at - timedelta(hours=24 - RUNG_HOUR)
    return None if at <= scene.now else at


def hand_over(scene: Scene, firing: Firing, actor: Actor) -> Step:
    """The work of this state goes to a colleague of the unit (转办); the duty stays the unit's."""
    case, state = scene.case, scene.state
    if not state.hand_over or state.turn is None:
        raise OutOfTurn(f"“{state.title}”不能转办", {"state": case.state})
    post = _who_works_here(scene, actor)
    allowed = {desk_of(case, scene.definition, role) for role in state.hand_over}
    if firing.person is None or firing.person == actor.person:
        raise InvalidInput("请指明转办给谁", {"person": firing.person})
    if firing.unit is not None or firing.inputs:
        raise InvalidInput("转办只须指明转给谁", {"unit": firing.unit})
    if not any((post.unit, post.role) in allowed for post in scene.world.colleague):
        raise ConditionNotMet("只能转办给本单位规定岗位上的人", {"person": firing.person})
    stay = replace(case.stay, handler=firing.person)
    after = replace(case, seq=case.seq + 1, stay=stay, last=None)
    what = notices.variables(scene.at(after), "转办")
    told = Notice((), "task", what, state.urgency, (), (firing.person,))
    return _step(scene, firing, actor, case=after, post=post, notices=(told,))


def _who_works_here(scene: Scene, actor: Actor) -> Post:
    """The actor's post in the party whose turn it is; raises NotYourTurn."""
    turn = scene.state.turn or ""
    unit = scene.case.parties[turn].unit
    roles = scene.compiled.actors[scene.case.state].get(turn, frozenset())
    if post := handled_through(scene.case, turn, actor):
        return post
    for post in actor.posts:
        if post.unit == unit and post.role in roles:
            return post
    raise NotYourTurn("只有现在办理的人可以转办")


def take_back(scene: Scene, firing: Firing, actor: Actor) -> Step:
    """The last move is taken back by who made it, until the next desk acts; its limit stands
    (撤回).

    The post made it: a holder takes back what a substitute did through the post, and the other way
    round.
    """
    case, last = scene.case, scene.case.last
    if last is None:
        sentence = "下一环节已经办理，或者这一步不能撤回；请联系下一环节退回"
        raise OutOfTurn(sentence, {"state": case.state})
    post = next((post for post in actor.posts if post.id == last.post), None)
    if post is None and (actor.kind != "person" or actor.person != last.person):
        raise NotYourTurn("只能由办理上一步的人撤回")
    post = post or next((post for post in actor.posts if post.unit == last.unit), None)
    if post is None:
        raise NotYourTurn("你已不在原来的岗位上，不能撤回")
    if firing.unit is not None or firing.person is not None or firing.inputs:
        raise InvalidInput("撤回不须填写内容")
    fired = case.cycle.fired
    after = replace(
        case,
        seq=case.seq + 1,
        entry=case.seq + 1,
        stay=last.back,
        cycle=replace(case.cycle, fired={**fired, last.event: fired.get(last.event, 1) - 1}),
        last=None,
        closed_at=None,
    )
    timers = deadlines.timers_of(scene.at(after))
    return _step(scene, firing, actor, case=after, post=post, timers=timers, arrived=True)


def recalculate(scene: Scene, firing: Firing, actor: Actor) -> Step:
    """The limit is worked out again under another calendar (a notice came out), with a trail."""
    case = scene.case
    if actor.kind != "clock":
        raise NotYourTurn("期限由系统校正")
    if case.due is None:
        raise OutOfTurn("这件事项没有期限", {"state": case.state})
    seq, due = case.seq + 1, deadlines.again(case.due, case, scene.world)
    after = replace(case, seq=seq, entry=seq, stay=replace(case.stay, due=due))
    return _step(scene, firing, actor, case=after, timers=deadlines.timers_of(scene.at(after)))


def reorganise(scene: Scene, firing: Firing, actor: Actor) -> Step:
    """The parties sit where a merger or a move of units has brought them (机构调整).

    The limit with its timers, the counts and the sign-offs in force stay as they are. Work that was
    handed to somebody of the former unit is the new desk's, which is told of it.
    """
    case = scene.case
    if actor.kind != "clock":
        raise NotYourTurn("机构调整由系统跟进")
    seats, facts = following.followed(scene), following.facts_followed(scene)
    as_before = (seats, facts) == (case.parties, case.facts)
    if as_before and firing.inputs["kind"] == "merge":
        return _step(scene, firing, actor)
    pairs = {name: (case.parties[name].unit, seat.unit) for name, seat in seats.items()}
    moved = {name: (was, now) for name, (was, now) in pairs.items() if was != now}
    last = None if moved else case.last
    after = replace(case, seq=case.seq + 1, parties=seats, facts=facts, last=last)
    after = replace(after, unit=following.unit_of(scene.definition, after))
    if scene.state.turn not in moved:
        return _step(scene, firing, actor, case=after, moved=moved)
    after = replace(after, stay=replace(after.stay, handler=None))
    told = tuple(notices.of_arrival(scene.at(after)))
    return _step(scene, firing, actor, case=after, moved=moved, notices=told)


def _step(scene: Scene, firing: Firing, actor: Actor, **decided: Any) -> Step:
    found: dict[str, Any] = {"case": scene.case, "from_state": scene.case.state} | decided
    return Step(firing=firing, actor=actor, now=scene.now, **found)


BY_CLOCK = ("rung", "reorganise")
"""Events whose inputs the clock gives, none of them a fact."""

BuiltIn = Callable[[Scene, Firing, Actor], Step]

STEPS: Mapping[str, BuiltIn] = {
    "rung": rung,
    "hand_over": hand_over,
    "take_back": take_back,
    "recalculate": recalculate,
    "reorganise": reorganise,
    "issue_document": issue_document,
    "seal_document": seal_document,
    "void_document": void_document,
    "undo_backfill": undo_backfill,
}
