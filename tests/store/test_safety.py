"""A database that would lose what it has committed is found out at start."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from workflow.store.database import Database, DatabaseUnusable
from workflow.store.safety import check_safe


def test_what_we_open_ourselves_is_safe(sqlite_database: Database) -> None:
    check_safe(sqlite_database)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("journal_mode=MEMORY", "不能用 WAL"),
        ("synchronous=NORMAL", "synchronous 低于 FULL"),
        ("foreign_keys=OFF", "外键检查没有打开"),
        ("recursive_triggers=OFF", "recursive_triggers 没有打开"),
    ],
)
def test_an_unsafe_sqlite_is_refused(tmp_path: Path, setting: str, sentence: str) -> None:
    database = Database(f"sqlite:///{tmp_path / 'unsafe.db'}")

    def spoil(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA {setting}")

    event.listen(database.engine, "connect", spoil)
    with pytest.raises(DatabaseUnusable, match=f"{sentence}.*不能启动"):
        check_safe(database)
    database.dispose()


@pytest.mark.postgres
def test_a_postgresql_that_does_not_write_through_is_refused(postgres_database: Database) -> None:
    with pytest.raises(DatabaseUnusable, match="fsync 已关闭"):
        check_safe(postgres_database)  # the tests' own server has it off


@pytest.mark.postgres
def test_a_session_that_does_not_wait_for_the_disk_is_refused(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflow.store import safety

    for setting in ("fsync", "full_page_writes"):  # off here, where nothing has to last
        monkeypatch.delitem(safety._POSTGRES, setting)
    check_safe(postgres_database)

    def spoil(connection: Any, _: object) -> None:
        connection.execute("SET synchronous_commit = off")
        connection.commit()

    postgres_database.dispose()
    event.listen(postgres_database.engine, "connect", spoil)
    with pytest.raises(DatabaseUnusable, match="synchronous_commit 已关闭"):
        check_safe(postgres_database)
