"""A case says how many of its sign-offs are in force, and sign-offs that lost force are found: what
the ledgers do not agree on is looked for among few cases.
"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"

_IN_FORCE = (
    "FROM sign_off"
    " WHERE sign_off.case_id = cases.id AND sign_off.cycle = cases.cycle AND sign_off.live = 1"
)


def upgrade() -> None:
    op.add_column("cases", sa.Column("signed", sa.Integer(), nullable=True))
    count = f"SELECT count(*) {_IN_FORCE}"
    op.execute(f"UPDATE cases SET signed = ({count}) WHERE EXISTS (SELECT 1 {_IN_FORCE})")
    op.create_index("case_signed", "cases", ["workflow", "signed"])
    op.create_index("sign_off_voided", "sign_off", ["voided_seq"])
