"""Units, posts and people."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column


class UnitRow(SQLModel, table=True):
    """A unit in the tree; `path` is /1/2/ with its own id last.

    `reports` says whether it reports by itself, `assessed_with` the code of the unit in whose
    assessment it is counted: a development zone may do the one and not the other. A unit that was
    merged or dissolved stays, with `until` and, where another took over, `successor_id`; what it
    was called before is in `former_name`.
    """

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("path"),
        CheckConstraint("path LIKE '/%/'", name="unit_path"),
        CheckConstraint("kind IN ('government', 'department', 'office')", name="unit_kind"),
        CheckConstraint("until > since", name="unit_period"),
        CheckConstraint("successor_id IS NULL OR until IS NOT NULL", name="unit_succeeded"),
        CheckConstraint("successor_id <> id", name="unit_successor"),
        Index("unit_of_kind", "level", "kind"),
        Index("unit_class", "class_"),
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
    since: datetime | None = None
    until: datetime | None = None
    successor_id: int | None = Field(default=None, foreign_key="unit.id", sa_type=BIG, index=True)


class FormerName(SQLModel, table=True):
    """What a unit was called until an instant; pages of its time say it so."""

    __tablename__ = "former_name"

    unit_id: int = Field(primary_key=True, foreign_key="unit.id", sa_type=BIG)
    until: datetime = Field(primary_key=True)
    name: str
    short_name: str


class PersonRow(SQLModel, table=True):
    """The one table with names, phones and addresses; everything else holds ids.

    `password_at` is when the password was chosen; a one-time password has `one_time_until` instead,
    and is good for choosing another and nothing else. `chat` is the robot of a chat group
    (`offices/robot_address.py`), `chat_secret` the sealed secret it is signed with. Of somebody
    `erased_at` nothing is left but the id (`people/erasing.py`).
    """

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("username"),)

    id: int | None = id_column()
    username: str
    name: str
    phone: str | None = None
    email: str | None = None
    password_hash: str | None = None
    disabled_at: datetime | None = None
    password_at: datetime | None = None
    one_time_until: datetime | None = None
    erased_at: datetime | None = None
    chat: str | None = None
    chat_secret: str | None = None


class PostRow(SQLModel, table=True):
    """A post (岗位) in a unit; duties follow it, not the person.

    A post is one seat: five inspectors are five posts of one role, and each post has at most one
    holder at a time.
    """

    __tablename__ = "post"
    __table_args__ = (Index("post_unit_role", "unit_id", "role"),)

    id: int | None = id_column()
    unit_id: int = Field(foreign_key="unit.id", sa_type=BIG)
    role: str
    title: str


class HoldingRow(SQLModel, table=True):
    """Who holds a post, is its deputy (副职) or stands in (代理), from when until when and why.

    Deputies and substitutes act through the post and for its holder; several at once may.
    """

    __tablename__ = "holding"
    __table_args__ = (
        CheckConstraint("kind IN ('holder', 'deputy', 'substitute')", name="holding_kind"),
        CheckConstraint("ends_at > begins_at", name="holding_period"),
    )

    id: int | None = id_column()
    post_id: int = Field(foreign_key="post.id", sa_type=BIG, index=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BIG, index=True)
    kind: str = "holder"
    begins_at: datetime
    ends_at: datetime | None = None
    reason: str | None = None
