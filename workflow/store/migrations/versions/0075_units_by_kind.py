"""Units are found by kind and by class without reading all of them."""

from alembic import op

revision = "0075"
down_revision = "0066"


def upgrade() -> None:
    op.create_index("unit_of_kind", "unit", ["level", "kind"])
    op.create_index("unit_class", "unit", ["class_"])
