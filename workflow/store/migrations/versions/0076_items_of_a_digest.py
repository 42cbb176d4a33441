"""What a digest says is found without reading every message there ever was."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"


def upgrade() -> None:
    folded = sa.text("digest_id IS NOT NULL")
    op.create_index(
        "outbox_digest", "outbox", ["digest_id"], sqlite_where=folded, postgresql_where=folded
    )
