"""A scope row repeats workflow and state of its case, and is found by them and by whose turn it
is: every list is a range of one index.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0012"
down_revision = "0013"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INDEXES = {
    "scope_list": ["unit_id", "workflow", "closed", "due_at", "case_id"],
    "scope_state": ["unit_id", "workflow", "state", "closed", "due_at", "case_id"],
    "scope_work": ["unit_id", "closed", "acts", "due_at", "case_id"],
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_on_sqlite()
    else:
        _alter()
    for name, columns in _INDEXES.items():
        op.create_index(name, "scope", columns)
    op.create_index("case_unit", "cases", ["unit_id"])


def _alter() -> None:
    op.drop_index("scope_list", "scope")
    for name in ("workflow", "state"):
        op.add_column("scope", sa.Column(name, AutoString(), nullable=True))
    op.execute(
        "UPDATE scope SET workflow = cases.workflow, state = cases.state"
        " FROM cases WHERE cases.id = scope.case_id"
    )
    for name in ("workflow", "state"):
        op.alter_column("scope", name, nullable=False)


def _rebuild_on_sqlite() -> None:
    """SQLite adds no column that must have a value: the rows are kept aside meanwhile."""
    op.execute(
        "CREATE TEMP TABLE kept AS SELECT scope.*, cases.workflow, cases.state"
        " FROM scope JOIN cases ON cases.id = scope.case_id"
    )
    op.drop_table("scope")
    op.create_table(
        "scope",
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("why", AutoString(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("acts", AutoString(), nullable=True),
        sa.Column("named", AutoString(), nullable=True),
        sa.Column("workflow", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("unit_id", "case_id"),
    )
    op.create_index("scope_case", "scope", ["case_id"])
    columns = "unit_id, case_id, why, closed, due_at, acts, named, workflow, state"
    op.execute(f"INSERT INTO scope ({columns}) SELECT {columns} FROM kept")
    op.execute("DROP TABLE kept")
