"""Documents that came back under their seals; cases of published definitions may take them in."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0034"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sealed_document",
        sa.Column("case_id", _BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("of_seq", sa.Integer(), nullable=False),
        sa.Column("attachment_id", _BIG, nullable=False),
        sa.CheckConstraint("seq > of_seq", name="sealed_after"),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"]),
        sa.ForeignKeyConstraint(["case_id", "of_seq"], ["document.case_id", "document.seq"]),
        sa.ForeignKeyConstraint(["case_id", "seq"], ["history.case_id", "history.seq"]),
        sa.PrimaryKeyConstraint("case_id", "seq"),
    )
    op.execute(
        "INSERT INTO definition_move (definition_id, event, from_state, to_state)"
        " SELECT definition_id, 'seal_document', state, state FROM definition_state"
        " WHERE definition_id IN"
        " (SELECT definition_id FROM definition_move WHERE event = 'issue_document')"
    )
