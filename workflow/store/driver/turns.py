"""SQLite lets one write at a time and keeps no queue: whoever waits looks whether it is free.

SQLite's own waiting looks ten times a second. A worker that writes one small transaction after the
other frees the lock for a moment only, and kept everybody else out until they gave up; so whoever
waits here looks every few milliseconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection

from workflow.store.driver.trouble import is_busy

PATIENCE_SECONDS = 10.0
LOOK_SECONDS = 0.002

_BEGIN = "BEGIN IMMEDIATE"


def begin_in_turn(connection: Connection, patience: float | None = None) -> None:
    """Begin a transaction that writes; raises OperationalError where its turn does not come."""
    driver: Any = connection.connection.driver_connection
    with _asking_at_once(driver):
        if not _began(driver, PATIENCE_SECONDS if patience is None else patience):
            connection.exec_driver_sql(_BEGIN)  # refused once more, in SQLAlchemy's words


def _began(driver: Any, patience: float) -> bool:
    until = monotonic() + patience
    while monotonic() < until:
        try:
            driver.execute(_BEGIN)
        except driver.OperationalError as error:
            if not is_busy(error):
                return False
            sleep(LOOK_SECONDS)
        else:
            return True
    return False


@contextmanager
def _asking_at_once(driver: Any) -> Iterator[None]:
    """Within it SQLite says at once that somebody else writes, and waits for nobody."""
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {PATIENCE_SECONDS * 1000:.0f}")
