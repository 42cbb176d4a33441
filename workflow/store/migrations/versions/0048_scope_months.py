"""A scope row repeats when its case was opened, and the indexes from which boards count know who
sees it: to count by month, unit or state reads an index and no case. Cases that came back are found
by an index of their own.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0048"
down_revision = "0056"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AS_BEFORE = {
    "scope_list": ["unit_id", "workflow", "closed", "due_at", "case_id"],
    "scope_work": ["unit_id", "closed", "acts", "due_at", "case_id"],
    "scope_case": ["case_id"],
}
_ANEW = {
    "scope_about": ["unit_id", "workflow", "closed", "about", "due_at", "case_id", "named"],
    "scope_moved": ["unit_id", "workflow", "closed", "entered_at", "case_id", "named"],
    "scope_state": ["unit_id", "workflow", "state", "closed", "due_at", "case_id", "named"],
}
_OPENED_BY = ["unit_id", "workflow", "opened_at", "about", "named"]
_OPENED = "(SELECT opened_at FROM cases WHERE cases.id = {rows}.case_id)"
_OLD = "unit_id, case_id, why, closed, due_at, acts, named, workflow, state, about, entered_at"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_on_sqlite()
    else:
        for name in _ANEW:
            op.drop_index(name, "scope")
        op.add_column("scope", sa.Column("opened_at", UTCDateTime(), nullable=True))
        op.execute(f"UPDATE scope SET opened_at = {_OPENED.format(rows='scope')}")
        op.alter_column("scope", "opened_at", nullable=False)
    for name, columns in (_ANEW | {"scope_opened": _OPENED_BY}).items():
        op.create_index(name, "scope", columns)
    op.create_index("case_cycle", "cases", ["cycle"])


def _rebuild_on_sqlite() -> None:
    """SQLite adds no column that must have a value: the rows are kept aside meanwhile."""
    op.execute("CREATE TEMP TABLE kept AS SELECT * FROM scope")
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
        sa.Column("about", _ID, nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("unit_id", "case_id"),
    )
    rows = f"SELECT {_OLD}, {_OPENED.format(rows='kept')} FROM kept"
    op.execute(f"INSERT INTO scope ({_OLD}, opened_at) {rows}")
    op.execute("DROP TABLE kept")
    for name, columns in _AS_BEFORE.items():
        op.create_index(name, "scope", columns)
