"""Attachments: bytes by hash, who brought them, which cases use them."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0007"
down_revision = "0004"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", AutoString(), nullable=False),
        sa.Column("size", _BIG, nullable=False),
        sa.Column("mime", AutoString(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name="blob_sha256"),
        sa.CheckConstraint("size > 0", name="blob_size"),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("sha256", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("uploaded_by", _BIG, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"]),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uploaded_by", "sha256", "name"),
    )
    op.create_index("attachment_at", "attachment", ["uploaded_by", "at"])
    op.create_index("attachment_blob", "attachment", ["sha256"])
    op.create_table(
        "attachment_use",
        sa.Column("attachment_id", _BIG, nullable=False),
        sa.Column("case_id", _BIG, nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("attachment_id", "case_id"),
    )
    op.create_index("ix_attachment_use_case_id", "attachment_use", ["case_id"])
