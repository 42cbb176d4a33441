"""What no longer counts is deleted when somebody signs in."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_

from workflow.store.tables import SessionRow, SignInFailure, TokenRow

SESSION = SessionRow.__table__  # type: ignore[attr-defined]
TOKEN = TokenRow.__table__  # type: ignore[attr-defined]
FAILURE = SignInFailure.__table__  # type: ignore[attr-defined]

IDLE = timedelta(minutes=30)
FORGOTTEN_AFTER = timedelta(hours=1)


def forget_old(connection: Connection, now: datetime) -> None:
    """Delete sessions, tokens and failures that no longer count."""
    gone = or_(SESSION.c.expires_at <= now, SESSION.c.seen_at <= now - IDLE)
    connection.execute(delete(SESSION).where(gone))
    connection.execute(delete(TOKEN).where(TOKEN.c.expires_at <= now))
    connection.execute(delete(FAILURE).where(FAILURE.c.last_at <= now - FORGOTTEN_AFTER))
