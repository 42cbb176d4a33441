"""Documents may become void (作废), their numbers stay; those of published definitions, too."""

from alembic import op

revision = "0039"
down_revision = "0046"


def upgrade() -> None:
    op.execute(
        "INSERT INTO definition_move (definition_id, event, from_state, to_state)"
        " SELECT definition_id, 'void_document', state, state FROM definition_state"
        " WHERE definition_id IN"
        " (SELECT definition_id FROM definition_move WHERE event = 'issue_document')"
    )
