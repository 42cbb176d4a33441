"""How far sending has come, and whether it is held."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0020"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "sending",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("held_since", UTCDateTime(), nullable=True),
        sa.Column("held_because", AutoString(), nullable=True),
        sa.Column("sent_until", UTCDateTime(), nullable=True),
        sa.CheckConstraint("id = 1", name="sending_one"),
        sa.CheckConstraint(
            "(held_since IS NULL) = (held_because IS NULL)"
            " AND (held_since IS NULL) = (sent_until IS NULL)",
            name="sending_held",
        ),
        sa.CheckConstraint(
            "held_because IN ('restored', 'new_place', 'asked')", name="sending_because"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
