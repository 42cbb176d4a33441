"""What is owed to people and what became of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, text_column


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

    id: int | None = id_column()
    key: str
    case_id: int | None = Field(default=None, foreign_key="cases.id", sa_type=BIG)
    seq: int | None = None
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BIG)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", sa_type=BIG)
    way: str
    urgency: str
    template: str
    variables: str = text_column()
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
    digest_id: int | None = Field(default=None, foreign_key="outbox.id", sa_type=BIG)


class MailboxRow(SQLModel, table=True):
    """The local mailbox: what would have gone out, for an installation without servers."""

    __tablename__ = "mailbox"
    __table_args__ = (UniqueConstraint("key", "way"),)

    id: int | None = id_column()
    key: str
    way: str
    to: str
    subject: str
    text: str = text_column()
    html: str | None = Field(default=None, sa_type=SqlText)
    at: datetime
