"""The audit log: who did what beside the work on cases, and where its strands end."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, text_column


class AuditRow(SQLModel, table=True):
    """One act, append-only and hash-chained a strand; people are ids without a foreign key, as in
    the history.
    """

    __tablename__ = "audit"
    __table_args__ = (
        CheckConstraint("outcome IN ('done', 'refused')", name="audit_outcome"),
        CheckConstraint("(subject IS NULL) = (subject_id IS NULL)", name="audit_subject"),
        Index("audit_at", "at", "strand", "seq"),
        Index("audit_person", "person_id", "at"),
    )

    strand: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: datetime
    kind: str
    outcome: str
    person_id: int | None = Field(default=None, sa_type=BIG)
    subject: str | None = None
    subject_id: int | None = Field(default=None, sa_type=BIG)
    data: str = text_column()
    address: str | None = None
    alg: str
    prev: str
    hash: str


class AuditHead(SQLModel, table=True):
    """The last row of a strand; rows up to `floor` may have been moved out."""

    __tablename__ = "audit_head"

    strand: int = Field(primary_key=True)
    seq: int
    hash: str
    floor: int
