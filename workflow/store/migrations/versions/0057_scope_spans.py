"""The indexes from which boards count what falls due and what was closed know the unit as well."""

from alembic import op

revision = "0057"
down_revision = "0048"

_ANEW = {
    "scope_list": "due_at",
    "scope_moved": "entered_at",
}


def upgrade() -> None:
    for name, at in _ANEW.items():
        op.drop_index(name, "scope")
        columns = ["unit_id", "workflow", "closed", at, "case_id", "about", "named"]
        op.create_index(name, "scope", columns)
