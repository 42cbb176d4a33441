"""Long work that somebody asked for, and how far it has come."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, optional_text, text_column


class JobRow(SQLModel, table=True):
    """One piece of long work; `asked` says in JSON what for, `file` is the SHA-256 of what came of
    it.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'running', 'done', 'failed')", name="job_status"),
        CheckConstraint("(status = 'running') = (leased_until IS NOT NULL)", name="job_leased"),
        CheckConstraint(
            "(status IN ('done', 'failed')) = (ended_at IS NOT NULL)", name="job_ended"
        ),
        CheckConstraint("(file IS NULL) = (file_name IS NULL)", name="job_file"),
        CheckConstraint("done BETWEEN 0 AND total", name="job_rows"),
        Index("job_person", "person_id", "id"),
        Index("job_due", "status", "id"),
    )

    id: int | None = id_column()
    person_id: int = Field(foreign_key="person.id", sa_type=BIG)
    kind: str
    title: str
    asked: str = text_column()
    status: str = "waiting"
    done: int = Field(default=0, sa_type=BIG)
    total: int = Field(default=0, sa_type=BIG)
    attempts: int = 0
    asked_at: datetime
    leased_until: datetime | None = None
    ended_at: datetime | None = None
    detail: str | None = optional_text()
    file: str | None = None
    file_name: str | None = None
