"""What pages looked for row by row has an index: messages that were given up or came back, the
documents of a year, and cases of a workflow by when they were opened.
"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("lost", sa.Integer(), nullable=True))
    op.execute("UPDATE outbox SET lost = 1 WHERE status = 'dead'")
    op.create_index("outbox_lost", "outbox", ["lost"])
    op.create_index("report_fate", "delivery_report", ["fate"])
    op.create_index("document_year", "document", ["year", "unit_id", "series", "serial"])
    op.create_index("case_opened", "cases", ["workflow", "opened_at"])
