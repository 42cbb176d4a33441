"""What a workflow asks of each post, and what changed between two versions of its rules: both made
from the rule book's own sentences (`workflows.py`), so that nobody writes them twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from api.presenting.wording import role_in_words
from api.presenting.workflows import (
    STAYS,
    EventRule,
    StateRule,
    WorkflowPage,
    event_rule,
    limits_of,
)
from workflow.engine.definition import Definition, Event, State
from workflow.engine.flow import events_in


@dataclass(frozen=True, slots=True)
class Task:
    """One thing a post may have to do: where, by when, and the rule.

    `state` is empty for what several states have in common.
    """

    state: str
    limits: tuple[str, ...]
    rule: EventRule


@dataclass(frozen=True, slots=True)
class Part:
    """Everything one post does in a workflow."""

    title: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class HandbookPage:
    """办事指南: what each post does, for somebody who has it in hand without a network."""

    name: str
    title: str
    basis: str
    begins: str
    version: int
    since: str
    parts: tuple[Part, ...]


def parts_of(definition: Definition) -> tuple[Part, ...]:
    """The posts that act, in the order in which their turn comes, each with its tasks."""
    found: dict[str, dict[Task, None]] = {}
    for name, state in definition.states.items():
        for event_name, event in events_in(definition, name):
            task = _task(definition, state, event, wide=event_name in definition.anytime)
            for role in event.by:
                found.setdefault(role_in_words(definition, role, state), {})[task] = None
    return tuple(Part(title, tuple(tasks)) for title, tasks in found.items())


def _task(definition: Definition, state: State, event: Event, *, wide: bool) -> Task:
    """An event of a state, or one that several states share and that counts once."""
    if wide:
        return Task("", (), event_rule(definition, None, event))
    limits = tuple(limits_of(definition, state))
    return Task(state.title, limits, event_rule(definition, state, event))


# What changed


@dataclass(frozen=True, slots=True)
class Change:
    """What one section of the rules says now and did not say before, and the other way round."""

    section: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version: since when, and what it changed; `first` is the oldest."""

    number: int
    since: str
    changes: tuple[Change, ...]
    first: bool
    newest: bool


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """The versions of a workflow, the newest first."""

    name: str
    title: str
    versions: tuple[VersionLine, ...]


def changes_between(old: WorkflowPage, new: WorkflowPage) -> tuple[Change, ...]:
    """The sections in which two rule books differ, sentence by sentence."""
    before, after = dict(_sections(old)), dict(_sections(new))
    found = []
    for section in dict.fromkeys([*after, *before]):
        said, says = before.get(section, ()), after.get(section, ())
        added = tuple(one for one in says if one not in said)
        removed = tuple(one for one in said if one not in says)
        if added or removed:
            found.append(Change(section, added, removed))
    return tuple(found)


def _sections(page: WorkflowPage) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "总则", (f"名称：{page.title}", f"依据：{page.basis}", f"{page.begins}", *page.facts)
    yield "各方", tuple(f"{party.title}：{one}" for party in page.parties for one in party.units)
    yield "台账", tuple(f"{title}由{keeper}记账：{kept}" for title, keeper, kept in page.ledgers)
    yield "签字", tuple(f"{title}盖在{ledger}上" for title, ledger in page.sign_offs)
    for state in page.states:
        yield f"环节“{state.title}”", tuple(_of_state(state))
    yield "几个环节都可以办理的", tuple(map(_of_event, page.anytime))
    yield "办结的几种情况", page.ends


def _of_state(state: StateRule) -> Iterator[str]:
    if state.turn:
        yield f"由{state.turn}办理"
    if state.turn and not state.limits:
        yield "没有期限"
    yield from state.limits
    for event in state.events:
        yield _of_event(event)
    for rung in state.rungs:
        yield f"{rung.when}：{rung.follows}"


def _of_event(event: EventRule) -> str:
    gives = f"，须填{event.gives}" if event.gives else ""
    notes = f"（{'；'.join(event.notes)}）" if event.notes else ""
    leads = event.leads if event.leads == STAYS else f"转入{event.leads}"
    return f"{event.title}：{event.who}，{leads}{gives}{notes}"
