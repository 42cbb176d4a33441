"""Timers that a transaction sets, settles and moves, as rows.

Of a ladder only the next rung has a row (`workflow/ladder.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update

from workflow.engine.case import Case
from workflow.engine.decision import Step, Timer
from workflow.store.driver import bulk
from workflow.store.tables.handles import TIMER

Row = dict[str, Any]

# made once: `bulk` keeps what it compiles by statement
_SET = insert(TIMER)
_CANCEL = (
    update(TIMER)
    .where(
        TIMER.c.case_id == bindparam("at_case"),
        TIMER.c.status == "waiting",
        TIMER.c.entry < bindparam("at_entry"),
    )
    .values(status="cancelled", wake_at=None, settled_at=bindparam("now"))
)
_SETTLE = (
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
_MOVE = (
    update(TIMER)
    .where(TIMER.c.id == bindparam("at_id"))
    .values(wake_at=bindparam("later"), moved=TIMER.c.moved + 1, derivation=bindparam("why"))
)


@dataclass
class TimerRows:
    """The rows of one transaction; `ever` are all that its steps set, later rungs with them."""

    now: datetime
    cancels: list[Row] = field(default_factory=list)
    settles: list[Row] = field(default_factory=list)
    moves: list[Row] = field(default_factory=list)
    rungs: list[Row] = field(default_factory=list)
    left_out: list[Row] = field(default_factory=list)
    waiting: dict[int, list[Row]] = field(default_factory=dict)
    ever: list[Row] = field(default_factory=list)

    def add(self, step: Step, before: Case | None) -> None:
        """Those of a step: what the entry before had left is cancelled."""
        if step.timers is None:
            return
        case = step.case
        if before is not None:
            self.cancels.append({"at_case": case.id, "at_entry": case.entry, "now": self.now})
        # Of a ladder only the next rung has a row. An entry left within this flush sets none.
        rows = [timer_row(case, timer) for timer in step.timers]
        self.waiting[case.id] = list({row["name"]: row for row in reversed(rows)}.values())
        self.ever += rows

    def set_next(self, case: Case, timer: Timer) -> None:
        """The next rung of a ladder gets its row, for the one before has come due."""
        self.rungs.append(timer_row(case, timer))

    def leave_out(self, case: Case, timer: Timer, why: str) -> None:
        """A reminder of a ladder is over before it had a row: a later rung speaks for it."""
        gone = {"status": "collapsed", "wake_at": None, "settled_at": self.now, "error": why}
        self.left_out.append(timer_row(case, timer) | gone)

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

    def batches(self) -> Iterator[bulk.Batch]:
        """The statements, in the order in which the table can take them."""
        yield _SETTLE, self.settles  # first: the timer that fired is not one that was cancelled
        yield _MOVE, self.moves
        yield _SET, self.left_out
        yield _SET, self.rungs  # before: the step of another timer may have cancelled them
        yield _CANCEL, self.cancels
        yield _SET, [row for rows in self.waiting.values() for row in rows]


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
