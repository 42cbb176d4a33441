"""Everything a transaction decided, gathered as rows and written table by table in one go.

One firing and a sweep of a thousand timers go through the same door: `Writes.add` for each step,
`flush` once.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, insert, text, update

from workflow.engine.case import Case, World
from workflow.engine.decision import Step
from workflow.engine.definition import FILE_TYPES, Definition
from workflow.engine.likeness import likeness_of
from workflow.engine.machine import Compiled
from workflow.engine.pace import may_go_at
from workflow.store.casework.codec import case_body
from workflow.store.casework.journal import history_row
from workflow.store.casework.sight_rows import SightRows
from workflow.store.casework.timer_rows import TimerRows
from workflow.store.driver import bulk
from workflow.store.evidence.chain import ALGORITHMS
from workflow.store.meters import meters_of
from workflow.store.outgoing.addressing import Told, address
from workflow.store.plain import dumps
from workflow.store.tables.handles import (
    CASE,
    DOCUMENT,
    HISTORY,
    OUTBOX,
    REQUEST,
    SEALED,
    SIGN_OFF,
)

Row = dict[str, Any]

# made once: `bulk` keeps what it compiles by statement
_NEW_CASE, _HISTORY, _SIGN = insert(CASE), insert(HISTORY), insert(SIGN_OFF)
_OWE, _ANSWER = insert(OUTBOX), insert(REQUEST)
_ISSUE = insert(DOCUMENT)
_SEAL = insert(SEALED)

_GIVEN_ONCE = frozenset(
    {
        "id", "definition_id", "workflow", "number", "opened_at", "parent_id", "child_name",
        "backfill_id", "stated",
    }
)  # fmt: skip
"""What a case is from its first row on; any other column may follow a step."""
_UPDATED = [column.name for column in CASE.columns if column.name not in _GIVEN_ONCE]
_UPDATE_CASE = (
    update(CASE)
    .where(CASE.c.id == bindparam("at_id"))
    .values({name: bindparam(name) for name in _UPDATED})
)
_VOID = (
    update(SIGN_OFF)
    .where(
        SIGN_OFF.c.case_id == bindparam("at_case"),
        SIGN_OFF.c.side == bindparam("at_side"),
        SIGN_OFF.c.live == 1,
    )
    .values(live=None, voided_seq=bindparam("by_seq"))
)
_USE = text(
    "INSERT INTO attachment_use (attachment_id, case_id) VALUES (:attachment_id, :case_id)"
    " ON CONFLICT DO NOTHING"
)

Standing = tuple[Case, Definition, str]
"""A case as the last step left it, its definition, and the head of its history's chain."""


@dataclass
class Writes:
    """The rows of one transaction, in the order in which the tables can take them."""

    now: datetime
    algorithm: str = ALGORITHMS[0]
    due_at: datetime | None = None  # when the present step was due, where the clock takes it
    new_cases: dict[int, Standing] = field(default_factory=dict)
    cases: dict[int, Standing] = field(default_factory=dict)
    history: list[Row] = field(default_factory=list)
    voids: list[Row] = field(default_factory=list)
    sign_offs: list[Row] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)
    uses: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)
    sealed: list[Row] = field(default_factory=list)
    requests: list[Row] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.timers, self.sight = TimerRows(self.now), SightRows()

    def add(
        self,
        step: Step,
        before: Case | None,
        world: World,
        compiled: Compiled,
        inputs: Row,
        prev: str,
    ) -> str:
        """Take in one step; the hash of its history row, for the next step of the case."""
        case = step.case
        row = history_row(step, world, inputs, prev, self.algorithm)
        self.history.append(row)
        self._add_case(case, before, compiled.definition, row["hash"])
        self._add_signatures(step)
        self.timers.add(step, before)
        self.sight.add(step, before, world, compiled)
        self._add_uses(step, compiled.definition)
        for at, notice in enumerate(step.notices):
            may_go = partial(may_go_at, world.calendar, notice.urgency)
            goes_at, planned_at = may_go(self.now), may_go(self.due_at or self.now)
            insists = compiled.definition.insists
            self.told.append(Told(step, at, notice, goes_at, planned_at, world.calendar, insists))
        return str(row["hash"])

    def _add_case(self, case: Case, before: Case | None, definition: Definition, head: str) -> None:
        is_new = before is None or case.id in self.new_cases
        (self.new_cases if is_new else self.cases)[case.id] = case, definition, head

    def _add_signatures(self, step: Step) -> None:
        case = step.case
        for side in step.voided:
            self.voids.append({"at_case": case.id, "at_side": side, "by_seq": case.seq})
        if step.signed:
            given = case.cycle.signed[step.signed]
            self.sign_offs.append(
                {
                    "case_id": case.id,
                    "seq": case.seq,
                    "cycle": case.cycle.number,
                    "side": step.signed,
                    "person_id": given.person,
                    "unit_id": given.unit,
                    "at": step.now,
                    "live": 1,
                }
            )

    def _add_uses(self, step: Step, definition: Definition) -> None:
        for name, value in step.written.items():
            if definition.facts[name].type in FILE_TYPES:
                self.uses += [
                    {"attachment_id": one["id"], "case_id": step.case.id} for one in value
                ]
        self.uses += [{"attachment_id": id_, "case_id": step.case.id} for id_ in step.kept]

    def answer(
        self, request: str, person: int | None, digest: str, answer: list[dict[str, Any]]
    ) -> None:
        """Keep the answer to a request id."""
        self.requests.append(
            {
                "id": request,
                "person_id": person,
                "digest": digest,
                "answer": dumps(answer),
                "at": self.now,
            }
        )

    def flush(self, connection: Connection) -> None:
        """Write everything, a statement a table; nothing may follow in the unit of work."""
        self.outbox += address(connection, self.told, self.now)
        for actor, steps in Counter(row["actor"] for row in self.history).items():
            meters_of(connection).count("steps", steps, by=actor)
        bulk.send(connection, self._statements(), last=True)

    def _statements(self) -> Iterator[bulk.Batch]:
        yield _NEW_CASE, [case_row(*one) for one in self.new_cases.values()]
        yield _USE, self.uses
        yield _HISTORY, self.history
        yield _ISSUE, self.documents
        yield _SEAL, self.sealed
        yield _SIGN, self.sign_offs  # before the state that needs them
        yield _UPDATE_CASE, [case_row(*one) | {"at_id": id_} for id_, one in self.cases.items()]
        yield _VOID, self.voids  # after the state that needed them
        yield from self.timers.batches()
        yield from self.sight.batches()
        yield _OWE, self.outbox
        yield _ANSWER, self.requests


def case_row(case: Case, definition: Definition, head: str) -> Row:
    """A case as it stands, as a row."""
    series, state = definition.series, definition.states[case.state]
    row: Row = {
        "id": case.id,
        "definition_id": case.definition,
        "workflow": case.workflow,
        "number": case.number,
        "headline": str(case.facts.get(definition.headline, "")),
        "unit_id": case.unit,
        "state": case.state,
        "cycle": case.cycle.number,
        "seq": case.seq,
        "entry": case.entry,
        "due_at": case.due.at if case.due else None,
        "provisional": case.due is not None and case.due.provisional,
        "calendar": case.due.calendar if case.due else 0,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "period": case.period,
        "parent_id": case.parent,
        "child_name": case.child_name,
        "cause": None,
        "level": None,
        "external": None,
        "likeness": None,
        "head": head,
        "body": case_body(case),
        "backfill_id": case.backfill,
        "stated": len(case.stated) or None,
        "signed": len(case.cycle.signed) or None,
    }
    if definition.opening.external is not None:
        row["external"] = case.facts.get(definition.opening.external)
    if not state.void:
        row["likeness"] = likeness_of(definition, case.unit, case.facts)
    if series is not None:
        row["level"] = case.facts.get(series.level)
        row["cause"] = None if state.void else case.facts.get(series.cause)
    return row
