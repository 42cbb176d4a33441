"""A browser on its way to an OpenID provider and back: what it must bring, once and soon."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert

from workflow.store.people.hashing import hash_of
from workflow.store.tables.handles import TRIP

TRIP_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Trip:
    """What was sent along (`state`, `nonce`), what proves that it was us (`verifier`, PKCE), and
    where the person was going.
    """

    state: str
    nonce: str
    verifier: str
    next_page: str


def begin_trip(connection: Connection, next_page: str, now: datetime) -> tuple[str, Trip]:
    """Begin a trip; the token for the browser's cookie, and the trip."""
    token = secrets.token_urlsafe(32)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    trip = Trip(state, nonce, verifier, next_page)
    row = {
        "browser_hash": hash_of(token),
        "state": trip.state,
        "nonce": trip.nonce,
        "verifier": trip.verifier,
        "next_page": trip.next_page,
        "expires_at": now + TRIP_LASTS,
    }
    connection.execute(insert(TRIP).values(row))
    return token, trip


def end_trip(connection: Connection, token: str, now: datetime) -> Trip | None:
    """The trip of a browser, which counts no more from now on; None when there is none."""
    ours = delete(TRIP).where(TRIP.c.browser_hash == hash_of(token))
    ended = ours.returning(
        TRIP.c.state, TRIP.c.nonce, TRIP.c.verifier, TRIP.c.next_page, TRIP.c.expires_at
    )
    row = connection.execute(ended).first()
    return Trip(*row[:4]) if row is not None and row.expires_at > now else None
