"""The two doors to a database: what is refused at the threshold, who waits for whom, and that
nothing is lost between reading and writing.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from workflow.store.database import Database, DatabaseUnusable
from workflow.store.driver import bulk
from workflow.store.tables.handles import CASE

# The threshold


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://h/x", "不支持数据库“mysql”，可用 sqlite 或 postgresql"),
        ("oracle+oracledb://h/x", "不支持数据库“oracle"),
        ("no url at all", "DATABASE_URL 写法不对"),
        ("", "DATABASE_URL 写法不对"),
    ],
)
def test_another_kind_of_database_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(DatabaseUnusable, match=sentence):
        Database(url)


def test_a_password_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(DatabaseUnusable) as refused:
        Database("mysql://me:secret@h/x")
    assert "secret" not in str(refused.value)


def test_a_sqlite_that_can_corrupt_its_log_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbapi2, "sqlite_version_info", (3, 51, 2))
    monkeypatch.setattr(dbapi2, "sqlite_version", "3.51.2")
    with pytest.raises(DatabaseUnusable, match=r"SQLite 3\.51\.2 .*请安装 pysqlite3"):
        Database(f"sqlite:///{tmp_path / 'x.db'}")


def test_sqlite_is_set_to_keep_what_it_acknowledged(sqlite_database: Database) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 10000,
    }
    with sqlite_database.reading() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
    assert found == wanted


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a' / 'b' / 'x.db'}")
    with database.unit_of_work() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
    database.dispose()
    assert (tmp_path / "a" / "b" / "x.db").exists()


def test_postgres_that_falls_silent_is_given_up(postgres_database: Database) -> None:
    assert said_to_postgres(postgres_database, "tcp_user_timeout") == "60000"
    other = Database(f"{postgres_database.url}&tcp_user_timeout=5000")
    assert said_to_postgres(other, "tcp_user_timeout") == "5000"
    other.dispose()


def said_to_postgres(database: Database, name: str) -> str:
    with database.reading() as connection:
        driver: Any = connection.connection.driver_connection
        return str(driver.info.get_parameters()[name])


def test_nobody_waits_for_ever_for_what_another_has_locked(postgres_database: Database) -> None:
    _begin_counting(postgres_database)
    with postgres_database.reading() as connection:
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "1min"
    hasty = Database(f"{postgres_database.url}&options=-c%20lock_timeout%3D200ms")
    with postgres_database.unit_of_work() as frozen:
        frozen.execute(SET, {"n": 1})
        with pytest.raises(OperationalError, match="lock timeout"), hasty.unit_of_work() as work:
            work.execute(SET, {"n": 2})
    hasty.dispose()


# Reading and writing


def _count(connection: Any) -> int:
    return int(connection.execute(text("SELECT max(serial) FROM counter")).scalar_one() or 0)


def _begin_counting(database: Database) -> None:
    with database.unit_of_work() as connection:
        connection.execute(text("INSERT INTO counter VALUES ('x', 2026, 0)"))


SET = text("UPDATE counter SET serial = :n WHERE workflow = 'x'")


def test_a_reader_sees_the_last_committed_state_while_a_writer_works(database: Database) -> None:
    _begin_counting(database)
    with database.unit_of_work() as writer:
        writer.execute(SET, {"n": 1})
        with database.reading() as reader:
            assert _count(reader) == 0
    with database.reading() as reader:
        assert _count(reader) == 1


def test_a_reader_sees_one_state_to_its_end(sqlite_database: Database) -> None:
    _begin_counting(sqlite_database)
    with sqlite_database.reading() as reader:
        assert _count(reader) == 0
        with sqlite_database.unit_of_work() as writer:
            writer.execute(SET, {"n": 1})
        assert _count(reader) == 0


def test_a_snapshot_is_one_state_whatever_is_committed_meanwhile(database: Database) -> None:
    _begin_counting(database)
    with database.snapshot() as reader:
        assert _count(reader) == 0
        with database.unit_of_work() as writer:
            writer.execute(SET, {"n": 1})
        assert _count(reader) == 0
    with database.reading() as reader:
        assert _count(reader) == 1


def test_a_unit_of_work_that_fails_leaves_nothing(database: Database) -> None:
    _begin_counting(database)

    def fail() -> None:
        with database.unit_of_work() as connection:
            connection.execute(SET, {"n": 7})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.reading() as reader:
        assert _count(reader) == 0


def test_a_reader_cannot_write_for_good(database: Database) -> None:
    _begin_counting(database)
    with database.reading() as reader:
        reader.execute(SET, {"n": 7})
    with database.reading() as reader:
        assert _count(reader) == 0


THREADS, TIMES = 8, 60


@pytest.mark.race
def test_no_update_is_lost_between_reading_and_writing(database: Database) -> None:
    """With a library's defaults 360 of 480 were."""
    _begin_counting(database)
    start = Barrier(THREADS)
    lock = "" if database.is_sqlite else " FOR UPDATE"
    read = text(f"SELECT serial FROM counter WHERE workflow = 'x'{lock}")

    def work() -> None:
        start.wait(10)
        for _ in range(TIMES):
            with database.unit_of_work() as connection:
                n = connection.execute(read).scalar_one()
                connection.execute(SET, {"n": n + 1})

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work) for _ in range(THREADS)]:
            done.result(60)
    with database.reading() as reader:
        assert _count(reader) == THREADS * TIMES
    print(f"figure: read-modify-writes kept of {THREADS * TIMES} = {THREADS * TIMES}")


# The way past SQLAlchemy


def test_a_broken_rule_is_told_as_sqlalchemy_tells_it(database: Database) -> None:
    rows = [{"workflow": "x", "year": 2026, "serial": n} for n in (1, 2)]
    insert = text("INSERT INTO counter VALUES (:workflow, :year, :serial)")
    with pytest.raises(IntegrityError), database.unit_of_work() as connection:
        bulk.send(connection, [(insert, rows)])
    with database.reading() as reader:
        assert _count(reader) == 0


def test_what_cannot_be_executed_is_told_as_sqlalchemy_tells_it(sqlite_database: Database) -> None:
    with pytest.raises(OperationalError), sqlite_database.unit_of_work() as connection:
        bulk.send(connection, [(text("DELETE FROM nowhere WHERE id = :id"), [{"id": 1}])])


@pytest.mark.parametrize(("workflow", "serial"), [("\0", 1), ("x", 2**40)])
def test_what_cannot_be_stored_is_told_as_sqlalchemy_tells_it(
    postgres_database: Database, workflow: str, serial: int
) -> None:
    insert = text("INSERT INTO counter VALUES (:workflow, 2026, :serial)")
    with pytest.raises(DataError), postgres_database.unit_of_work() as connection:
        bulk.send(connection, [(insert, [{"workflow": workflow, "serial": serial}])])


def test_what_is_refused_again_and_again_is_prepared_once(postgres_database: Database) -> None:
    """What a connection has prepared lies in the server's memory for as long as it lives."""
    insert = text("INSERT INTO counter VALUES (:workflow, 2026, 1)")
    twice = [(insert, [{"workflow": "x"}] * 2)]
    count = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%counter%'")
    for _ in range(3):
        with pytest.raises(IntegrityError), postgres_database.unit_of_work() as connection:
            bulk.send(connection, twice)
    with postgres_database.reading() as connection:  # the only one in the pool
        assert connection.execute(count).scalar_one() == 1


def test_a_batch_without_rows_sends_nothing(database: Database) -> None:
    with database.unit_of_work() as connection:
        bulk.send(connection, [(CASE.delete().where(CASE.c.id == 1), [])])
