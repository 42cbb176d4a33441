"""A message knows since when it is put off, so that its wait can come to an end and be seen."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0050"
down_revision = "0039"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("put_off_since", UTCDateTime(), nullable=True))
