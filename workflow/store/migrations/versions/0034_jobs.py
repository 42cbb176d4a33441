"""Long work, and how far it has come."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0034"
down_revision = "0035"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("done", _ID, nullable=False),
        sa.Column("total", _ID, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("leased_until", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("file", AutoString(), nullable=True),
        sa.Column("file_name", AutoString(), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'running', 'done', 'failed')", name="job_status"),
        sa.CheckConstraint("(status = 'running') = (leased_until IS NOT NULL)", name="job_leased"),
        sa.CheckConstraint(
            "(status IN ('done', 'failed')) = (ended_at IS NOT NULL)", name="job_ended"
        ),
        sa.CheckConstraint("(file IS NULL) = (file_name IS NULL)", name="job_file"),
        sa.CheckConstraint("done BETWEEN 0 AND total", name="job_rows"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("job_person", "job", ["person_id", "id"], unique=False)
    op.create_index("job_due", "job", ["status", "id"], unique=False)
