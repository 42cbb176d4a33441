"""The processes that serve this database."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, text_column


class ProcessRow(SQLModel, table=True):
    """A web process or worker, seen every few seconds; it takes its row away when it ends in good
    order. `figures` is what it has counted since it began, as JSON.
    """

    __tablename__ = "process"

    name: str = Field(primary_key=True)
    kind: str
    pid: int = Field(sa_type=BIG)
    version: str
    started_at: datetime
    seen_at: datetime
    figures: str = text_column()
