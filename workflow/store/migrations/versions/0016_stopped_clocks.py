"""A case whose clock stands still is listed like one without a limit: nothing of it is overdue."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0016"
down_revision = "0011"

_NO_LIMIT = datetime(9999, 1, 1, tzinfo=UTC)
_SCOPE = sa.table("scope", sa.column("case_id"), sa.column("due_at", UTCDateTime()))
_CASES = sa.table("cases", sa.column("id"), sa.column("body", sa.Text()))


def upgrade() -> None:
    # the body is canonical JSON, in which a quotation mark of a text is never a bare one
    stopped = sa.select(_CASES.c.id).where(_CASES.c.body.contains('"stopped_at":"'))
    op.execute(sa.update(_SCOPE).where(_SCOPE.c.case_id.in_(stopped)).values(due_at=_NO_LIMIT))
