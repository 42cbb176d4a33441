"""Messages that were opened, and messages that stand in for others."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0015"
down_revision = "0012"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "message_reading",
        sa.Column("outbox_id", _ID, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"]),
        sa.PrimaryKeyConstraint("outbox_id"),
    )
    op.create_table(
        "replacement",
        sa.Column("outbox_id", _ID, nullable=False),
        sa.Column("replaces_id", _ID, nullable=False),
        sa.Column("why", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "why IN ('failed', 'undelivered', 'unread', 'resent')", name="replacement_why"
        ),
        sa.CheckConstraint("replaces_id <> outbox_id", name="replacement_other"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"]),
        sa.ForeignKeyConstraint(["replaces_id"], ["outbox.id"]),
        sa.PrimaryKeyConstraint("outbox_id"),
        sa.UniqueConstraint("replaces_id"),
    )
    op.create_index("outbox_sent", "outbox", ["sent_at"], unique=False)
