"""What the calendar opens can be switched on and off, and drawn by lot."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0036"
down_revision = "0032"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cadence_switch",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("workflow", AutoString(), nullable=False),
        sa.Column("every", AutoString(), nullable=False),
        sa.Column("unit_id", BIG, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("runs", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", BIG, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
    )
    op.create_index("cadence_switch_of", "cadence_switch", ["workflow", "every", "unit_id"])
    op.create_table(
        "cadence_choice",
        sa.Column("workflow", AutoString(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("unit_id", BIG, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("seed", AutoString(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workflow", "period", "unit_id"),
    )
