"""An archive beside the live tables: history and timers of cases that ended long ago; and what
doctor last found.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0032"
down_revision = "0030"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "archived_history",
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("event", AutoString(), nullable=False),
        sa.Column("from_state", AutoString(), nullable=False),
        sa.Column("to_state", AutoString(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("holder_id", BIG, nullable=True),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("effects", sa.Text(), nullable=False),
        sa.Column("alg", AutoString(), nullable=False),
        sa.Column("prev", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
    )
    op.create_table(
        "archived_timer",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("derivation", AutoString(), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("wake_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("error", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
    )
    op.create_table(
        "examination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("history_rows", sa.Integer(), nullable=False),
        sa.Column("complaints", sa.Integer(), nullable=False),
        sa.Column("first", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("archived_timer_case", "archived_timer", ["case_id"])
