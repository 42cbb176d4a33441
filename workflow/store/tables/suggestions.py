"""What people say of the work itself: the box for complaints and suggestions (意见箱)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import Text as SqlText
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, text_column


class SuggestionRow(SQLModel, table=True):
    """One complaint or suggestion; without a person it was put in unsigned."""

    __tablename__ = "suggestion"
    __table_args__ = (
        CheckConstraint("kind IN ('complaint', 'suggestion', 'burden')", name="suggestion_kind"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="suggestion_answer"),
        Index("suggestion_person", "person_id", "id"),
    )

    id: int | None = id_column()
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BIG)
    kind: str
    text: str = text_column()
    at: datetime
    answer: str | None = Field(default=None, sa_type=SqlText)
    answered_at: datetime | None = None
    answered_by: int | None = Field(default=None, foreign_key="person.id", sa_type=BIG)
