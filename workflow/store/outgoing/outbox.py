"""The outbox: messages as rows, and which of them are still to go.

Around it: `leases.py` claims them, `outcomes.py` says what became of them, `relevance.py` whether
they are still worth sending, `addressees.py` where they go. `folding.py` makes digests of them,
pages read `messages.py`.
"""

from datetime import UTC, datetime
from typing import Any, get_args

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, select

from workflow.engine.words import Urgency
from workflow.store.driver import bulk
from workflow.store.driver.among import one_of
from workflow.store.tables.handles import OUTBOX

URGENCIES: tuple[str, ...] = get_args(Urgency)

DIGEST = "digest"
"""The urgency of what waits for the day's digest, and the template of the digest itself."""

Row = dict[str, Any]


def is_any_due(connection: Connection, now: datetime) -> bool:
    """Whether there is anything to fold or to send at all, quiet hours left aside."""
    return bool(bulk.fetch(connection, _ANY_DUE, {"now": now}))


def waits(until: datetime | BindParameter[Any] | None = None) -> ColumnElement[bool]:
    """The condition that a message is still to go, by an instant if one is given; said so that the
    index which knows what waits finds it among all that ever went.
    """
    so_far = OUTBOX.c.wake_at >= _EVER if until is None else OUTBOX.c.wake_at <= until
    return and_(one_of(OUTBOX.c.urgency, URGENCIES), so_far)


_EVER = datetime(1, 1, 1, tzinfo=UTC)
_ANY_DUE = select(OUTBOX.c.id).where(waits(bindparam("now"))).limit(1)
