"""Documents: templates as published, numbers without gaps, what was issued."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0027"
down_revision = "0021"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "template",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", AutoString(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "version"),
        sa.UniqueConstraint("name", "sha256"),
    )
    op.create_table(
        "document_counter",
        sa.Column("unit_id", _BIG, nullable=False),
        sa.Column("series", AutoString(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("unit_id", "series", "year"),
    )
    op.create_table(
        "document",
        sa.Column("case_id", _BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("template_id", _BIG, nullable=False),
        sa.Column("attachment_id", _BIG, nullable=False),
        sa.Column("unit_id", _BIG, nullable=False),
        sa.Column("series", AutoString(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("number", AutoString(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(number IS NULL) = (serial IS NULL) AND (series IS NULL) = (serial IS NULL)"
            " AND (year IS NULL) = (serial IS NULL)",
            name="document_number",
        ),
        sa.CheckConstraint("serial >= 1", name="document_serial"),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"]),
        sa.ForeignKeyConstraint(["case_id", "seq"], ["history.case_id", "history.seq"]),
        sa.ForeignKeyConstraint(["template_id"], ["template.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("case_id", "seq"),
        sa.UniqueConstraint("unit_id", "series", "year", "serial"),
    )
