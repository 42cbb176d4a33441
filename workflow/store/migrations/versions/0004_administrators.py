"""Administrators (三员), and who of a unit sees a confidential case."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0004"
down_revision = "0003"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "admin_role",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("begins_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("appointed_by", _BIG, nullable=True),
        sa.Column("dismissed_by", _BIG, nullable=True),
        sa.Column("live", sa.Integer(), nullable=True),
        sa.CheckConstraint("role IN ('system', 'security', 'audit')", name="admin_role_role"),
        sa.CheckConstraint("live = 1", name="admin_role_live"),
        sa.CheckConstraint("(live IS NULL) = (ends_at IS NOT NULL)", name="admin_role_ended"),
        sa.CheckConstraint("(live IS NULL) = (dismissed_by IS NOT NULL)", name="admin_role_by"),
        sa.CheckConstraint("appointed_by <> person_id", name="admin_role_not_self"),
        sa.CheckConstraint("dismissed_by <> person_id", name="admin_role_not_own"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["appointed_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["dismissed_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "live"),
    )
    op.add_column("scope", sa.Column("named", AutoString(), nullable=True))
