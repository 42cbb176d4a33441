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
from workflow.engine.circles import circles
from workflow.engine.confidence import is_secret
from workflow.engine.decision import Step, Timer
from workflow.engine.definition import FILE_TYPES, Definition
from workflow.engine.likeness import likeness_of
from workflow.engine.machine import Compiled
from workflow.engine.pace import may_go_at
from workflow.engine.scene import Scene
from workflow.store.casework.codec import case_body
from workflow.store.casework.journal import history_row
from workflow.store.driver import bulk
from workflow.store.evidence.chain import ALGORITHMS
from workflow.store.meters import meters_of
from workflow.store.outgoing.addressing import Told, address
from workflow.store.plain import dumps
from workflow.store.sight.sights import ABOVE, NOBODY, Acting, acting_in, place_of, units_that_see
from workflow.store.tables.handles import (
    CASE,
    DOCUMENT,
    HISTORY,
    OUTBOX,
    REQUEST,
    SEALED,
    SIGN_OFF,
    TIMER,
)

Row = dict[str, Any]

# made once: `bulk` keeps what it compiles by statement
_NEW_CASE, _HISTORY, _SIGN = insert(CASE), insert(HISTORY), insert(SIGN_OFF)
_SET_TIMER, _OWE, _ANSWER = insert(TIMER), insert(OUTBOX), insert(REQUEST)
_ISSUE = insert(DOCUMENT)
_SEAL = insert(SEALED)

_UPDATED = (
    "state", "cycle", "seq", "entry", "headline", "unit_id", "due_at", "provisional", "calendar",
    "closed_at", "period", "cause", "likeness", "head", "body", "signed",
)  # fmt: skip
_UPDATE_CASE = (
    update(CASE)
    .where(CASE.c.id == bindparam("at_id"))
    .values({name: bindparam(name) for name in _UPDATED})
)
_CANCEL_TIMERS = (
    update(TIMER)
    .where(
        TIMER.c.case_id == bindparam("at_case"),
        TIMER.c.status == "waiting",
        TIMER.c.entry < bindparam("at_entry"),
    )
    .values(status="cancelled", wake_at=None, settled_at=bindparam("now"))
)
_SETTLE_TIMER = (
    update(TIMER)
    .where(TIMER.c.id == bindparam("at_id"), TIMER.c.status == "waiting")
    .values(
        status=bindparam("to_status"),
        wake_at=None,
        settled_at=bindparam("now"),
        seq=bindparam("by_seq"),
        error=bindparam("why"),
    )
)
_MOVE_TIMER = (
    update(TIMER)
    .where(TIMER.c.id == bindparam("at_id"))
    .values(wake_at=bindparam("later"), moved=TIMER.c.moved + 1, derivation=bindparam("why"))
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
_SEE = text(
    "INSERT INTO scope (unit_id, case_id, why, closed, due_at, workflow, state, about, entered_at,"
    " opened_at) VALUES (:unit_id, :case_id, :why, :closed, :due_at, :workflow, :state, :about,"
    " :entered_at, :opened_at) ON CONFLICT (unit_id, case_id)"
    " DO UPDATE SET why = excluded.why WHERE scope.why IN ('above', 'inherited')"
)
_UNSEE = text("DELETE FROM scope WHERE case_id = :case_id AND why = 'above'")
_INHERIT = text(
    "INSERT INTO scope"
    " (unit_id, case_id, why, closed, due_at, workflow, state, about, entered_at, opened_at, named)"
    " SELECT unit.successor_id, case_id, 'inherited', closed, due_at, workflow, state, about,"
    " entered_at, opened_at, named"
    " FROM scope JOIN unit ON unit.id = scope.unit_id"
    " WHERE case_id = :case_id AND unit.successor_id IS NOT NULL ON CONFLICT DO NOTHING"
)
_USE = text(
    "INSERT INTO attachment_use (attachment_id, case_id) VALUES (:attachment_id, :case_id)"
    " ON CONFLICT DO NOTHING"
)
_PLACE = text(
    "UPDATE scope SET due_at = :due_at, closed = :closed, state = :state, about = :about,"
    " entered_at = :entered_at,"
    " acts = CASE unit_id WHEN :unit_id THEN :acts END,"
    " named = CASE unit_id WHEN :unit_id THEN :named ELSE :others END WHERE case_id = :case_id"
)
_ACT = text(
    "UPDATE scope SET acts = :acts, named = :named WHERE case_id = :case_id AND unit_id = :unit_id"
)


@dataclass
class Writes:
    """The rows of one transaction, in the order in which the tables can take them."""

    now: datetime
    algorithm: str = ALGORITHMS[0]
    due_at: datetime | None = None  # when the present step was due, where the clock takes it
    new_cases: dict[int, Row] = field(default_factory=dict)
    cases: dict[int, Row] = field(default_factory=dict)
    history: list[Row] = field(default_factory=list)
    voids: list[Row] = field(default_factory=list)
    sign_offs: list[Row] = field(default_factory=list)
    cancels: list[Row] = field(default_factory=list)
    settles: list[Row] = field(default_factory=list)
    moves: list[Row] = field(default_factory=list)
    rungs: list[Row] = field(default_factory=list)
    left_out: list[Row] = field(default_factory=list)
    timers: dict[int, list[Row]] = field(default_factory=dict)
    timers_ever: list[Row] = field(default_factory=list)
    sights: list[Row] = field(default_factory=list)
    moved: list[Row] = field(default_factory=list)
    inherited: list[Row] = field(default_factory=list)
    places: dict[int, Row] = field(default_factory=dict)
    acted: dict[int, dict[int, Acting]] = field(default_factory=dict)
    acting: dict[int, dict[int, Acting]] = field(default_factory=dict)
    outbox: list[Row] = field(default_factory=list)
    uses: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)
    sealed: list[Row] = field(default_factory=list)
    requests: list[Row] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

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
        self._add_timers(step, before)
        if step.firing.event == "reorganise":
            self._forget_above(case.id)
            before = None  # who sees it is found anew
        self._add_sights(case, before, world, compiled, step.now)
        self._add_uses(step, compiled.definition)
        for at, notice in enumerate(step.notices):
            may_go = partial(may_go_at, world.calendar, notice.urgency)
            goes_at, planned_at = may_go(self.now), may_go(self.due_at or self.now)
            insists = compiled.definition.insists
            self.told.append(Told(step, at, notice, goes_at, planned_at, world.calendar, insists))
        return str(row["hash"])

    def _add_case(self, case: Case, before: Case | None, definition: Definition, head: str) -> None:
        row = _case_row(case, definition, head)
        if before is None or case.id in self.new_cases:
            first = self.new_cases.get(case.id, {})
            self.new_cases[case.id] = first | row | {"id": case.id}
        else:
            self.cases[case.id] = row | {"at_id": case.id}

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

    def _add_timers(self, step: Step, before: Case | None) -> None:
        if step.timers is None:
            return
        case = step.case
        if before is not None:
            self.cancels.append({"at_case": case.id, "at_entry": case.entry, "now": self.now})
        # Of a ladder only the next rung has a row. An entry left within this flush sets none.
        rows = [timer_row(case, timer) for timer in step.timers]
        self.timers[case.id] = list({row["name"]: row for row in reversed(rows)}.values())
        self.timers_ever += rows

    def set_next(self, case: Case, timer: Timer) -> None:
        """The next rung of a ladder gets its row, for the one before has come due."""
        self.rungs.append(timer_row(case, timer))

    def leave_out(self, case: Case, timer: Timer, why: str) -> None:
        """A reminder of a ladder is over before it had a row: a later rung speaks for it."""
        gone = {"status": "collapsed", "wake_at": None, "settled_at": self.now, "error": why}
        self.left_out.append(timer_row(case, timer) | gone)

    def _add_sights(
        self, case: Case, before: Case | None, world: World, compiled: Compiled, now: datetime
    ) -> None:
        place = place_of(case)
        definition = compiled.definition
        if before is None or _sides(before, definition) != _sides(case, definition):
            for unit, why in units_that_see(case, world, definition):
                sight = {"unit_id": unit, "case_id": case.id, "why": why}
                self.sights.append(sight | {"workflow": case.workflow, **place})
        scene, acted = Scene(compiled, case, world, now), {}
        others = NOBODY if is_secret(scene) else None
        confidential = compiled.definition.confidential is not None
        if before is None or confidential or place_of(before) != place:
            self.places[case.id] = {"case_id": case.id, "others": others, **place}
        else:
            acted = acting_in(scene.at(before), None)
        self.acted.setdefault(case.id, acted)
        self.acting[case.id] = acting_in(scene, others)

    def _forget_above(self, case: int) -> None:
        """Whoever only stood above a party may do so no more; who had a part in it has."""
        self.moved.append({"case_id": case})
        self.sights = [row for row in self.sights if (row["case_id"], row["why"]) != (case, ABOVE)]

    def inherit(self, case: int) -> None:
        """Whoever took over from a unit sees what that unit saw."""
        self.inherited.append({"case_id": case})

    def _add_uses(self, step: Step, definition: Definition) -> None:
        for name, value in step.written.items():
            if definition.facts[name].type in FILE_TYPES:
                self.uses += [
                    {"attachment_id": one["id"], "case_id": step.case.id} for one in value
                ]
        self.uses += [{"attachment_id": id_, "case_id": step.case.id} for id_ in step.kept]

    def settle(
        self, timer: int, status: str, *, seq: int | None = None, why: str | None = None
    ) -> None:
        """A timer has fired, was collapsed into a later one, or failed."""
        self.settles.append(
            {"at_id": timer, "to_status": status, "now": self.now, "by_seq": seq, "why": why}
        )

    def move(self, timer: int, later: datetime, why: str) -> None:
        """A timer waits on: its warning has not been out for long enough."""
        self.moves.append({"at_id": timer, "later": later, "why": why})

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
        yield _NEW_CASE, list(self.new_cases.values())
        yield _USE, self.uses
        yield _HISTORY, self.history
        yield _ISSUE, self.documents
        yield _SEAL, self.sealed
        yield _SIGN, self.sign_offs  # before the state that needs them
        yield _UPDATE_CASE, list(self.cases.values())
        yield _VOID, self.voids  # after the state that needed them
        yield (
            _SETTLE_TIMER,
            self.settles,
        )  # first: the timer that fired is not one that was cancelled
        yield _MOVE_TIMER, self.moves
        yield _SET_TIMER, self.left_out
        yield _SET_TIMER, self.rungs  # before: the step of another timer may have cancelled them
        yield _CANCEL_TIMERS, self.cancels
        yield _SET_TIMER, [row for rows in self.timers.values() for row in rows]
        yield _UNSEE, self.moved
        yield _SEE, self.sights
        yield _INHERIT, self.inherited  # last: a party sees by its own right
        yield _PLACE, list(self._placed())
        yield _ACT, list(self._acts())
        yield _OWE, self.outbox
        yield _ANSWER, self.requests

    def _placed(self) -> Iterator[Row]:
        """Cases whose place in the lists changed, with the first of the units that can act."""
        for case, place in self.places.items():
            unit, (acts, named) = next(iter(self.acting[case].items()), (None, (None, None)))
            yield {**place, "unit_id": unit, "acts": acts, "named": named}

    def _acts(self) -> Iterator[Row]:
        """Units that can act now or no longer, where `_placed` does not say it."""
        for case, acting in self.acting.items():
            was = self.acted[case]
            changed = [unit for unit in {**was, **acting} if acting.get(unit) != was.get(unit)]
            for unit in list(acting)[1:] if case in self.places else changed:
                acts, named = acting.get(unit, (None, None))
                yield {"case_id": case, "unit_id": unit, "acts": acts, "named": named}


def _sides(case: Case, definition: Definition) -> tuple[Any, ...]:
    """Who has a part in a case: its parties, and those of several units."""
    return case.parties, circles(definition, case.facts)


def _case_row(case: Case, definition: Definition, head: str) -> Row:
    series, state = definition.series, definition.states[case.state]
    row: Row = {
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


def timer_row(case: Case, timer: Timer) -> Row:
    """A timer that waits, as a row."""
    return {
        "case_id": case.id,
        "entry": case.entry,
        "name": timer.name,
        "rung": timer.rung,
        "due_at": timer.at,
        "wake_at": timer.at,
        "derivation": timer.derivation,
        "status": "waiting",
        "moved": 0,
    }
