"""What providers say of a message after they took it over, and addresses that turned out bad."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0008"
down_revision = "0006"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("id", BIG, nullable=False),
        sa.Column("outbox_id", BIG, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("way", AutoString(), nullable=False),
        sa.Column("provider_id", AutoString(), nullable=False),
        sa.Column("address_hash", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("part BETWEEN 1 AND parts", name="handover_part"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("outbox_id", "attempt", "part"),
    )
    op.create_index("handover_provider", "handover", ["way", "provider_id"], unique=False)
    op.create_table(
        "delivery_report",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("way", AutoString(), nullable=False),
        sa.Column("provider_id", AutoString(), nullable=False),
        sa.Column("fate", AutoString(), nullable=False),
        sa.Column("code", AutoString(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("address_is_bad", sa.Boolean(), nullable=False),
        sa.Column("happened_at", UTCDateTime(), nullable=True),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("fate IN ('delivered', 'undelivered', 'delayed')", name="report_fate"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("report_provider", "delivery_report", ["way", "provider_id"], unique=False)
    op.create_index("report_seen", "delivery_report", ["seen_at"], unique=False)
    op.create_table(
        "bad_address",
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("way", AutoString(), nullable=False),
        sa.Column("address_hash", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("cleared_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id", "way"),
    )
