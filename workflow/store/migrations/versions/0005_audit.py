"""The audit log: its rows and the heads of its strands; exported checkpoints."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from workflow.store.evidence import audit

revision = "0005"
down_revision = "0001"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("strand", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.Column("person_id", _BIG, nullable=True),
        sa.Column("subject", AutoString(), nullable=True),
        sa.Column("subject_id", _BIG, nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("address", AutoString(), nullable=True),
        sa.Column("alg", AutoString(), nullable=False),
        sa.Column("prev", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'refused')", name="audit_outcome"),
        sa.CheckConstraint("(subject IS NULL) = (subject_id IS NULL)", name="audit_subject"),
        sa.PrimaryKeyConstraint("strand", "seq"),
    )
    op.create_index("audit_at", "audit", ["at", "strand", "seq"])
    op.create_index("audit_person", "audit", ["person_id", "at"])
    op.create_table(
        "audit_head",
        sa.Column("strand", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("strand"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("history_rows", sa.Integer(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "checkpoint_case",
        sa.Column("case_id", _BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    audit.begin(op.get_bind())
