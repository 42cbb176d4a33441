"""Taking over an office's own ledger (补录): the rows of a file become cases, all or none; and a
file is undone as long as nobody has acted on one of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from workflow.engine.backfilling import Past, backfill_case, has_moved
from workflow.engine.calendar import Calendar, local_day
from workflow.engine.case import Actor, Case, Firing, Lineage, Stated, World
from workflow.engine.decision import Step
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotYourTurn, Refusal
from workflow.engine.machine import Compiled
from workflow.engine.opening import Request
from workflow.store.casework import attachments, backfills, cases
from workflow.store.sight.scope import units_of
from workflow.transaction import Transaction

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """The file that a ledger came in."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PastCase:
    """A row of such a file, read: whom and what it is about, where it stands, and since when."""

    row: int
    parties: Mapping[str, int]
    facts: Mapping[str, Any]
    state: str
    opened_on: date
    entered_on: date
    signed: Mapping[str, Stated] = field(default_factory=dict)

    def past(self, batch: int, file: str) -> Past:
        """What the history keeps of it."""
        return Past(batch, file, self.row, self.state, self.opened_on, self.entered_on, self.signed)

    def as_list(self) -> list[Any]:
        """The row as a request is told from another one."""
        return [dict(self.parties), dict(self.facts), self.past(0, "").as_dict()]


def tried(
    compiled: Compiled,
    row: PastCase,
    actor: Actor,
    calendar: Calendar,
    lineages: Mapping[int, Lineage],
    now: datetime,
) -> Step:
    """What a row would come to, with nothing written; raises a Refusal."""
    request = Request(1, "", row.parties, row.facts)
    return backfill_case(
        compiled, request, row.past(1, ""), actor, World(calendar, lineages=lineages), now
    )


def take_over(
    work: Transaction, workflow: str, file: LedgerFile, rows: Sequence[PastCase], actor: Actor
) -> list[Case]:
    """A case for each row; raises a Refusal that names the row."""
    compiled = work.catalog.newest(workflow)
    batch = backfills.begin(
        work.connection,
        workflow=workflow,
        file=file.name,
        sha256=file.sha256,
        lines=len(rows),
        person=actor.person or 0,
        unit=office_of(compiled, actor),
        now=work.now,
    )
    year = local_day(work.now).year
    ids = cases.take_case_ids(work.connection, len(rows))
    numbers = cases.take_numbers(work.connection, compiled.definition, year, len(rows))
    lineages = work.surroundings.lineages({unit for row in rows for unit in row.parties.values()})
    for case_id, number, row in zip(ids, numbers, rows, strict=True):
        own = {unit: lineages[unit] for unit in row.parties.values() if unit in lineages}
        alike = work.surroundings.alike(compiled, row.parties, row.facts)
        world = World(work.catalog.calendar, lineages=own, alike=alike)
        past = row.past(batch, file.name)
        try:
            facts = attachments.resolve(
                work.connection, compiled.definition, row.facts, actor.person, None
            )
            request = Request(case_id, number, row.parties, facts)
            decided = backfill_case(compiled, request, past, actor, world, work.now)
        except Refusal as refusal:
            raise InvalidInput(f"第 {row.row} 行：{refusal.sentence}", refusal.data) from refusal
        inputs = {"facts": decided.written, "named": row.parties, "number": request.number}
        work.take_in(decided, None, world, compiled, inputs | {"past": past.as_dict()})
    return [work.case(case_id) for case_id in ids]


def office_of(compiled: Compiled, actor: Actor) -> int:
    """The unit in whose name somebody takes over; raises NotYourTurn."""
    spec = compiled.definition.backfill
    roles = {role.partition(".")[2] for role in (spec.by if spec else ())}
    for post in actor.posts:
        if post.role in roles:
            return post.unit
    raise NotYourTurn(f"你的岗位不能补录“{compiled.definition.title}”")


def undo(work: Transaction, backfill: int, reason: str, actor: Actor) -> list[Case]:
    """Every case of a file leaves again; raises ConditionNotMet when somebody has acted on one."""
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise InvalidInput(f"请写明撤销补录的理由，至多 {LONGEST_REASON} 个字")
    found = backfills.one(work.connection, backfill, units_of(actor))
    if found.undone_at is not None:
        raise ConditionNotMet("这次补录已经撤销过了")
    taken = cases.lock_taken_over(work.connection, backfill)
    work.loaded |= taken
    if moved := [case.number for case, _ in taken.values() if has_moved(case)]:
        named = "、".join(moved[:3]) + ("等" if len(moved) > 3 else "")
        sentence = f"其中 {len(moved)} 件补录以后已经办理过（{named}），不能整批撤销；请逐件处理"
        raise ConditionNotMet(sentence, {"moved": len(moved)})
    for case_id in taken:
        work.fire(case_id, Firing("undo_backfill"), actor)
    backfills.end(work.connection, backfill, actor.person or 0, reason.strip(), work.now)
    return [work.case(case_id) for case_id in taken]
