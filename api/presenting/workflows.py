"""A workflow in words, made from its definition: states, turns, limits, ladders, who does what."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from api.presenting.wording import Names, roles_in_words
from workflow.engine.cadences import in_words
from workflow.engine.definition import Definition, Event, Fact, Rung, SignOff, State, Wide
from workflow.engine.flow import events_in
from workflow.engine.kinds import LEVELS, kind_in_words
from workflow.engine.limits import LimitCase

_WORD = re.compile(r"[a-z_][a-z0-9_]*")
STAYS = "不改变环节"
"""Where an event leads that leads nowhere else."""
_OFFICES = {
    "government": "党委政府",
    "supervision": "督查机构",
    "lead": "主管部门",
    "office": "办公室",
}


@dataclass(frozen=True, slots=True)
class EventRule:
    """What can happen in a state: who does it, what must be given, where it leads."""

    title: str
    who: str
    gives: str
    leads: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RungRule:
    """One rung of a state's ladder: when, and what follows."""

    when: str
    follows: str


@dataclass(frozen=True, slots=True)
class StateRule:
    """One state: whose turn it is, for how long, what can happen, who is reminded when."""

    title: str
    turn: str
    limits: tuple[str, ...]
    events: tuple[EventRule, ...]
    rungs: tuple[RungRule, ...]


@dataclass(frozen=True, slots=True)
class PartyRule:
    """Who answers for what, and which unit it is."""

    title: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """The rule book of one workflow."""

    name: str
    title: str
    basis: str
    begins: str
    parties: tuple[PartyRule, ...]
    ledgers: tuple[tuple[str, str, str], ...]
    sign_offs: tuple[tuple[str, str], ...]
    states: tuple[StateRule, ...]
    anytime: tuple[EventRule, ...]
    ends: tuple[str, ...]
    by_itself: tuple[str, ...]
    facts: tuple[str, ...]
    version: int
    since: str


@dataclass(frozen=True, slots=True)
class WorkflowLine:
    """One workflow to choose."""

    url: str
    title: str
    basis: str


@dataclass(frozen=True, slots=True)
class WorkflowsPage:
    """All workflows."""

    lines: tuple[WorkflowLine, ...]


def workflow_page(
    definition: Definition, version: int, names: Names, since: str = ""
) -> WorkflowPage:
    """The rule book of a definition; `since` is the day on which this version was published."""
    return WorkflowPage(
        name=definition.workflow,
        title=definition.title,
        basis=definition.basis,
        begins=_begins(definition),
        parties=tuple(
            PartyRule(party.title, tuple(_units(definition, name)))
            for name, party in definition.parties.items()
        ),
        ledgers=tuple(
            (
                ledger.title,
                definition.parties[ledger.kept_by].title,
                "、".join(definition.facts[fact].title for fact in ledger.facts),
            )
            for ledger in definition.ledgers.values()
        ),
        sign_offs=tuple(
            (side.title, definition.ledgers[side.stamps].title + _apart(definition, side))
            for side in definition.sign_offs.values()
        ),
        states=tuple(
            _state(definition, state, names)
            for state in definition.states.values()
            if not state.final
        ),
        anytime=tuple(_anytime(definition, wide) for wide in definition.anytime.values()),
        ends=tuple(state.title for state in definition.states.values() if state.final),
        by_itself=tuple(_by_itself(definition, names)),
        facts=tuple(_fact(fact) for fact in definition.facts.values()),
        version=version,
        since=since,
    )


def _by_itself(definition: Definition, names: Names) -> Iterator[str]:
    """What the system proposes without anybody's asking."""
    for proposal in definition.proposals.values():
        title = names.workflow(definition.children[proposal.open].workflow)
        yield f"{title}，理由：{proposal.because}"


_TYPES = {
    "text": "文字",
    "choice": "选择",
    "number": "数字",
    "integer": "整数",
    "date": "日期",
    "yes_no": "是或否",
    "table": "表格",
    "photos": "照片",
    "documents": "文件",
    "people": "人员",
    "sample": "随机抽取，不填写",
}


def _fact(fact: Fact) -> str:
    """One thing to fill in: what kind, what bounds, who may read it."""
    parts = [_TYPES[fact.type]]
    if fact.options:
        parts.append("、".join(fact.options))
    if fact.columns:
        parts.append("、".join(column.title for column in fact.columns.values()))
    unit = "字" if fact.type == "text" else ""
    parts += [f"至少 {fact.min:g} {unit}".strip()] if fact.min is not None else []
    parts += [f"至多 {fact.max:g} {unit}".strip()] if fact.max is not None else []
    parts += ["公示"] if fact.public else []
    parts += ["涉及个人，不公开"] if fact.personal else []
    return f"{fact.title}（{'；'.join(parts)}）"


def _apart(definition: Definition, side: SignOff) -> str:
    others = "、".join(definition.sign_offs[one].title for one in side.apart_from)
    return f"，与{others}不能是同一人、同一单位" if others else ""


def _begins(definition: Definition) -> str:
    ways = []
    if definition.periodic:
        days = "、".join(in_words(one.every, one.on) for one in definition.periodic)
        ways.append(f"{days}由系统发起")
    if definition.opening.by:
        ways.append(f"由{roles_in_words(definition, definition.opening.by)}发起")
    return "；".join(ways) or "由其他事项提起"


def _units(definition: Definition, name: str) -> Iterator[str]:
    party = definition.parties[name]
    if party.units:
        fact, _, column = party.units.partition(".")
        table = definition.facts[fact]
        yield f"列在“{table.title}”的“{table.columns[column].title}”栏中的各单位"
        return
    by = "由发起人指定" if definition.opening.by else "由提起它的事项或者日历确定"
    named = "可由发起人指定" if party.optional else by
    if party.among:
        yield f"{named}：{'、'.join(kind_in_words(selector) for selector in party.among)}"
    elif not party.table:
        yield named
    for selector, offices in party.table.items():
        start = definition.parties[party.of].title if party.of else ""
        higher = _higher(definition, name)
        found = [
            office_in_words(offices[0]),
            *(higher + office_in_words(one) for one in offices[1:]),
        ]
        yield f"{start}为{kind_in_words(selector)}的：{'，'.join(found)}"


def _higher(definition: Definition, name: str) -> str:
    """When it is a higher office of its row that sits in a party's seat."""
    if definition.parties[name].choice:
        return "发起时可以改为"
    opener = any(role.partition(".")[0] == name for role in definition.opening.by)
    events = (event for state in definition.states for _, event in events_in(definition, state))
    raised = any(name in event.raises for event in events)
    ways = [way for way, so in (("上一级发起的", opener), ("提级后", raised)) if so]
    return f"{'或者'.join(ways)}为" if ways else "上一级为"


def office_in_words(office: str) -> str:
    """An office as people call it: 州级督查机构."""
    level, _, function = office.partition(".")
    return LEVELS.get(level, "") + _OFFICES.get(function, "部门")


def _state(definition: Definition, state: State, names: Names) -> StateRule:
    ladder = definition.ladders[state.ladder] if state.ladder else ()
    return StateRule(
        title=state.title,
        turn=definition.parties[state.turn].title if state.turn else "",
        limits=tuple(limits_of(definition, state)),
        events=tuple(event_rule(definition, state, event) for event in state.events.values()),
        rungs=tuple(
            RungRule(rung.at.in_words(), rung_in_words(definition, rung, state, names))
            for rung in ladder
        ),
    )


def limits_of(definition: Definition, state: State) -> Iterator[str]:
    """The limits that a state may have, each once, with what decides between several."""
    yield from dict.fromkeys(
        _limit(definition, case) + _decided_by(definition, case.when) for case in state.limit or ()
    )


def _decided_by(definition: Definition, condition: str | None) -> str:
    """Which facts a condition looks at; the condition itself is the program's business."""
    words = dict.fromkeys(_WORD.findall(condition or ""))
    titles = [definition.facts[word].title for word in words if word in definition.facts]
    return f"（视{'、'.join(titles)}而定）" if titles else ""


def _limit(definition: Definition, case: LimitCase) -> str:
    if case.fact is not None:
        title = definition.facts[case.fact].title
        last = "的下一个节点" if definition.facts[case.fact].type == "table" else ""
        return f"限期至“{title}”{last}"
    words = f"限期 {case.term.in_words()}" if case.term else "限期"
    return f"{words}（自{definition.states[case.since].title}起）" if case.since else words


def _anytime(definition: Definition, wide: Wide) -> EventRule:
    rule = event_rule(definition, None, wide)
    states = "、".join(definition.states[state].title for state in wide.from_)
    return replace(rule, notes=(*rule.notes, f"可在这些环节办理：{states}"))


def event_rule(definition: Definition, state: State | None, event: Event) -> EventRule:
    """One event in words."""
    targets = dict.fromkeys(branch.state for branch in event.to)
    return EventRule(
        title=event.title,
        who=_who(definition, state, event),
        gives="、".join(definition.facts[fact].title for fact in event.needs),
        leads=_either([definition.states[target].title for target in targets]) or STAYS,
        notes=tuple(note for note in _notes(definition, event) if note != event.title),
    )


def _either(titles: Sequence[str]) -> str:
    """One of several: 甲、乙或丙."""
    return "或".join(filter(None, ("、".join(titles[:-1]), *titles[-1:])))


def _who(definition: Definition, state: State | None, event: Event) -> str:
    if event.at is not None:
        return f"系统，{event.at.in_words()}"
    if event.on is not None:
        return "关联事项到达相应环节时"
    return roles_in_words(definition, event.by, state)


def _notes(definition: Definition, event: Event) -> Iterator[str]:
    if event.signs:
        yield f"签字：{definition.sign_offs[event.signs].title}"
    if event.cosign:
        yield f"{event.cosign} 人会签"
    if event.at_most:
        yield f"至多 {event.at_most} 次"
    if event.draws:
        yield f"随机抽取“{definition.facts[event.draws].title}”，抽签过程留有记录"
    if event.otherwise:
        yield event.otherwise
    if event.voids:
        yield f"{'、'.join(definition.sign_offs[side].title for side in event.voids)}随之失效"
    yield from _branches(definition, event)
    if event.take_back:
        yield "可撤回"
    if event.clock:
        yield "中止计时" if event.clock == "stops" else "恢复计时"


def _branches(definition: Definition, event: Event) -> Iterator[str]:
    for branch in event.to:
        if decided := _decided_by(definition, branch.when):
            yield f"转入“{definition.states[branch.state].title}”{decided}"


def rung_in_words(definition: Definition, rung: Rung, state: State | None, names: Names) -> str:
    """What a rung does: whom it tells, what it opens, how it marks."""
    parts = []
    if rung.tell:
        parts.append(f"通知{roles_in_words(definition, rung.tell, state)}")
    if rung.open:
        titles = [names.workflow(definition.children[child].workflow) for child in rung.open]
        parts.append(f"提出{'、'.join(titles)}")
    if rung.mark:
        parts.append(f"标记“{definition.marks[rung.mark].title}”")
    return "；".join(parts)
