"""Failures counted by account and by address: who fails too often waits, never for good."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from workflow.store.people.forgetting import FAILURE, FORGOTTEN_AFTER
from workflow.store.people.hashing import hash_of

LONGEST_WAIT = timedelta(minutes=5)
_FREE_TRIES = {"account": 5, "address": 30}
"""Failures that cost no waiting, by account and by address: an office shares one address."""


def begin_try(
    connection: Connection, username: str, address: str, now: datetime
) -> timedelta | None:
    """Count a try to sign in before it is looked at; how long to wait instead, or None.

    Counting first means that tries at the same moment wait for each other. A try that has to wait
    is not counted, so nobody is locked out for good.
    """
    kinds = {_key("account", username): "account", _key("address", address): "address"}
    rows = [(key, *_failures(connection, key, now)) for key in sorted(kinds)]
    waits = [_wait(kinds[key], failures, last_at, now) for key, failures, last_at in rows]
    if (longest := max(waits)) > timedelta():
        return longest
    for key, failures, _ in rows:
        counted = update(FAILURE).where(FAILURE.c.key == key)
        connection.execute(counted.values(failures=failures + 1, last_at=now))
    return None


def end_try(connection: Connection, username: str, address: str) -> None:
    """The try succeeded: the account begins anew, the address is given its try back."""
    connection.execute(delete(FAILURE).where(FAILURE.c.key == _key("account", username)))
    ours = FAILURE.c.key == _key("address", address)
    connection.execute(
        update(FAILURE).where(ours, FAILURE.c.failures > 0).values(failures=FAILURE.c.failures - 1)
    )


def _key(kind: str, what: str) -> str:
    """The account's name is hashed: what somebody typed there may be a password."""
    return f"{kind}:{hash_of(what.strip().lower())}"


def _failures(connection: Connection, key: str, now: datetime) -> tuple[int, datetime]:
    """What is counted under a key, the row locked until the transaction ends."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = dialect.insert(FAILURE).values(key=key, failures=0, last_at=now)
    locked = first.on_conflict_do_update(index_elements=["key"], set_={"key": first.excluded.key})
    row = connection.execute(locked.returning(FAILURE.c.failures, FAILURE.c.last_at)).one()
    return (0, now) if now - row.last_at > FORGOTTEN_AFTER else (row.failures, row.last_at)


def _wait(kind: str, failures: int, last_at: datetime, now: datetime) -> timedelta:
    beyond = failures - _FREE_TRIES[kind]
    if beyond < 0:
        return timedelta()
    wait = min(timedelta(seconds=2 ** min(beyond, 20)), LONGEST_WAIT)
    return max(last_at + wait - now, timedelta())
