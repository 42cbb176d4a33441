"""Documents (公文): templates as published, numbers, what was issued, what came back sealed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, text_column


class TemplateRow(SQLModel, table=True):
    """One published version of a template; never changed."""

    __tablename__ = "template"
    __table_args__ = (UniqueConstraint("name", "version"), UniqueConstraint("name", "sha256"))

    id: int | None = id_column()
    name: str
    version: int
    sha256: str
    body: str = text_column()
    published_at: datetime


class DocumentCounter(SQLModel, table=True):
    """The last number of a unit's series in a year; a rollback gives it back."""

    __tablename__ = "document_counter"

    unit_id: int = Field(primary_key=True, foreign_key="unit.id", sa_type=BIG)
    series: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    serial: int


class DocumentRow(SQLModel, table=True):
    """A document that was issued, at one row of a case's history.

    `body` is what it says, from which previews are drawn; the file of record is the attachment.
    """

    __tablename__ = "document"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "seq"], ["history.case_id", "history.seq"]),
        UniqueConstraint("unit_id", "series", "year", "serial"),
        Index("document_year", "year", "unit_id", "series", "serial"),
        CheckConstraint(
            "(number IS NULL) = (serial IS NULL) AND (series IS NULL) = (serial IS NULL)"
            " AND (year IS NULL) = (serial IS NULL)",
            name="document_number",
        ),
        CheckConstraint("serial >= 1", name="document_serial"),
    )

    case_id: int = Field(primary_key=True, sa_type=BIG)
    seq: int = Field(primary_key=True)
    name: str
    title: str
    template_id: int = Field(foreign_key="template.id", sa_type=BIG)
    attachment_id: int = Field(foreign_key="attachment.id", sa_type=BIG)
    unit_id: int = Field(foreign_key="unit.id", sa_type=BIG)
    series: str | None = None
    year: int | None = None
    serial: int | None = None
    number: str | None = None
    body: str = text_column()


class SealedRow(SQLModel, table=True):
    """A document that came back under its seal, at one row of a case's history: the newest of a
    document is what is handed out.
    """

    __tablename__ = "sealed_document"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "seq"], ["history.case_id", "history.seq"]),
        ForeignKeyConstraint(["case_id", "of_seq"], ["document.case_id", "document.seq"]),
        CheckConstraint("seq > of_seq", name="sealed_after"),
    )

    case_id: int = Field(primary_key=True, sa_type=BIG)
    seq: int = Field(primary_key=True)
    of_seq: int
    attachment_id: int = Field(foreign_key="attachment.id", sa_type=BIG)
