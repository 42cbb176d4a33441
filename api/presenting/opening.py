"""The page on which a case is opened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.presenting.fields import Field, Option
from workflow.engine.beginnings import OfPeriod
from workflow.engine.case import Actor, Unit
from workflow.engine.circles import unit_columns
from workflow.engine.definition import FILE_TYPES, Definition, Fact, Party
from workflow.engine.errors import InvalidInput
from workflow.engine.facts import clean
from workflow.engine.periods import recent

_PERIODS = 3
"""How many periods of a length can be chosen."""

Units = Mapping[int, tuple[Unit, str]]
"""The units of the actor's posts by id, each with its function."""


@dataclass(frozen=True, slots=True)
class OpenChoice:
    """A workflow that the reader may open."""

    url: str
    title: str
    basis: str


@dataclass(frozen=True, slots=True)
class ChoosePage:
    """新建, first step: which workflow."""

    choices: tuple[OpenChoice, ...]


@dataclass(frozen=True, slots=True)
class OpeningPage:
    """新建, second step: the form. `submit` is the button; `draft` when a draft is possible."""

    workflow: str
    title: str
    basis: str
    parties: tuple[Field, ...]
    periods: tuple[Field, ...]
    fields: tuple[Field, ...]
    submit: str
    draft: bool
    backfill: bool
    problem: str = ""


def may_open(definition: Definition, actor: Actor, units: Units) -> bool:
    """Whether a post of the actor may open such cases: the role fits, the unit can be the party."""
    for role in definition.opening.by:
        party, _, post_role = role.partition(".")
        for post in actor.posts:
            if post.role == post_role and _can_be(definition.parties[party], *units[post.unit]):
                return True
    return False


def _can_be(party: Party, unit: Unit, function: str) -> bool:
    if party.table:
        office = f"{unit.level}.{function}"
        return any(office in offices for offices in party.table.values())
    return not party.among or unit.selector in party.among


def own_units(definition: Definition, actor: Actor, units: Units) -> Iterator[tuple[str, int]]:
    """Named parties that the opener's own unit fills, with that unit."""
    for role in definition.opening.by:
        party, _, post_role = role.partition(".")
        for post in actor.posts:
            fits = post.role == post_role and _can_be(definition.parties[party], *units[post.unit])
            if fits and definition.parties[party].named:
                yield party, post.unit


def asked_parties(definition: Definition) -> Iterator[tuple[str, Party, bool]]:
    """The parties an opener names, each with whether it must be named."""
    for name, party in definition.parties.items():
        if party.named:
            yield name, party, not party.optional
        elif party.choice:
            yield name, party, False


def hint_of(party: Party) -> str:
    """What stands below the picker of a party."""
    if party.optional:
        return "没有的可以不填"
    return "不填的，按规定的单位办理" if party.table else "填写单位名称或编码"


def party_field(
    name: str,
    title: str,
    *,
    required: bool,
    hint: str,
    text: str,
    suggestions: tuple[str, ...],
    problem: str,
    options: tuple[Option, ...],
) -> Field:
    """The picker for one party."""
    return Field(
        name=f"party.{name}",
        id=f"party-{name}",
        title=title,
        kind="unit",
        text=text,
        required=required,
        hint=hint,
        suggestions=suggestions,
        problem=problem,
        options=options,
    )


def period_field(asked: OfPeriod, today: date, given: int | None, problem: str) -> Field:
    """The choice of a period: this one and some before it, of every length that may be chosen."""
    offered = [one for length in asked.every for one in recent(length, today, _PERIODS)]
    return Field(
        name="period",
        id="period",
        title="期别",
        kind="choice",
        required=asked.needed,
        hint="统计和名单都是这一期的" + ("" if asked.needed else "；不选的，统计今年以来"),
        options=tuple(Option(str(int(one)), str(one), int(one) == given) for one in offered),
        problem=problem.removeprefix("期别："),
    )


def submit_title(definition: Definition) -> str:
    """What the button says: the last event fired straight through, or plain words."""
    at, title = definition.opening.state, "提交"
    for name in definition.opening.straight_through:
        event = definition.states[at].events[name]
        title = event.title
        at = event.to[0].state if event.to else at
    return title


def wrong_facts(definition: Definition, facts: Mapping[str, Any]) -> dict[str, str]:
    """What an opening says of the facts, a sentence each, whatever else it is refused for; but of
    files, people and units in tables: who brought those and which these are the store knows.
    """
    known = {name for name in facts if name in definition.facts and _stored(definition.facts[name])}
    said = {name: raw for name, raw in facts.items() if name not in known}
    opening = definition.opening
    try:
        clean(definition, said, needs={*opening.needs} - known, may=opening.may)
    except InvalidInput as refused:
        beside = refused.data.get("facts")
        return dict(beside) if isinstance(beside, Mapping) else {}
    return {}


def _stored(fact: Fact) -> bool:
    return fact.type in (*FILE_TYPES, "people") or bool(unit_columns(fact))
