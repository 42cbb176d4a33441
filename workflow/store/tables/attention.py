"""What people keep an eye on, each for themselves."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG


class WatchRow(SQLModel, table=True):
    """Somebody watches a case (关注). It gives no right to see it, and nobody else is told."""

    __tablename__ = "watch"

    person_id: int = Field(primary_key=True, foreign_key="person.id", sa_type=BIG)
    case_id: int = Field(primary_key=True, foreign_key="cases.id", sa_type=BIG)
    at: datetime
