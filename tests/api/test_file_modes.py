"""What an installation writes is nobody else's to read, whoever's umask it is started with."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.test_cli import COMMAND, data, duban, environment

__all__ = ["data"]


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    """Somebody whose files everybody may read and write."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    return [str(one) for one in folder.rglob("*") if one.is_file() and one.stat().st_mode & 0o077]


def test_nobody_else_reads_what_it_writes(data: Path, tmp_path: Path) -> None:
    assert duban(data, "init", "wei.anquan").returncode == 0
    database = data / "duban.db"
    assert database.stat().st_mode & 0o777 == 0o600
    database.chmod(0o644)  # as it was made before this was seen to
    assert duban(data, "dump", str(tmp_path / "dump.jsonl")).returncode == 0
    assert duban(data, "checkpoint", "--to", str(tmp_path / "checkpoints")).returncode == 0
    assert len([one for one in tmp_path.rglob("*") if one.is_file()]) > 3
    assert open_to_others(tmp_path) == []


def test_nor_the_log_beside_the_database_while_it_serves(data: Path) -> None:
    assert duban(data, "init", "wei.anquan").returncode == 0
    serving = subprocess.Popen(
        [*COMMAND, "serve"], env=environment(data), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert serving.stdout is not None
        serving.stdout.readline()  # it has started
        beside = sorted(one.name for one in data.glob("duban.db-*"))
        assert beside == ["duban.db-shm", "duban.db-wal"]
        assert open_to_others(data) == []
    finally:
        serving.terminate()
        serving.communicate(timeout=60)
