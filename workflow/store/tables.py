"""The tables, as SQLModel classes; the hot paths use Core statements on the same tables.

Portable to SQLite and PostgreSQL and meant to stay so (openGauss, 达梦): no vendor JSON functions,
no partial indexes, short lower-case names, NULL instead of ''. A rule that holds for live rows
only has a nullable key column under a plain unique index. Rules that need a trigger are in
`rules.py`.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy import Text as SqlText
from sqlmodel import Field, SQLModel

_BIG = BigInteger().with_variant(Integer, "sqlite")
_CASE_MOVE = ["definition_id", "event", "from_state", "to_state"]


def _id() -> int | None:
    return Field(default=None, primary_key=True, sa_type=_BIG)  # type: ignore[no-any-return]


def _text() -> str:
    return Field(sa_type=SqlText)  # type: ignore[no-any-return]


# Definitions


class DefinitionRow(SQLModel, table=True):
    """One published version of a workflow; never changed."""

    __tablename__ = "definition"
    __table_args__ = (
        UniqueConstraint("workflow", "version"),
        UniqueConstraint("workflow", "sha256"),
    )

    id: int | None = _id()
    workflow: str
    version: int
    sha256: str
    body: str = _text()
    published_at: datetime


class DefinitionState(SQLModel, table=True):
    """The states of a version; `signatures` is how many sign-offs in force a case needs to be
    there.
    """

    __tablename__ = "definition_state"

    definition_id: int = Field(primary_key=True, foreign_key="definition.id")
    state: str = Field(primary_key=True)
    signatures: int
    final: bool


class DefinitionMove(SQLModel, table=True):
    """The moves a version allows; history can hold no other."""

    __tablename__ = "definition_move"

    definition_id: int = Field(primary_key=True, foreign_key="definition.id")
    event: str = Field(primary_key=True)
    from_state: str = Field(primary_key=True)
    to_state: str = Field(primary_key=True)


class CalendarNotice(SQLModel, table=True):
    """A year's holiday notice as entered; every row is one more version of the calendar."""

    __tablename__ = "calendar_notice"

    version: int | None = _id()
    year: int
    body: str = _text()
    entered_at: datetime
    entered_by: int | None = Field(default=None, foreign_key="person.id", sa_type=_BIG)


# Organisation


class UnitRow(SQLModel, table=True):
    """A unit in the tree; `path` is /1/2/ with its own id last."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("path"),
        CheckConstraint("path LIKE '/%/'", name="unit_path"),
        CheckConstraint("kind IN ('government', 'department')", name="unit_kind"),
    )

    id: int | None = _id()
    code: str
    name: str
    short_name: str
    level: str
    kind: str
    function: str
    parent_id: int | None = Field(default=None, foreign_key="unit.id", sa_type=_BIG, index=True)
    path: str
    class_: str | None = None
    reports: bool = False
    assessed_with: str | None = None


class PersonRow(SQLModel, table=True):
    """The one table with names, phones and addresses; everything else holds ids."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("username"),)

    id: int | None = _id()
    username: str
    name: str
    phone: str | None = None
    email: str | None = None
    password_hash: str | None = None
    disabled_at: datetime | None = None


class PostRow(SQLModel, table=True):
    """A post (岗位) in a unit; duties follow it, not the person."""

    __tablename__ = "post"
    __table_args__ = (Index("post_unit_role", "unit_id", "role"),)

    id: int | None = _id()
    unit_id: int = Field(foreign_key="unit.id", sa_type=_BIG)
    role: str
    title: str


class HoldingRow(SQLModel, table=True):
    """Who holds a post, or stands in for its holder, from when until when."""

    __tablename__ = "holding"
    __table_args__ = (CheckConstraint("kind IN ('holder', 'substitute')", name="holding_kind"),)

    id: int | None = _id()
    post_id: int = Field(foreign_key="post.id", sa_type=_BIG, index=True)
    person_id: int = Field(foreign_key="person.id", sa_type=_BIG, index=True)
    kind: str = "holder"
    begins_at: datetime
    ends_at: datetime | None = None
    reason: str | None = None


class SessionRow(SQLModel, table=True):
    """A signed-in browser; the cookie's hash, never the cookie."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", sa_type=_BIG, index=True)
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class TokenRow(SQLModel, table=True):
    """A token for REST, held for a person."""

    __tablename__ = "api_token"

    token_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", sa_type=_BIG, index=True)
    name: str
    created_at: datetime
    expires_at: datetime


class SignInFailure(SQLModel, table=True):
    """Failed sign-ins by account and by address, for throttling."""

    __tablename__ = "sign_in_failure"

    key: str = Field(primary_key=True)
    failures: int
    last_at: datetime


# Cases


class CaseRow(SQLModel, table=True):
    """A case: a cache of its history. `body` is what lists never filter by."""

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
    )

    id: int | None = _id()
    definition_id: int = Field(foreign_key="definition.id")
    workflow: str
    number: str
    headline: str = _text()
    unit_id: int = Field(foreign_key="unit.id", sa_type=_BIG)
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
    parent_id: int | None = Field(default=None, foreign_key="cases.id", sa_type=_BIG)
    child_name: str | None = None
    cause: str | None = None
    level: int | None = None
    head: str
    body: str = _text()


class HistoryRow(SQLModel, table=True):
    """What happened, row by row, append-only and hash-chained a case."""

    __tablename__ = "history"
    __table_args__ = (
        ForeignKeyConstraint(_CASE_MOVE, [f"definition_move.{column}" for column in _CASE_MOVE]),
        CheckConstraint("actor IN ('person', 'clock', 'case')", name="history_actor"),
    )

    case_id: int = Field(primary_key=True, foreign_key="cases.id", sa_type=_BIG)
    seq: int = Field(primary_key=True)
    definition_id: int
    event: str
    from_state: str
    to_state: str
    cycle: int
    actor: str
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=_BIG)
    holder_id: int | None = Field(default=None, foreign_key="person.id", sa_type=_BIG)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", sa_type=_BIG)
    at: datetime
    inputs: str = _text()
    seen: str = _text()
    effects: str = _text()
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
    )

    case_id: int = Field(primary_key=True, foreign_key="cases.id", sa_type=_BIG)
    seq: int = Field(primary_key=True)
    cycle: int
    side: str
    person_id: int = Field(foreign_key="person.id", sa_type=_BIG)
    unit_id: int = Field(foreign_key="unit.id", sa_type=_BIG)
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

    id: int | None = _id()
    case_id: int = Field(foreign_key="cases.id", sa_type=_BIG)
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
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=_BIG)
    digest: str
    answer: str = _text()
    at: datetime


class CounterRow(SQLModel, table=True):
    """Serial numbers of cases, a workflow and year, without gaps."""

    __tablename__ = "counter"

    workflow: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    serial: int


class ScopeRow(SQLModel, table=True):
    """Which units see a case; every list is one range of this table (design, law 12).

    `acts` are the roles of the unit that can act on it now: `,head,officer,`, or NULL for none.
    """

    __tablename__ = "scope"
    __table_args__ = (Index("scope_list", "unit_id", "closed", "due_at", "case_id"),)

    unit_id: int = Field(primary_key=True, foreign_key="unit.id", sa_type=_BIG)
    case_id: int = Field(primary_key=True, foreign_key="cases.id", sa_type=_BIG)
    why: str
    closed: bool = False
    due_at: datetime
    acts: str | None = None


# Messages


class OutboxRow(SQLModel, table=True):
    """A message owed to one person by one way; `wake_at` is when it may go, NULL once settled."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint(
            "status IN ('waiting', 'leased', 'sent', 'folded', 'dead', 'cancelled')",
            name="outbox_status",
        ),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="outbox_sent"),
        CheckConstraint("attempts BETWEEN 0 AND 20", name="outbox_attempts"),
        Index("outbox_wake", "wake_at", "id"),
        Index("outbox_person", "person_id", "id"),
        Index("outbox_case", "case_id", "seq"),
    )

    id: int | None = _id()
    key: str
    case_id: int | None = Field(default=None, foreign_key="cases.id", sa_type=_BIG)
    seq: int | None = None
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=_BIG)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", sa_type=_BIG)
    way: str
    urgency: str
    template: str
    variables: str = _text()
    status: str = "waiting"
    wake_at: datetime | None = None
    attempts: int = 0
    leased_until: datetime | None = None
    created_at: datetime
    sent_at: datetime | None = None
    text: str | None = Field(default=None, sa_type=SqlText)
    parts: int | None = None
    outcome: str | None = None
    detail: str | None = Field(default=None, sa_type=SqlText)
    provider_id: str | None = None
    digest_id: int | None = Field(default=None, foreign_key="outbox.id", sa_type=_BIG)


class MailboxRow(SQLModel, table=True):
    """The local mailbox: what would have gone out, for an installation without servers."""

    __tablename__ = "mailbox"
    __table_args__ = (UniqueConstraint("key", "way"),)

    id: int | None = _id()
    key: str
    way: str
    to: str
    subject: str
    text: str = _text()
    html: str | None = Field(default=None, sa_type=SqlText)
    at: datetime


metadata = SQLModel.metadata
