"""The index of states knows the unit as well: boards count what is settled, and take it off."""

from alembic import op

revision = "0063"
down_revision = "0058"


def upgrade() -> None:
    op.drop_index("scope_state", "scope")
    columns = ["unit_id", "workflow", "state", "closed", "due_at", "case_id", "about", "named"]
    op.create_index("scope_state", "scope", columns)
