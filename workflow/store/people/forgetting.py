"""What no longer counts is deleted when somebody signs in."""

from datetime import datetime

from sqlalchemy import Connection, delete, or_

from workflow.store.people.profiles import Profile
from workflow.store.people.sent_forms import KEPT_FOR
from workflow.store.tables.handles import FAILURE, KNOWN, SENT_FORM, SESSION, TOKEN, TRIP


def forget_old(connection: Connection, profile: Profile, now: datetime) -> None:
    """Delete sessions, tokens, known browsers, trips, failures and sent forms that no longer
    count.
    """
    idle = SESSION.c.seen_at <= now - profile.idle
    connection.execute(delete(SESSION).where(or_(SESSION.c.expires_at <= now, idle)))
    for table in (TOKEN, KNOWN, TRIP):
        connection.execute(delete(table).where(table.c.expires_at <= now))
    longest = max(profile.per_account.forgotten_after, profile.per_address.forgotten_after)
    connection.execute(delete(FAILURE).where(FAILURE.c.last_at <= now - longest))
    connection.execute(delete(SENT_FORM).where(SENT_FORM.c.at <= now - KEPT_FOR))
