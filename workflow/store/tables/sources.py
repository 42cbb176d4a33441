"""Other systems that send cases through the signed door: who they are, their keys, their calls."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, text_column


class SourceRow(SQLModel, table=True):
    """Another system; what it sends is opened in the name of whoever holds the post."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("name"),)

    id: int | None = id_column()
    name: str
    title: str
    workflow: str
    post_id: int = Field(foreign_key="post.id", sa_type=BIG)
    created_at: datetime
    closed_at: datetime | None = None


class SourceKeyRow(SQLModel, table=True):
    """A key of a source, sealed; `until` is set when another one takes its place."""

    __tablename__ = "source_key"
    __table_args__ = (
        Index("source_key_source", "source_id"),
        CheckConstraint("secret LIKE 'sealed1:%'", name="source_key_sealed"),
    )

    id: int | None = id_column()
    source_id: int = Field(foreign_key="source.id", sa_type=BIG)
    secret: str = text_column()
    created_at: datetime
    until: datetime | None = None


class SourceCallRow(SQLModel, table=True):
    """A call that was answered: the same call sent again gets the same answer."""

    __tablename__ = "source_call"
    __table_args__ = (Index("source_call_at", "source_id", "at"),)

    source_id: int = Field(primary_key=True, foreign_key="source.id", sa_type=BIG)
    call: str = Field(primary_key=True)
    digest: str
    answer: str = text_column()
    at: datetime
