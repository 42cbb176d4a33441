"""What people chose about their messages: by which way, at which hours."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0019"
down_revision = "0028"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "preference",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("task", AutoString(), nullable=True),
        sa.Column("reminder", AutoString(), nullable=True),
        sa.Column("told", AutoString(), nullable=True),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "task IN ('email', 'sms') AND reminder IN ('email', 'sms')"
            " AND told IN ('email', 'sms', 'in_app')",
            name="preference_ways",
        ),
        sa.CheckConstraint(
            "begins BETWEEN 8 AND 12 AND ends BETWEEN 14 AND 20", name="preference_hours"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
