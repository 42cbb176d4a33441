"""One event on many cases: what can be chosen, its form, and what came of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.presenting.fields import Field, fields_of
from api.presenting.lists import LedgerLink, WorkItem, is_for
from workflow.engine.case import Actor
from workflow.engine.definition import FILE_TYPES, Definition, Event
from workflow.engine.machine import Compiled
from workflow.store.lists.queries import Row

Versions = Sequence[tuple[Compiled, str]]
"""Of each case the version of its workflow, and its state."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An event that the reader's post may do on these of the cases."""

    event: str
    title: str
    cases: tuple[int, ...]
    signs: bool


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One ticked case as of the row `seq` of its history; `told` is what came of it, `fits` whether
    the event exists there.
    """

    id: int
    seq: int
    item: WorkItem
    fits: bool
    done: bool
    told: str


@dataclass(frozen=True, slots=True)
class BulkPage:
    """批量办理: the ticked cases, what can be done with them, then its form, then the report.

    `asked` is how many were ticked, `done` how many of them were done; `undo` are the cases whose
    step may be taken back (撤回) by whoever did it, all with one form.
    """

    title: str
    workflow_title: str
    back: str
    address: str
    rows: tuple[BulkRow, ...]
    choices: tuple[Choice, ...]
    chosen: Choice | None
    fields: tuple[Field, ...]
    problem: str
    asked: int
    done: int
    reported: bool
    forms: tuple[LedgerLink, ...] = ()
    undo: tuple[int, ...] = ()
    undone: bool = False


def choices_of(versions: Versions, actor: Actor, rows: Sequence[Row]) -> tuple[Choice, ...]:
    """The events that a post of the actor may do on any of the cases, the most fitting first.

    What needs a file, or another unit, differs from case to case and is done on the case's page.
    """
    found: dict[str, list[tuple[int, Event]]] = {}
    for (compiled, state), row in zip(versions, rows, strict=True):
        for name, event in compiled.events[state].items():
            definition = compiled.definition
            if _is_alike(definition, event) and is_for(event, row, definition, actor):
                found.setdefault(name, []).append((row["id"], event))
    choices = [
        Choice(
            name,
            every[0][1].title,
            tuple(case for case, _ in every),
            any(event.signs for _, event in every),
        )
        for name, every in found.items()
    ]
    return tuple(sorted(choices, key=lambda one: -len(one.cases)))


def _is_alike(definition: Definition, event: Event) -> bool:
    needs_file = any(definition.facts[fact].type in FILE_TYPES for fact in event.needs)
    return not (needs_file or event.reassigns)


def form_of(versions: Versions, chosen: Choice, given: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of the event, for all cases the same; files are left to the case's page."""
    for compiled, state in versions:
        if event := compiled.events[state].get(chosen.event):
            facts = compiled.definition.facts
            may = [fact for fact in event.may if facts[fact].type not in FILE_TYPES]
            return fields_of(
                compiled.definition,
                chosen.event,
                needs=event.needs,
                may=may,
                given=given,
                problems={},
            )
    return ()
