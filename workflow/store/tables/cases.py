"""Cases, their history, signatures, timers, and who sees them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, text_column

CASE_MOVE = ["definition_id", "event", "from_state", "to_state"]
_BEHIND = ("calendar", "closed_at", "definition_id", "state", "due_at", "provisional")


class CaseRow(SQLModel, table=True):
    """A case: a cache of its history. `body` is what lists never filter by; `signed` is how many
    sign-offs of its cycle are in force, NULL for none.
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("workflow", "unit_id", "period"),
        UniqueConstraint("workflow", "cause", "level"),
        ForeignKeyConstraint(
            ["definition_id", "state"], ["definition_state.definition_id", "definition_state.state"]
        ),
        CheckConstraint("seq >= 1 AND entry BETWEEN 1 AND seq AND cycle >= 1", name="case_counts"),
        Index("case_parent", "parent_id", "child_name"),
        Index("case_state", "workflow", "state"),
        Index("cases_workflow_external_key", "workflow", "external", unique=True),
        Index("case_alike", "workflow", "likeness"),
        Index("case_unit", "unit_id"),
        Index("case_cycle", "cycle"),
        Index("case_backfill", "backfill_id"),
        Index("case_signed", "workflow", "signed"),
        Index("case_opened", "workflow", "opened_at"),
        Index("case_behind", *_BEHIND),
    )

    id: int | None = id_column()
    definition_id: int = Field(foreign_key="definition.id")
    workflow: str
    number: str
    headline: str = text_column()
    unit_id: int = Field(foreign_key="unit.id", sa_type=BIG)
    state: str
    cycle: int
    seq: int
    entry: int
    due_at: datetime | None = None
    provisional: bool = False
    calendar: int = 0
    opened_at: datetime
    closed_at: datetime | None = None
    period: int | None = None
    parent_id: int | None = Field(default=None, foreign_key="cases.id", sa_type=BIG)
    child_name: str | None = None
    cause: str | None = None
    level: int | None = None
    head: str
    body: str = text_column()
    external: str | None = None
    likeness: str | None = None
    backfill_id: int | None = Field(default=None, foreign_key="backfill.id", sa_type=BIG)
    stated: int | None = None
    signed: int | None = None


class HistoryRow(SQLModel, table=True):
    """What happened, row by row, append-only and hash-chained a case.

    People and units are ids without a foreign key: a key each would lock three rows a step for
    what can never change again; doctor looks for ids that lead nowhere.
    """

    __tablename__ = "history"
    __table_args__ = (
        ForeignKeyConstraint(CASE_MOVE, [f"definition_move.{column}" for column in CASE_MOVE]),
        CheckConstraint("actor IN ('person', 'clock', 'case')", name="history_actor"),
        Index("history_person", "person_id", "at"),
    )

    case_id: int = Field(primary_key=True, foreign_key="cases.id", sa_type=BIG)
    seq: int = Field(primary_key=True)
    definition_id: int
    event: str
    from_state: str
    to_state: str
    cycle: int
    actor: str
    person_id: int | None = Field(default=None, sa_type=BIG)
    holder_id: int | None = Field(default=None, sa_type=BIG)
    unit_id: int | None = Field(default=None, sa_type=BIG)
    at: datetime
    inputs: str = text_column()
    seen: str = text_column()
    effects: str = text_column()
    alg: str
    prev: str
    hash: str


class SignOffRow(SQLModel, table=True):
    """A sign-off; `live` is 1 while in force and NULL once voided."""

    __tablename__ = "sign_off"
    __table_args__ = (
        UniqueConstraint("case_id", "cycle", "side", "live"),
        UniqueConstraint("case_id", "cycle", "person_id", "live"),
        UniqueConstraint("case_id", "cycle", "unit_id", "live"),
        CheckConstraint("live = 1", name="sign_off_live"),
        Index("sign_off_voided", "voided_seq"),
    )

    case_id: int = Field(primary_key=True, foreign_key="cases.id", sa_type=BIG)
    seq: int = Field(primary_key=True)
    cycle: int
    side: str
    person_id: int = Field(foreign_key="person.id", sa_type=BIG)
    unit_id: int = Field(foreign_key="unit.id", sa_type=BIG)
    at: datetime
    live: int | None = 1
    voided_seq: int | None = None


class TimerRow(SQLModel, table=True):
    """A timer; `wake_at` is its instant while it waits and NULL once settled."""

    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("case_id", "entry", "name", "rung"),
        CheckConstraint(
            "status IN ('waiting', 'fired', 'cancelled', 'collapsed', 'failed')",
            name="timer_status",
        ),
        CheckConstraint("(status = 'waiting') = (wake_at IS NOT NULL)", name="timer_wakes"),
        CheckConstraint("(status = 'waiting') = (settled_at IS NULL)", name="timer_settled"),
        Index("timer_wake", "wake_at", "id"),
    )

    id: int | None = id_column()
    case_id: int = Field(foreign_key="cases.id", sa_type=BIG)
    entry: int
    name: str
    rung: int
    due_at: datetime
    derivation: str
    status: str = "waiting"
    wake_at: datetime | None = None
    settled_at: datetime | None = None
    seq: int | None = None
    moved: int = 0
    error: str | None = None


class RequestRow(SQLModel, table=True):
    """A client-made request id with its answer: a retry gets the first answer."""

    __tablename__ = "request"

    id: str = Field(primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BIG)
    digest: str
    answer: str = text_column()
    at: datetime


class CounterRow(SQLModel, table=True):
    """Serial numbers of cases, a workflow and year, without gaps."""

    __tablename__ = "counter"

    workflow: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    serial: int


_KIND = ("unit_id", "workflow", "closed")
_SOONEST = ("due_at", "case_id")


class ScopeRow(SQLModel, table=True):
    """Which units see a case; every list is a range of this table a unit (design, law 12), of the
    index that has what it is narrowed to before its order. So a row repeats workflow and state.

    `acts` are the roles of the unit whose work it is now, and the person it was handed to:
    `,#17,head,officer,`, or NULL for none. `named` lists in the same way those of the unit who see
    the case while it is confidential (`,,` is nobody); NULL is the whole unit. `about` is the unit
    that the case is about, `entered_at` when it came into its state. Indexes from which boards
    count have `named` at their end: nothing else is read to know who sees the case.
    """

    __tablename__ = "scope"
    __table_args__ = (
        Index("scope_list", *_KIND, *_SOONEST, "about", "named"),
        Index("scope_state", "unit_id", "workflow", "state", "closed", *_SOONEST, "about", "named"),
        Index("scope_work", "unit_id", "closed", "acts", *_SOONEST),
        Index("scope_about", *_KIND, "about", *_SOONEST, "named"),
        Index("scope_moved", *_KIND, "entered_at", "case_id", "about", "named"),
        Index("scope_opened", "unit_id", "workflow", "opened_at", "about", "named"),
        Index("scope_case", "case_id"),
    )

    unit_id: int = Field(primary_key=True, foreign_key="unit.id", sa_type=BIG)
    case_id: int = Field(primary_key=True, foreign_key="cases.id", sa_type=BIG)
    why: str
    closed: bool = False
    due_at: datetime
    acts: str | None = None
    named: str | None = None
    workflow: str
    state: str
    about: int = Field(sa_type=BIG)
    entered_at: datetime
    opened_at: datetime
