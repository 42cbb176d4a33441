"""Everything that may go now, sent at once: what the worker does in many rounds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from notifications.channels import Channel
from notifications.delivery import Delivered, deliver_due
from notifications.fallback import ORDER
from notifications.pacing import FREE, Pace
from notifications.preparing import Unseal
from workflow.engine.calendar import Calendar
from workflow.store.database import Database


def deliver_all_due(
    database: Database,
    ways: Mapping[str, Channel],
    calendar: Calendar,
    now: datetime,
    *,
    base_url: str = "",
    order: Sequence[str] = ORDER,
    pace: Pace = FREE,
    unseal: Unseal | None = None,
) -> Delivered:
    """Deliver until nothing may go any more; the sum of all rounds."""
    total = Counter[str]()
    while True:
        done = deliver_due(
            database, ways, calendar, now, base_url=base_url, order=order, pace=pace, unseal=unseal
        )
        total.update({name: getattr(done, name) for name in Delivered.__dataclass_fields__})
        if not done.leased:
            return Delivered(**total)
