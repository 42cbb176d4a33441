"""People can be erased: the row stays for what refers to it, and says nothing any more."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0013"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("person", sa.Column("erased_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("handover") as handover:
        handover.alter_column("address_hash", existing_type=AutoString(), nullable=True)
