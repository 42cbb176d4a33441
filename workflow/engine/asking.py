"""A firing before it counts: does the event exist here, may this actor do it, is what it needs
there?
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow.engine.burden import check_burden
from workflow.engine.case import Actor, Case, Cosigner, Firing, Post
from workflow.engine.circles import check_called
from workflow.engine.definition import Event
from workflow.engine.emptying import emptied_by, not_to_empty
from workflow.engine.errors import ConditionNotMet, InvalidInput, OutOfTurn, UnknownEvent
from workflow.engine.facts import clean
from workflow.engine.findings import nearest, short
from workflow.engine.named import Naming
from workflow.engine.permits import permit
from workflow.engine.planned import check_plans
from workflow.engine.scene import Scene
from workflow.engine.signing import check_pen, cosign


@dataclass(frozen=True, slots=True)
class Asked:
    """A declared event that is permitted, with its facts checked and its condition fulfilled.

    `given` are the facts it writes, `emptied` those it takes the value of. `cosigners` are those
    who have done it with the actor, `None` where one person is enough.
    `drawn` is the fact that the step draws by lot, which nobody knows before.
    """

    scene: Scene
    firing: Firing
    actor: Actor
    event: Event
    post: Post | None
    given: Mapping[str, Any]
    cosigners: tuple[Cosigner, ...] | None
    emptied: tuple[str, ...] = ()
    drawn: Mapping[str, Any] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        """The case's facts as this firing leaves them."""
        return self.written_onto(self.scene.case.facts)

    def written_onto(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """These facts with those given and drawn, without those emptied."""
        kept = {name: value for name, value in facts.items() if name not in self.emptied}
        return {**kept, **self.given, **self.drawn}

    @property
    def partial(self) -> bool:
        """Whether more people have to co-sign before the event counts."""
        return self.cosigners is not None and len(self.cosigners) < (self.event.cosign or 0)


def ask(scene: Scene, firing: Firing, actor: Actor) -> Asked:
    """The firing, ready to be decided; raises a Refusal."""
    event = _event(scene, firing.event)
    post = permit(scene.case, scene.definition, event, actor)
    _check_times(scene.case, firing.event, event)
    given, emptied = _given(scene, firing, event), emptied_by(scene, firing)
    cosigners = _cosigners(scene.case, firing, event, actor, post)
    asked = Asked(scene, firing, actor, event, post, given, cosigners, emptied)
    _check_written(asked)
    if not scene.holds(event.when, asked.facts):
        sentence = event.otherwise or f"现在不能办理“{event.title}”"
        raise ConditionNotMet(sentence, {"event": firing.event})
    for burden in event.burden:
        reason = scene.definition.facts[burden.beyond].title
        check_burden(burden, scene.case, scene.world, given, event.title, reason)
    check_pen(actor, scene.definition, event)  # last: nobody confirms for what is refused anyway
    return asked


def _event(scene: Scene, name: str) -> Event:
    events = scene.compiled.events[scene.case.state]
    if name in events:
        return events[name]
    known = {one for declared in scene.compiled.events.values() for one in declared}
    if name not in known:
        sentence = f"这个工作流程没有“{short(name)}”这一步（{nearest(name, known)}）"
        raise UnknownEvent(sentence, {"event": short(name)})
    possible = [event.title for event in events.values() if event.by]
    hint = f"，现在可以：{'、'.join(possible)}" if possible else ""
    sentence = f"这件事项现处于“{scene.state.title}”，不能办理这一步{hint}"
    raise OutOfTurn(sentence, {"state": scene.case.state})


def _check_times(case: Case, name: str, event: Event) -> None:
    if event.at_most is not None and case.cycle.fired.get(name, 0) >= event.at_most:
        raise ConditionNotMet(f"“{event.title}”至多 {event.at_most} 次，已用完", {"event": name})
    if reason := _clock_hindrance(event, stopped=case.stopped_at is not None):
        raise ConditionNotMet(reason, {"event": name})


def _clock_hindrance(event: Event, *, stopped: bool) -> str | None:
    if stopped and event.to and event.clock != "resumes":
        return "计时已中止，恢复计时后才能办理"
    if stopped and event.clock == "stops":
        return "计时已经中止"
    if not stopped and event.clock == "resumes":
        return "计时没有中止，不需要恢复"
    return None


def _given(scene: Scene, firing: Firing, event: Event) -> dict[str, Any]:
    needs = list(event.needs)
    if firing.event in scene.case.stay.cosigned:  # what the first co-signer wrote stands
        needs = [name for name in needs if name not in scene.case.facts]
    may = {*event.may, *event.needs, *event.takes}
    beside = not_to_empty(scene, firing, event)
    given = clean(scene.definition, firing.inputs, needs=needs, may=may, beside=beside)
    if event.reassigns and firing.unit is None:
        raise InvalidInput("请指明改派给哪个单位", {"unit": None})
    if firing.unit is not None and not event.reassigns:
        raise InvalidInput("这一步不改派单位", {"unit": firing.unit})
    if firing.person is not None:
        raise InvalidInput("这一步不转办给人", {"person": firing.person})
    return Naming(scene.case.parties, scene.definition, scene.world.candidates).rows(given)


def _check_written(asked: Asked) -> None:
    """Raise a Refusal where rows of a plan, or units in a table, may not stand as they would."""
    scene = asked.scene
    given = {**asked.given, **{name: [] for name in asked.emptied}}
    check_plans(scene, given)
    seats, lineages = scene.case.parties, scene.world.lineages
    check_called(scene.definition, seats, asked.facts, given, lineages)


def _cosigners(
    case: Case, firing: Firing, event: Event, actor: Actor, post: Post | None
) -> tuple[Cosigner, ...] | None:
    if event.cosign is None or actor.person is None or post is None:
        return None
    return cosign(case, firing.event, event, actor.person, post)
