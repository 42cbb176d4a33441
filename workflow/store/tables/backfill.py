"""Files of an office's own ledger that were taken over (补录), and how their columns were read."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, text_column


class BackfillRow(SQLModel, table=True):
    """A file whose rows became cases; `live` is 1 until it is undone, so that the same file cannot
    stand twice.
    """

    __tablename__ = "backfill"
    __table_args__ = (
        UniqueConstraint("workflow", "sha256", "live"),
        CheckConstraint("live = 1", name="backfill_live"),
        CheckConstraint("(live IS NULL) = (undone_at IS NOT NULL)", name="backfill_undone"),
    )

    id: int | None = id_column()
    workflow: str
    file: str
    sha256: str
    lines: int
    person_id: int = Field(foreign_key="person.id", sa_type=BIG)
    unit_id: int = Field(foreign_key="unit.id", sa_type=BIG)
    at: datetime
    live: int | None = 1
    undone_at: datetime | None = None
    undone_by: int | None = Field(default=None, foreign_key="person.id", sa_type=BIG)
    reason: str | None = None


class ColumnReadingRow(SQLModel, table=True):
    """How somebody read the columns of a ledger, kept under a name for the next file."""

    __tablename__ = "column_reading"
    __table_args__ = (UniqueConstraint("person_id", "workflow", "name"),)

    id: int | None = id_column()
    person_id: int = Field(foreign_key="person.id", sa_type=BIG)
    workflow: str
    name: str
    body: str = text_column()
    at: datetime
