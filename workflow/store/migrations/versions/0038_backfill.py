"""Cases taken over from an office's own ledger (补录): their files, what was stated of them, and
how columns were read.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0038"
down_revision = "0037"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "backfill",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("workflow", AutoString(), nullable=False),
        sa.Column("file", AutoString(), nullable=False),
        sa.Column("sha256", AutoString(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("unit_id", _BIG, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("live", sa.Integer(), nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", _BIG, nullable=True),
        sa.Column("reason", AutoString(), nullable=True),
        sa.CheckConstraint("live = 1", name="backfill_live"),
        sa.CheckConstraint("(live IS NULL) = (undone_at IS NOT NULL)", name="backfill_undone"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workflow", "sha256", "live"),
    )
    op.create_table(
        "column_reading",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("workflow", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "workflow", "name"),
    )
    # written out: SQLite takes a foreign key with a new column, and none afterwards
    big = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute(f"ALTER TABLE cases ADD COLUMN backfill_id {big} REFERENCES backfill (id)")
    op.add_column("cases", sa.Column("stated", sa.Integer(), nullable=True))
    op.create_index("case_backfill", "cases", ["backfill_id"])
