"""What a digest says is found without reading every message there ever was."""

from alembic import op

revision = "0076"
down_revision = "0075"


def upgrade() -> None:
    op.create_index("outbox_digest", "outbox", ["digest_id"])
