"""Units, posts and people."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column


class UnitRow(SQLModel, table=True):
    """A unit in the tree; `path` is /1/2/ with its own id last."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("path"),
        CheckConstraint("path LIKE '/%/'", name="unit_path"),
        CheckConstraint("kind IN ('government', 'department')", name="unit_kind"),
    )

    id: int | None = id_column()
    code: str
    name: str
    short_name: str
    level: str
    kind: str
    function: str
    parent_id: int | None = Field(default=None, foreign_key="unit.id", sa_type=BIG, index=True)
    path: str
    class_: str | None = None
    reports: bool = False
    assessed_with: str | None = None


class PersonRow(SQLModel, table=True):
    """The one table with names, phones and addresses; everything else holds ids."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("username"),)

    id: int | None = id_column()
    username: str
    name: str
    phone: str | None = None
    email: str | None = None
    password_hash: str | None = None
    disabled_at: datetime | None = None


class PostRow(SQLModel, table=True):
    """A post (岗位) in a unit; duties follow it, not the person."""

    __tablename__ = "post"
    __table_args__ = (Index("post_unit_role", "unit_id", "role"),)

    id: int | None = id_column()
    unit_id: int = Field(foreign_key="unit.id", sa_type=BIG)
    role: str
    title: str


class HoldingRow(SQLModel, table=True):
    """Who holds a post, or stands in for its holder, from when until when."""

    __tablename__ = "holding"
    __table_args__ = (CheckConstraint("kind IN ('holder', 'substitute')", name="holding_kind"),)

    id: int | None = id_column()
    post_id: int = Field(foreign_key="post.id", sa_type=BIG, index=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BIG, index=True)
    kind: str = "holder"
    begins_at: datetime
    ends_at: datetime | None = None
    reason: str | None = None
