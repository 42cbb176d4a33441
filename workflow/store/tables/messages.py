"""What is owed to people and what became of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, text_column


class OutboxRow(SQLModel, table=True):
    """A message owed to one person by one way; `wake_at` is when it may go, NULL once settled.

    `planned_at` is when it was to go at first, had the clock been looked after in time; None where
    that is not known. `put_off_since` is since when it waits for others than its person: a provider
    that did not take it, or a day that had enough. `lost` is 1 once it was given up, by which such
    ones are found, and NULL otherwise.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint(
            "status IN ('waiting', 'leased', 'sent', 'folded', 'dead', 'cancelled')",
            name="outbox_status",
        ),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="outbox_sent"),
        CheckConstraint("attempts BETWEEN 0 AND 20", name="outbox_attempts"),
        Index("outbox_wake", "urgency", "wake_at", "id"),
        Index("outbox_person", "person_id", "id"),
        Index("outbox_case", "case_id", "seq"),
        Index("outbox_sent", "sent_at"),
        Index("outbox_lost", "lost"),
        Index("outbox_digest", "digest_id"),
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
    put_off_since: datetime | None = None
    planned_at: datetime | None = None
    lost: int | None = None


class ReadingRow(SQLModel, table=True):
    """A message whose person has opened it here, in the inbox or on its case's page."""

    __tablename__ = "message_reading"

    outbox_id: int = Field(foreign_key="outbox.id", primary_key=True, sa_type=BIG)
    at: datetime


class ReplacementRow(SQLModel, table=True):
    """A message that stands in for another one, and why; nothing is replaced twice."""

    __tablename__ = "replacement"
    __table_args__ = (
        UniqueConstraint("replaces_id"),
        CheckConstraint(
            "why IN ('failed', 'undelivered', 'unread', 'resent')", name="replacement_why"
        ),
        CheckConstraint("replaces_id <> outbox_id", name="replacement_other"),
    )

    outbox_id: int = Field(foreign_key="outbox.id", primary_key=True, sa_type=BIG)
    replaces_id: int = Field(foreign_key="outbox.id", sa_type=BIG)
    why: str
    at: datetime


class HandoverRow(SQLModel, table=True):
    """One part of a message as a provider took it over; written once.

    `provider_id` is the name under which later reports speak of it, `address_hash` tells whether
    the person's address is still the one it went to; it is blanked when the person is erased, for
    whoever tries all telephone numbers finds the one.
    """

    __tablename__ = "handover"
    __table_args__ = (
        UniqueConstraint("outbox_id", "attempt", "part"),
        CheckConstraint("part BETWEEN 1 AND parts", name="handover_part"),
        Index("handover_provider", "way", "provider_id"),
    )

    id: int | None = id_column()
    outbox_id: int = Field(foreign_key="outbox.id", sa_type=BIG)
    attempt: int
    part: int
    parts: int
    way: str
    provider_id: str
    address_hash: str | None
    at: datetime


class DeliveryReportRow(SQLModel, table=True):
    """What a provider said later of what it had taken over: a receipt, a bounce; written once.

    It may come before the handover is committed, and for messages that are not ours: whom it is
    about is found by `provider_id` when it is read. `key` makes a repeated one the same.
    """

    __tablename__ = "delivery_report"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("fate IN ('delivered', 'undelivered', 'delayed')", name="report_fate"),
        Index("report_provider", "way", "provider_id"),
        Index("report_seen", "seen_at"),
        Index("report_fate", "fate"),
    )

    id: int | None = id_column()
    key: str
    way: str
    provider_id: str
    fate: str
    code: str | None = None
    detail: str = text_column()
    address_is_bad: bool = False
    happened_at: datetime | None = None
    seen_at: datetime


class BadAddressRow(SQLModel, table=True):
    """An address that a provider said does not exist, until it is changed or cleared."""

    __tablename__ = "bad_address"

    person_id: int = Field(foreign_key="person.id", primary_key=True, sa_type=BIG)
    way: str = Field(primary_key=True)
    address_hash: str
    reason: str = text_column()
    since: datetime
    cleared_at: datetime | None = None


class PreferenceRow(SQLModel, table=True):
    """What somebody chose about messages: the only way for a kind (NULL: as the definition says),
    and between which hours of a working day. Reminders that are late, letters and whatever the
    definition insists on have no column: nobody can switch them off.
    """

    __tablename__ = "preference"
    __table_args__ = (
        CheckConstraint(
            "task IN ('email', 'sms', 'chat') AND reminder IN ('email', 'sms', 'chat')"
            " AND told IN ('email', 'sms', 'chat', 'in_app')",
            name="preference_ways",
        ),
        CheckConstraint(
            "begins BETWEEN 8 AND 12 AND ends BETWEEN 14 AND 20", name="preference_hours"
        ),
    )

    person_id: int = Field(foreign_key="person.id", primary_key=True, sa_type=BIG)
    task: str | None = None
    reminder: str | None = None
    told: str | None = None
    begins: int
    ends: int


class SendingRow(SQLModel, table=True):
    """How far sending has come, one row, and whether it is held: since when, why, and until when
    messages may have gone out that this database does not know to have gone.
    """

    __tablename__ = "sending"
    __table_args__ = (
        CheckConstraint("id = 1", name="sending_one"),
        CheckConstraint(
            "(held_since IS NULL) = (held_because IS NULL)"
            " AND (held_since IS NULL) = (sent_until IS NULL)",
            name="sending_held",
        ),
        CheckConstraint(
            "held_because IN ('restored', 'new_place', 'asked')", name="sending_because"
        ),
    )

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int
    at: datetime
    held_since: datetime | None = None
    held_because: str | None = None
    sent_until: datetime | None = None


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
