"""What an actor may do to a case now: a form for each event, or the reason why not.

The pure step is asked what it would do. A refusal for want of input means that the event is open to
this actor; any other is shown as the reason, so pages and commands cannot disagree.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from api.presenting.fields import Field, Option, fields_of
from workflow.engine.calendar import local_day
from workflow.engine.case import Actor, Case, Firing, World
from workflow.engine.definition import Event
from workflow.engine.emptying import needed_so_far
from workflow.engine.errors import (
    InvalidInput,
    NotConfirmed,
    NotYourTurn,
    Refusal,
)
from workflow.engine.machine import Compiled
from workflow.engine.permits import desk_of
from workflow.engine.scene import Scene
from workflow.engine.sight import Sight
from workflow.engine.step import step

HAND_OVER, TAKE_BACK = "hand_over", "take_back"
UNIT_FIELD, PERSON_FIELD = "unit", "person"

_WORD = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `reason` says why it cannot be done now; then there is no form.

    `notes` tell what will follow. `rare` ones are possible in many states and stand below the
    others. `open` is the form that is unfolded; `problem` is the sentence above it after a refusal.
    `signs` means that the person may be asked to confirm who they are.
    """

    event: str
    title: str
    fields: tuple[Field, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""
    rare: bool = False
    open: bool = False
    problem: str = ""
    signs: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that was refused just now: what had been typed, and what was wrong with it.

    `problems` are sentences by field; `options` are units that a typed name may have meant; `stood`
    are the facts that the form was shown with.
    """

    event: str
    sentence: str
    given: Mapping[str, Any]
    problems: Mapping[str, str] = field(default_factory=dict)
    typed_unit: str = ""
    chosen_person: str = ""
    options: tuple[Option, ...] = ()
    stood: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """A case in front of an actor.

    `colleagues` are whom work may be handed to, `suggestions` the names of units.
    """

    compiled: Compiled
    case: Case
    actor: Actor
    world: World
    now: datetime
    refused: Refused | None = None
    colleagues: tuple[Option, ...] = ()
    suggestions: tuple[str, ...] = ()
    drafts: Mapping[str, Any] = field(default_factory=dict)
    """What the system has drafted, by fact, for whoever fills the form in to change."""


def asked_first(at: Scene, actor: Actor) -> set[str]:
    """The facts that somebody may be asked for now and that nothing was written into yet."""
    held, asked = {(post.unit, post.role) for post in actor.posts}, set[str]()
    for event in at.compiled.events[at.case.state].values():
        if any(desk_of(at.case, at.definition, role) in held for role in event.by):
            asked |= {*event.needs, *event.may}
    return asked - at.case.facts.keys()


def actions_of(at: Situation) -> tuple[Action, ...]:
    """What the actor may do, or is refused for a reason worth reading; the usual first."""
    events = at.compiled.events[at.case.state].items()
    found = [action for name, event in events if (action := _action(at, name, event))]
    found += _built_in(at)
    found.sort(key=lambda action: (action.rare, bool(action.reason)))
    return tuple(_with_one_open(found))


def _with_one_open(actions: list[Action]) -> Iterator[Action]:
    """Unfold the form that was refused, else the first."""
    refused = any(action.problem for action in actions)
    for at, action in enumerate(actions):
        first = at == 0 and not action.rare
        yield replace(action, open=bool(action.problem) if refused else first)


# Declared events


def _action(at: Situation, name: str, event: Event) -> Action | None:
    """The event as a form or a reason; None when it is somebody else's, or the clock's."""
    facts = at.compiled.definition.facts
    if not event.by or any(facts[fact].computed for fact in event.needs):
        return None  # the clock's, or the arithmetic's
    try:
        reason = _hindrance(at, name, event)
    except NotYourTurn:
        return None
    rare = name in at.compiled.definition.anytime
    if reason is not None:
        hidden = rare and event.clock is not None
        return None if hidden else Action(name, event.title, reason=reason, rare=rare)
    return Action(
        event=name,
        title=event.title,
        fields=_fields(at, name, event),
        notes=tuple(_notes(at, name, event)),
        rare=rare,
        problem=at.refused.sentence if at.refused and at.refused.event == name else "",
        signs=event.signs is not None,
    )


def _hindrance(at: Situation, name: str, event: Event) -> str | None:
    """Why the step would be refused whatever is typed, or None; raises NotYourTurn."""
    try:
        step(at.compiled, at.case, Firing(name), at.actor, at.world, at.now)
    except NotYourTurn:
        raise
    except (InvalidInput, NotConfirmed):
        pass  # for want of input: whether it holds then, the condition says
    except Refusal as error:
        return None if _depends_on_input(event) else error.sentence
    if _depends_on_input(event):
        return None
    sight = Sight(at.compiled.definition, at.case, at.case.facts, at.world, at.now)
    if at.compiled.guards.holds(event.when, sight):
        return None
    return event.otherwise or f"现在不能办理“{event.title}”"


def _depends_on_input(event: Event) -> bool:
    """Whether the condition, or where it leads, looks at what is only now asked for."""
    asked = {*event.needs, *event.may}
    conditions = [event.when, *(branch.when for branch in event.to)]
    return any(asked & set(_WORD.findall(text)) for text in conditions if text)


def _fields(at: Situation, name: str, event: Event) -> tuple[Field, ...]:
    refused = at.refused if at.refused and at.refused.event == name else None
    standing = _standing(at, name, event)
    given = refused.given if refused else {**at.drafts, **standing}
    cosigning = name in at.case.stay.cosigned
    fields = fields_of(
        at.compiled.definition,
        name,
        needs=() if cosigning else event.needs,
        may=(*event.needs, *event.may) if cosigning else event.may,
        given=given,
        problems=refused.problems if refused else {},
        drafted=() if refused else at.drafts,
        stood={*standing} & {*refused.stood} if refused else standing,
        kept=needed_so_far(Scene(at.compiled, at.case, at.world, at.now)),
    )
    return (*_pickers(at, name, event, refused), *fields)


def _standing(at: Situation, name: str, event: Event) -> dict[str, Any]:
    """What is known and stands in the form: facts of a ledger, and what a first co-signer wrote.

    Other facts (a reason, an opinion) belong to the occasion and begin empty, as does a needed day
    that has passed.
    """
    definition, facts = at.compiled.definition, at.case.facts
    if name in at.case.stay.cosigned:
        return {fact: facts[fact] for fact in (*event.needs, *event.may) if fact in facts}
    kept = {fact for ledger in definition.ledgers.values() for fact in ledger.facts}
    today = local_day(at.now)
    return {
        fact: facts[fact]
        for fact in (*event.needs, *event.may)
        if fact in facts
        and (fact in kept or not kept)
        and not (
            fact in event.needs and _has_passed(facts[fact], definition.facts[fact].type, today)
        )
    }


def _has_passed(value: Any, kind: str, today: date) -> bool:
    return kind == "date" and date.fromisoformat(str(value)) < today


def _pickers(at: Situation, name: str, event: Event, refused: Refused | None) -> Iterator[Field]:
    if event.reassigns:
        party = at.compiled.definition.parties[event.reassigns]
        yield Field(
            name=UNIT_FIELD,
            id=f"{name}-{UNIT_FIELD}",
            title=f"新的{party.title}",
            kind="unit",
            text=refused.typed_unit if refused else "",
            required=True,
            hint="填写单位名称或编码",
            options=refused.options if refused else (),
            suggestions=at.suggestions,
            problem=refused.problems.get(UNIT_FIELD, "") if refused else "",
        )


def _notes(at: Situation, name: str, event: Event) -> Iterator[str]:
    """What the person should know before pressing the button."""
    definition = at.compiled.definition
    if event.signs:
        side = definition.sign_offs[event.signs]
        yield f"这是“{side.title}”签字，盖在{definition.ledgers[side.stamps].title}上"
    if event.cosign:
        done = len(at.case.stay.cosigned.get(name, ()))
        yield f"须 {event.cosign} 人会签，已有 {done} 人"
    if event.voids:
        yield f"“{'”“'.join(definition.sign_offs[side].title for side in event.voids)}”随之失效"
    if event.opens:
        yield "提交后另立事项办理"
    if targets := list(dict.fromkeys(branch.state for branch in event.to)):
        yield f"办理后：{'或'.join(definition.states[state].title for state in targets)}"
    if event.take_back:
        yield "下一环节办理前可以撤回"


# Built-in events


def _built_in(at: Situation) -> Iterable[Action]:
    if _is_open_to(at, Firing(HAND_OVER)) and at.colleagues:
        yield _hand_over(at)
    if _is_open_to(at, Firing(TAKE_BACK)) and at.case.last:
        back, event = at.case.last.back.state, at.case.last.event
        undone = at.compiled.events[back].get(event)
        what = f"撤回“{undone.title}”" if undone else "撤回上一步"
        problem = at.refused.sentence if at.refused and at.refused.event == TAKE_BACK else ""
        title = at.compiled.definition.states[back].title
        yield Action(TAKE_BACK, what, notes=(f"回到：{title}，原期限不变",), problem=problem)


def _hand_over(at: Situation) -> Action:
    refused = at.refused if at.refused and at.refused.event == HAND_OVER else None
    options = at.colleagues
    if refused:
        options = tuple(replace(o, chosen=o.value == refused.chosen_person) for o in options)
    field = Field(
        name=PERSON_FIELD,
        id=f"{HAND_OVER}-{PERSON_FIELD}",
        title="转办给",
        kind="person",
        required=True,
        options=options,
        problem=refused.problems.get(PERSON_FIELD, "") if refused else "",
    )
    return Action(
        event=HAND_OVER,
        title="转办",
        fields=(field,),
        notes=("责任仍由本单位承担",),
        rare=True,
        problem=refused.sentence if refused else "",
    )


def _is_open_to(at: Situation, firing: Firing) -> bool:
    """Whether a built-in event would be refused for want of input at most."""
    try:
        step(at.compiled, at.case, firing, at.actor, at.world, at.now)
    except InvalidInput:
        return True
    except Refusal:
        return False
    return True
