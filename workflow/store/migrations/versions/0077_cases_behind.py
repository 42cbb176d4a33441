"""Which open cases an older calendar found the limits of is known without reading every case."""

from alembic import op

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    columns = ["calendar", "closed_at", "definition_id", "state", "due_at", "provisional"]
    op.create_index("case_behind", "cases", columns)
