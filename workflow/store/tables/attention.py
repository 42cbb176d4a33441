"""What people keep an eye on, each for themselves."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, text_column


class WatchRow(SQLModel, table=True):
    """Somebody watches a case (关注). It gives no right to see it, and nobody else is told."""

    __tablename__ = "watch"

    person_id: int = Field(primary_key=True, foreign_key="person.id", sa_type=BIG)
    case_id: int = Field(primary_key=True, foreign_key="cases.id", sa_type=BIG)
    at: datetime


class SavedViewRow(SQLModel, table=True):
    """A ledger under the filters somebody likes to see it under (我的视图), by its address."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("person_id", "title"),)

    id: int | None = id_column()
    person_id: int = Field(foreign_key="person.id", sa_type=BIG)
    title: str
    address: str = text_column()
    at: datetime
