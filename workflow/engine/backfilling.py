"""Cases that began before they were entered (补录): taken over from an office's own ledger in the
state they are in.

What was done before is stated, not done again: a sign-off of then is somebody's statement of today
and no signature, nobody is told anything, and of a ladder only what is still ahead will come.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from workflow.engine import deadlines
from workflow.engine.beginnings import Backfill
from workflow.engine.calendar import ZONE, local_day
from workflow.engine.case import Actor, Case, Firing, Post, Stated, Stay, World
from workflow.engine.decision import Step
from workflow.engine.definition import Definition
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotYourTurn, OutOfTurn
from workflow.engine.facts import clean
from workflow.engine.machine import Compiled
from workflow.engine.opening import Request, check_series, first_case, seat_opener, with_limit
from workflow.engine.parties import seat_parties
from workflow.engine.scene import Scene

_MORNING = time(9)
"""The hour at which what happened on a day of the past is taken to have happened."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is stated of a case: the state it is in, since when, when it began, who signed it off.

    It was row `row` of `file`, which was taken in as `batch`.
    """

    batch: int
    file: str
    row: int
    state: str
    opened_on: date
    entered_on: date
    signed: Mapping[str, Stated] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The statement as the history keeps it."""
        return {
            "batch": self.batch,
            "file": self.file,
            "row": self.row,
            "state": self.state,
            "opened_on": self.opened_on.isoformat(),
            "entered_on": self.entered_on.isoformat(),
            "signed": {side: one.as_list() for side, one in self.signed.items()},
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Past":
        """The statement that `as_dict` wrote."""
        return cls(
            plain["batch"],
            plain["file"],
            plain["row"],
            plain["state"],
            date.fromisoformat(plain["opened_on"]),
            date.fromisoformat(plain["entered_on"]),
            {side: Stated(*one) for side, one in plain["signed"].items()},
        )


def backfill_case(
    compiled: Compiled, request: Request, past: Past, actor: Actor, world: World, now: datetime
) -> Step:
    """The first step of a case that began long ago; raises a Refusal, and then there is no case."""
    definition = compiled.definition
    spec = _spec(compiled)
    seats = seat_parties(definition, request.named, world.lineages)
    seats, post = seat_opener(definition, spec.by, seats, actor)
    facts = clean(_with_gaps(compiled), request.facts, needs=spec.needs, may=spec.may)
    _check_past(compiled, past, now)
    case = first_case(compiled, request, seats, facts, world.alike, now)
    case = _as_stated(compiled, case, past, now)
    scene = Scene(compiled, case, world, now)
    check_series(scene)
    scene = scene.at(with_limit(scene))
    case = _as_if_before(scene)
    return Step(
        case=case,
        firing=Firing("backfill", request.facts),
        actor=actor,
        now=now,
        from_state=case.state,
        post=post,
        timers=deadlines.timers_of(scene.at(case)),
        arrived=True,
        written=facts,
    )


@lru_cache(maxsize=64)
def _with_gaps(compiled: Compiled) -> Definition:
    """The definition, but rows of its tables may leave cells empty: an old ledger has one text
    where a form of today asks for several.
    """
    facts = {
        name: fact.model_copy(
            update={
                "columns": {
                    key: column.model_copy(update={"optional": True})
                    for key, column in fact.columns.items()
                }
            }
        )
        for name, fact in compiled.definition.facts.items()
    }
    return compiled.definition.model_copy(update={"facts": facts})


def _spec(compiled: Compiled) -> Backfill:
    spec = compiled.definition.backfill
    if spec is None:
        raise ConditionNotMet(f"“{compiled.definition.title}”不接受补录")
    return spec


def _check_past(compiled: Compiled, past: Past, now: datetime) -> None:
    """Raise InvalidInput for a state that is not open to it, and for days that cannot have been."""
    definition, spec = compiled.definition, _spec(compiled)
    if past.state not in spec.into:
        titles = "、".join(definition.states[name].title for name in spec.into)
        raise InvalidInput(f"补录只能进入：{titles}", {"state": past.state[:40]})
    if not past.opened_on <= past.entered_on <= local_day(now):
        raise InvalidInput("登记日期不能晚于进入现环节的日期，两者都不能晚于今天")
    needed = definition.states[past.state].needs_signed
    if set(past.signed) != set(needed):
        raise InvalidInput("进入这个环节的补录，须逐项说明原有的销号", {"needed": list(needed)})
    if any(one.day > now.astimezone(ZONE).date().isoformat() for one in past.signed.values()):
        raise InvalidInput("原有销号的日期不能晚于今天")


def _as_stated(compiled: Compiled, case: Case, past: Past, now: datetime) -> Case:
    """The case where and when it is said to stand."""
    entered = _instant(past.entered_on, now)
    return replace(
        case,
        opened_at=_instant(past.opened_on, now),
        stay=Stay(past.state, entered),
        cycle=replace(case.cycle, entries={past.state: entered}),
        closed_at=entered if compiled.definition.states[past.state].final else None,
        backfill=past.batch,
        stated=past.signed,
    )


def _instant(day: date, now: datetime) -> datetime:
    then = datetime.combine(day, _MORNING, ZONE).astimezone(UTC)
    return min(then, now)


def _as_if_before(scene: Scene) -> Case:
    """The case with the rungs and proposals of before, which will not come again."""
    case = scene.case
    return replace(
        case,
        stay=replace(case.stay, climbed=_climbed(scene)),
        cycle=replace(case.cycle, proposed=_proposed_before(scene)),
    )


def _climbed(scene: Scene) -> dict[str, int]:
    """The ladder as far as it would have come by now: what is past reminds nobody."""
    ladder, due = scene.state.ladder, scene.case.due
    if ladder is None or due is None:
        return {}
    moment = scene.world.calendar.moment
    come = [
        at
        for at, rung in enumerate(scene.definition.ladders[ladder])
        if moment(rung.at, due.at) <= scene.now
    ]
    return {ladder: come[-1]} if come else {}


def _proposed_before(scene: Scene) -> tuple[str, ...]:
    """Rules that hold from the start opened what they open before, or nobody wanted it."""
    rules = scene.definition.proposals.items()
    return tuple(name for name, rule in rules if scene.holds(rule.when))


# Undoing


def undo_backfill(scene: Scene, firing: Firing, actor: Actor) -> Step:
    """The case leaves again, as if its row had not been in the file; the history keeps both."""
    case, spec = scene.case, _spec(scene.compiled)
    if case.backfill is None:
        raise OutOfTurn("这件事项不是补录的，不能撤销补录", {"state": case.state})
    if has_moved(case):
        raise OutOfTurn("补录以后已经办理过，不能再撤销补录", {"case": case.id})
    if firing.inputs or firing.unit is not None or firing.person is not None:
        raise InvalidInput("撤销补录不须填写内容")
    after = replace(
        case,
        seq=case.seq + 1,
        entry=case.seq + 1,
        stay=replace(case.stay, state=spec.undone, due=None, entered_at=scene.now),
        cycle=replace(case.cycle, entries={**case.cycle.entries, spec.undone: scene.now}),
        closed_at=scene.now,
        last=None,
    )
    return Step(
        case=after,
        firing=firing,
        actor=actor,
        now=scene.now,
        from_state=case.state,
        post=_post_of(scene, spec, actor),
        timers=(),
        arrived=True,
    )


def has_moved(case: Case) -> bool:
    """Whether anybody has done anything with a case since it was taken over; reminders do not
    count, nor does a limit that was worked out again.
    """
    stay, cycle = case.stay, case.cycle
    touched = cycle.fired or stay.cosigned or cycle.children or stay.handler is not None
    return bool(touched) or cycle.number > 1 or {*cycle.entries} != {case.state}


def _post_of(scene: Scene, spec: Backfill, actor: Actor) -> Post:
    for role in spec.by:
        party, _, post_role = role.partition(".")
        for post in actor.posts:
            if post.role == post_role and post.unit == scene.case.parties[party].unit:
                return post
    raise NotYourTurn("只有可以补录的岗位才能撤销补录", {"by": list(spec.by)})
