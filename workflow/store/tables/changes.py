"""Every change of the organisation: an import or one command, with what it touched."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, optional_text, text_column


class OrgChange(SQLModel, table=True):
    """One change, in one transaction; `person_id` is NULL for the command line. Append-only."""

    __tablename__ = "org_change"
    __table_args__ = (UniqueConstraint("request"), UniqueConstraint("undoes_id"))

    id: int | None = id_column()
    request: str
    digest: str
    kind: str
    at: datetime
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BIG)
    sentence: str = text_column()
    undoes_id: int | None = Field(default=None, foreign_key="org_change.id", sa_type=BIG)


class OrgChangeItem(SQLModel, table=True):
    """A row that a change touched, or the rows from `first_id` to `last_id` that it added.

    `before` and `after` are the columns that differ, as JSON; NULL where there was no row.
    """

    __tablename__ = "org_change_item"
    __table_args__ = (
        CheckConstraint("what IN ('unit', 'person', 'post', 'holding')", name="item_what"),
        CheckConstraint("last_id >= first_id", name="item_range"),
        Index("item_subject", "what", "first_id"),
    )

    change_id: int = Field(primary_key=True, foreign_key="org_change.id", sa_type=BIG)
    item: int = Field(primary_key=True)
    what: str
    first_id: int = Field(sa_type=BIG)
    last_id: int = Field(sa_type=BIG)
    before: str | None = optional_text()
    after: str | None = optional_text()


class ReorganisedRow(SQLModel, table=True):
    """A case that has yet to follow a change of units; the row goes when it has.

    `error` says why it could not; it is not tried again.
    """

    __tablename__ = "reorganised"

    case_id: int = Field(primary_key=True, foreign_key="cases.id", sa_type=BIG)
    change_id: int = Field(primary_key=True, foreign_key="org_change.id", sa_type=BIG)
    error: str | None = optional_text()
