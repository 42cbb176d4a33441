"""Attachments: bytes in the folder of files, who brought them, which cases use them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column


class BlobRow(SQLModel, table=True):
    """Bytes in the folder of files, called by their hash: a row never comes before its bytes."""

    __tablename__ = "blob"
    __table_args__ = (
        CheckConstraint("size > 0", name="blob_size"),
        CheckConstraint("length(sha256) = 64", name="blob_sha256"),
    )

    sha256: str = Field(primary_key=True)
    size: int = Field(sa_type=BIG)
    mime: str


class AttachmentRow(SQLModel, table=True):
    """A file that somebody brought, under the name it had; the same one twice is one row."""

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("uploaded_by", "sha256", "name"),
        Index("attachment_at", "uploaded_by", "at"),
        Index("attachment_blob", "sha256"),
    )

    id: int | None = id_column()
    sha256: str = Field(foreign_key="blob.sha256")
    name: str
    uploaded_by: int = Field(foreign_key="person.id", sa_type=BIG)
    at: datetime


class AttachmentUse(SQLModel, table=True):
    """A case in whose history an attachment stands; whoever sees the case may have the file."""

    __tablename__ = "attachment_use"

    attachment_id: int = Field(primary_key=True, foreign_key="attachment.id", sa_type=BIG)
    case_id: int = Field(primary_key=True, foreign_key="cases.id", sa_type=BIG, index=True)
