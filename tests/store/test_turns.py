"""Who writes to SQLite without a pause keeps nobody else out."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from workflow.store.database import Database
from workflow.store.driver import turns

HELD_SECONDS = 0.05
"""What a transaction of the greedy one takes; between two of them the lock is free for a moment."""


def _write_on_and_on(url: str, begun: Event, enough: Event) -> None:
    database = Database(url)
    while not enough.is_set():
        with database.unit_of_work() as connection:
            connection.exec_driver_sql("UPDATE t SET n = n + 1")
            begun.set()
            time.sleep(HELD_SECONDS)
    database.dispose()


def test_a_writer_without_a_pause_keeps_nobody_out(tmp_path: Path) -> None:
    """Thousands of messages given up one by one, say, and somebody who signs meanwhile."""
    database = _with_a_table(tmp_path)
    spawning = multiprocessing.get_context("spawn")
    begun, enough = spawning.Event(), spawning.Event()
    greedy = spawning.Process(target=_write_on_and_on, args=(database.url, begun, enough))
    greedy.start()
    try:
        assert begun.wait(60)
        for _ in range(10):
            with database.unit_of_work() as connection:
                connection.exec_driver_sql("UPDATE t SET n = n + 1000000")
    finally:
        enough.set()
        greedy.join()
    with database.reading() as connection:
        n = connection.exec_driver_sql("SELECT n FROM t").scalar_one()
    assert n // 1000000 == 10
    assert n % 1000000 > 0
    database.dispose()


def test_whose_turn_does_not_come_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.05)
    database, other = _with_a_table(tmp_path), Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.unit_of_work() as connection:
        connection.exec_driver_sql("UPDATE t SET n = 1")
        with pytest.raises(OperationalError, match="locked"), other.unit_of_work():
            pass
    with other.unit_of_work() as connection:
        assert connection.exec_driver_sql("SELECT n FROM t").scalar_one() == 1, "it tries again"
    database.dispose()
    other.dispose()


def test_who_only_reads_waits_but_a_moment_to_say_so(tmp_path: Path) -> None:
    database, other = _with_a_table(tmp_path), Database(f"sqlite:///{tmp_path / 'x.db'}")

    def write(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE t SET n = n + 1")

    with database.unit_of_work(), ThreadPoolExecutor() as pool:
        here = pool.submit(database.note, write)
        assert (other.note(write), here.result(60)) == (False, False)
    assert (other.note(write), database.note(write)) == (True, True)
    with other.reading() as connection:
        assert connection.exec_driver_sql("SELECT n FROM t").scalar_one() == 2
    database.dispose()
    other.dispose()


def _with_a_table(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'x.db'}")
    with database.unit_of_work() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (0)")
    return database
