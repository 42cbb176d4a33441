"""A case that could not follow a change of units keeps the reason."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("reorganised", sa.Column("error", sa.Text(), nullable=True))
