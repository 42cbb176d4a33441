"""What waits to be sent is found by how urgent it is: whether anything must go at once is asked at
every batch, and is no longer looked for among all that can wait.
"""

from alembic import op

revision = "0065"
down_revision = "0063"


def upgrade() -> None:
    op.drop_index("outbox_wake", "outbox")
    op.create_index("outbox_wake", "outbox", ["urgency", "wake_at", "id"])
