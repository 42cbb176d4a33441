"""What was exported so that a changed history shows."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, text_column


class CheckpointRow(SQLModel, table=True):
    """One exported checkpoint, as the file holds it; chained, append-only."""

    __tablename__ = "checkpoint"

    number: int = Field(primary_key=True)
    at: datetime
    cases: int
    history_rows: int
    hash: str
    body: str = text_column()


class CheckpointCase(SQLModel, table=True):
    """Up to which row a case's history stands in checkpoints: the next one goes on from there."""

    __tablename__ = "checkpoint_case"

    case_id: int = Field(primary_key=True, foreign_key="cases.id", sa_type=BIG)
    seq: int
