"""What no longer counts is deleted when somebody signs in."""

from datetime import datetime

from sqlalchemy import Connection, delete, or_

from workflow.store.people.profiles import Profile
from workflow.store.tables.handles import FAILURE, KNOWN, SESSION, TOKEN, TRIP


def forget_old(connection: Connection, profile: Profile, now: datetime) -> None:
    """Delete sessions, tokens, known browsers, trips and failures that no longer count."""
    idle = SESSION.c.seen_at <= now - profile.idle
    connection.execute(delete(SESSION).where(or_(SESSION.c.expires_at <= now, idle)))
    for table in (TOKEN, KNOWN, TRIP):
        connection.execute(delete(table).where(table.c.expires_at <= now))
    longest = max(profile.per_account.forgotten_after, profile.per_address.forgotten_after)
    connection.execute(delete(FAILURE).where(FAILURE.c.last_at <= now - longest))
