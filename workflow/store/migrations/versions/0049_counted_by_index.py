"""What boards count by unit and by state is in the indexes they read, and cases that came back are
found by one.
"""

from alembic import op

revision = "0049"
down_revision = "0048"

_INDEXES = {
    "scope_state": ["unit_id", "workflow", "state", "closed", "due_at", "case_id", "named"],
    "scope_opened": ["unit_id", "workflow", "opened_at", "about", "named"],
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.drop_index(name, "scope")
        op.create_index(name, "scope", columns)
    op.create_index("case_cycle", "cases", ["cycle"])
