"""What somebody did to cases in the archive is found as quickly as what they did lately."""

from alembic import op

revision = "0078"
down_revision = "0077"


def upgrade() -> None:
    op.create_index("archived_history_person", "archived_history", ["person_id", "at"])
