"""A message knows when it was to go: what a restored clock owes again is told from what is new."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0051"
down_revision = "0047"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("planned_at", UTCDateTime(), nullable=True))
