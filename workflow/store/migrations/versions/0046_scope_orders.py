"""A scope row repeats which unit its case is about, and when it came into its state: lists are also
sorted by these, and narrowed to a unit, by an index.
"""

from datetime import datetime

import orjson
import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0046"
down_revision = "0043"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CASES = sa.table("cases", sa.column("id"), sa.column("unit_id"), sa.column("body"))
_SCOPE = sa.table(
    "scope",
    sa.column("case_id"),
    sa.column("about"),
    sa.column("entered_at", UTCDateTime()),
)
_INDEXES = {
    "scope_list": ["unit_id", "workflow", "closed", "due_at", "case_id"],
    "scope_state": ["unit_id", "workflow", "state", "closed", "due_at", "case_id"],
    "scope_work": ["unit_id", "closed", "acts", "due_at", "case_id"],
    "scope_case": ["case_id"],
}
_NEW_INDEXES = {
    "scope_about": ["unit_id", "workflow", "closed", "about", "due_at", "case_id"],
    "scope_moved": ["unit_id", "workflow", "closed", "entered_at", "case_id"],
}
_BATCH = 5_000


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_on_sqlite()
        _fill()
    else:
        op.add_column("scope", sa.Column("about", _ID, nullable=True))
        op.add_column("scope", sa.Column("entered_at", UTCDateTime(), nullable=True))
        _fill()
        for name in ("about", "entered_at"):
            op.alter_column("scope", name, nullable=False)
    for name, columns in _NEW_INDEXES.items():
        op.create_index(name, "scope", columns)


def _fill() -> None:
    """What the row of each case says."""
    connection, last = op.get_bind(), 0
    put = (
        sa.update(_SCOPE)
        .where(_SCOPE.c.case_id == sa.bindparam("of"))
        .values(about=sa.bindparam("unit"), entered_at=sa.bindparam("at"))
    )
    while True:
        query = sa.select(_CASES).where(_CASES.c.id > last).order_by(_CASES.c.id).limit(_BATCH)
        rows = connection.execute(query).all()
        if not rows:
            return
        connection.execute(
            put, [{"of": row.id, "unit": row.unit_id, "at": _entered(row.body)} for row in rows]
        )
        last = rows[-1].id


def _entered(body: str) -> datetime:
    return datetime.fromisoformat(orjson.loads(body)["entered_at"])


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
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("unit_id", "case_id"),
    )
    for name, columns in _INDEXES.items():
        op.create_index(name, "scope", columns)
    old = "unit_id, case_id, why, closed, due_at, acts, named, workflow, state"
    op.execute(f"INSERT INTO scope ({old}, about, entered_at) SELECT {old}, 0, due_at FROM kept")
    op.execute("DROP TABLE kept")
