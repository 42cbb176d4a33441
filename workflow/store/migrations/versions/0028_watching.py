"""Cases that people watch, and the index that finds what somebody did."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0028"
down_revision = "0016"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "watch",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("person_id", "case_id"),
    )
    op.create_index("history_person", "history", ["person_id", "at"], unique=False)
