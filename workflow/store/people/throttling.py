"""Failures counted by account and by address: who fails too often waits, never for good."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, update

from workflow.store.driver.upsert import upsert
from workflow.store.people.hashing import hash_of
from workflow.store.people.profiles import Profile, Throttle
from workflow.store.tables.handles import FAILURE

Counters = Mapping[str, Throttle]
"""What a try is counted under, and how failures there cost time."""

_ADDRESS = "address:"


def counters(profile: Profile, username: str, address: str, known: str | None) -> Counters:
    """What a try of this login name is counted under: name and address or, for a browser known to
    be its owner's, that browser alone.
    """
    if known is not None:
        return {_key("browser:", known): profile.per_account}
    return {
        key_of_account(username): profile.per_account,
        _key(_ADDRESS, address): profile.per_address,
    }


def key_of_account(username: str) -> str:
    """What failures of a login name are counted under."""
    return _key("account:", username.strip().lower())


def begin_try(connection: Connection, counted: Counters, now: datetime) -> timedelta | None:
    """Count a try before it is looked at; how long to wait instead, or None.

    Counting first means that tries at the same moment wait for each other. A try that has to wait
    is not counted, so nobody is locked out for good.
    """
    rows = [(key, *_failures(connection, key, counted[key], now)) for key in sorted(counted)]
    waits = [_wait(counted[key], failures, last_at, now) for key, failures, last_at in rows]
    if (longest := max(waits)) > timedelta():
        return longest
    for key, failures, _ in rows:
        more = update(FAILURE).where(FAILURE.c.key == key)
        connection.execute(more.values(failures=failures + 1, last_at=now))
    return None


def end_try(connection: Connection, counted: Counters) -> None:
    """The try succeeded: the account begins anew, the address is given its try back."""
    names = [key for key in counted if not key.startswith(_ADDRESS)]
    connection.execute(delete(FAILURE).where(FAILURE.c.key.in_(names)))
    give_back(connection, {key: one for key, one in counted.items() if key not in names})


def give_back(connection: Connection, counted: Counters) -> None:
    """The try was no failure, but another step is still to come: nothing begins anew."""
    ours = (FAILURE.c.key.in_(list(counted)), FAILURE.c.failures > 0)
    connection.execute(update(FAILURE).where(*ours).values(failures=FAILURE.c.failures - 1))


def begin_anew(connection: Connection, username: str) -> None:
    """The failures of a login name count no more."""
    connection.execute(delete(FAILURE).where(FAILURE.c.key == key_of_account(username)))


def _key(kind: str, what: str) -> str:
    """The account's name is hashed: what somebody typed there may be a password."""
    return kind + hash_of(what)


def _failures(
    connection: Connection, key: str, throttle: Throttle, now: datetime
) -> tuple[int, datetime]:
    """What is counted under a key, the row locked until the transaction ends."""
    first = upsert(connection, FAILURE).values(key=key, failures=0, last_at=now)
    locked = first.on_conflict_do_update(index_elements=["key"], set_={"key": first.excluded.key})
    row = connection.execute(locked.returning(FAILURE.c.failures, FAILURE.c.last_at)).one()
    forgotten = now - row.last_at >= throttle.forgotten_after
    return (0, now) if forgotten else (row.failures, row.last_at)


def _wait(throttle: Throttle, failures: int, last_at: datetime, now: datetime) -> timedelta:
    beyond = failures - throttle.free
    if beyond < 0:
        return timedelta()
    wait = min(throttle.first * 2 ** min(beyond, 20), throttle.longest)
    ends_at: datetime = last_at + wait
    return max(ends_at - now, timedelta())
