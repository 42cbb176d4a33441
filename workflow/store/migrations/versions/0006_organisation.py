"""The organisation changes with a trail: periods, successors and former names of units, changes
with what they touched, and cases that have to follow.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0006"
down_revision = "0005"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_on_sqlite()
    else:
        _alter()
    _new_tables()
    op.execute(  # cases of every published version may follow a change of units
        "INSERT INTO definition_move (definition_id, event, from_state, to_state)"
        " SELECT definition_id, 'reorganise', state, state FROM definition_state"
    )


def _alter() -> None:
    for name in ("since", "until"):
        op.add_column("unit", sa.Column(name, UTCDateTime(), nullable=True))
    op.add_column("unit", sa.Column("successor_id", _ID, nullable=True))
    op.create_foreign_key("unit_successor_id_fkey", "unit", "unit", ["successor_id"], ["id"])
    op.create_index("ix_unit_successor_id", "unit", ["successor_id"])
    op.drop_constraint("unit_kind", "unit")
    op.drop_constraint("holding_kind", "holding")
    for table, checks in (("unit", _UNIT_CHECKS), ("holding", _HOLDING_CHECKS)):
        for name, condition in checks.items():
            op.create_check_constraint(name, table, sa.text(condition))


_UNIT_CHECKS = {
    "unit_kind": "kind IN ('government', 'department', 'office')",
    "unit_period": "until > since",
    "unit_succeeded": "successor_id IS NULL OR until IS NOT NULL",
    "unit_successor": "successor_id <> id",
}
_HOLDING_CHECKS = {
    "holding_kind": "kind IN ('holder', 'deputy', 'substitute')",
    "holding_period": "ends_at > begins_at",
}


def _rebuild_on_sqlite() -> None:
    """SQLite changes no constraint of a table: the rows are kept aside while it is made again."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    for table, make in (("unit", _make_unit), ("holding", _make_holding)):
        op.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM {table}")
        columns = ", ".join(
            column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)
        )
        op.drop_table(table)
        make()
        op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept ORDER BY id")
        op.execute("DROP TABLE kept")


def _make_unit() -> None:
    op.create_table(
        "unit",
        sa.Column("id", _ID, nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("short_name", AutoString(), nullable=False),
        sa.Column("level", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("function", AutoString(), nullable=False),
        sa.Column("parent_id", _ID, nullable=True),
        sa.Column("path", AutoString(), nullable=False),
        sa.Column("class_", AutoString(), nullable=True),
        sa.Column("reports", sa.Boolean(), nullable=False),
        sa.Column("assessed_with", AutoString(), nullable=True),
        sa.Column("since", UTCDateTime(), nullable=True),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column("successor_id", _ID, nullable=True),
        sa.CheckConstraint("path LIKE '/%/'", name="unit_path"),
        *(sa.CheckConstraint(text, name=name) for name, text in _UNIT_CHECKS.items()),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("path"),
    )
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"])
    op.create_index("ix_unit_successor_id", "unit", ["successor_id"])


def _make_holding() -> None:
    op.create_table(
        "holding",
        sa.Column("id", _ID, nullable=False),
        sa.Column("post_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("begins_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("reason", AutoString(), nullable=True),
        *(sa.CheckConstraint(text, name=name) for name, text in _HOLDING_CHECKS.items()),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_holding_post_id", "holding", ["post_id"])
    op.create_index("ix_holding_person_id", "holding", ["person_id"])


def _new_tables() -> None:
    op.create_table(
        "former_name",
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("short_name", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("unit_id", "until"),
    )
    op.create_table(
        "org_change",
        sa.Column("id", _ID, nullable=False),
        sa.Column("request", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("undoes_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["undoes_id"], ["org_change.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request"),
        sa.UniqueConstraint("undoes_id"),
    )
    op.create_table(
        "org_change_item",
        sa.Column("change_id", _ID, nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("what", AutoString(), nullable=False),
        sa.Column("first_id", _ID, nullable=False),
        sa.Column("last_id", _ID, nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.CheckConstraint("what IN ('unit', 'person', 'post', 'holding')", name="item_what"),
        sa.CheckConstraint("last_id >= first_id", name="item_range"),
        sa.ForeignKeyConstraint(["change_id"], ["org_change.id"]),
        sa.PrimaryKeyConstraint("change_id", "item"),
    )
    op.create_index("item_subject", "org_change_item", ["what", "first_id"])
    op.create_table(
        "reorganised",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("change_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["change_id"], ["org_change.id"]),
        sa.PrimaryKeyConstraint("case_id", "change_id"),
    )
