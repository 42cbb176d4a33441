"""Cases know the number another system has for them, and what they have in common with others."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0022"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("cases", sa.Column("external", AutoString(), nullable=True))
    op.add_column("cases", sa.Column("likeness", AutoString(), nullable=True))
    # an index, not a constraint: SQLite adds none to a table that is there
    key = ("cases_workflow_external_key", "cases", ["workflow", "external"])
    op.create_index(*key, unique=True)
    op.create_index("case_alike", "cases", ["workflow", "likeness"])
