"""Forms of pages that were sent: the same one sent again does nothing."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0056"
down_revision = "0051"


def upgrade() -> None:
    op.create_table(
        "sent_form",
        sa.Column("form_hash", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("form_hash"),
    )
