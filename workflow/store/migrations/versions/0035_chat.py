"""People's chat robots, with the secret to sign for them, and chat as a way to choose."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0035"
down_revision = "0033"


def upgrade() -> None:
    for name in ("chat", "chat_secret"):
        op.add_column("person", sa.Column(name, AutoString(), nullable=True))
    with op.batch_alter_table("preference") as preference:
        preference.drop_constraint("preference_ways", type_="check")
        preference.create_check_constraint(
            "preference_ways",
            "task IN ('email', 'sms', 'chat') AND reminder IN ('email', 'sms', 'chat')"
            " AND told IN ('email', 'sms', 'chat', 'in_app')",
        )
