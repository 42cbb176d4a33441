"""Checkpoints as an installation makes them: by the hour, by hand, sealed with a key, and what an
auditor and doctor say when somebody has been at the database in between.
"""

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from api import checkpoint_files
from api.cli.first_run import prepare
from api.clock import SimulatedClock
from api.context import Duban
from api.settings import BadSetting, Settings
from workflow.doctor.against import compare
from workflow.doctor.verify import read_files
from workflow.store.database import Database
from workflow.store.evidence import audit, checkpoints
from workflow.store.evidence.audit import Act

pytestmark = pytest.mark.tamper

COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]


@pytest.fixture
def watched(duban: Duban, tmp_path: Path) -> Duban:
    """An installation that keeps checkpoints in a folder."""
    return replace(duban, settings=Settings(checkpoints=tmp_path / "safe"))


def files(duban: Duban) -> list[str]:
    """The files of the folder."""
    assert duban.settings.checkpoints is not None
    return sorted(file.name for file in duban.settings.checkpoints.iterdir())


def test_the_worker_makes_one_an_hour(watched: Duban, clock: SimulatedClock) -> None:
    made = []
    for _ in range(5):
        made.append(checkpoint_files.export_due(watched, clock()))
        clock.advance_to(clock() + timedelta(minutes=25))
    assert made == [1, 0, 0, 1, 0]
    assert files(watched) == ["checkpoint-000001.json", "checkpoint-000002.json"]


def test_nobody_who_writes_waits_until_every_case_was_read(
    watched: Duban, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite lets one write at a time, and a million cases take seconds to read."""
    proper = checkpoints.root_of

    def root_of(*given: Any) -> str:
        with watched.database.unit_of_work() as connection:
            audit.record(connection, Act("checkpoint"), clock())
        return proper(*given)

    monkeypatch.setattr(checkpoints, "root_of", root_of)
    assert checkpoint_files.export_due(watched, clock()) == 1


def test_one_that_another_worker_has_made_meanwhile_is_not_made_again(
    watched: Duban, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    proper = checkpoints.compose

    def compose(*given: Any, **more: Any) -> Any:
        body = proper(*given, **more)
        with watched.database.unit_of_work() as connection:
            checkpoints.keep(connection, body, clock(), None)
        return body

    monkeypatch.setattr(checkpoints, "compose", compose)
    assert checkpoint_files.export_due(watched, clock()) == 0
    monkeypatch.undo()
    assert checkpoint_files.export_due(watched, clock()) == 0
    assert files(watched) == ["checkpoint-000001.json"]


def test_a_clock_that_was_ahead_keeps_none_back(watched: Duban, clock: SimulatedClock) -> None:
    """A machine that began with next year's date made none until next year."""
    now, ahead = clock(), clock() + timedelta(days=400)
    assert checkpoint_files.export_due(watched, ahead) == 1
    made = [
        checkpoint_files.export_due(watched, now + timedelta(minutes=minutes))
        for minutes in (0, 25, 50, 75)
    ]
    assert made == [1, 0, 0, 1]


def test_one_that_cannot_be_kept_is_not_taken_for_somebody_else_s(
    watched: Duban, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be missing hour after hour, and nobody be told."""

    def refuse(*_: Any) -> Any:
        raise IntegrityError("rule broken", None, Exception("rule of another table"))

    monkeypatch.setattr(checkpoints, "keep", refuse)
    with pytest.raises(IntegrityError):
        checkpoint_files.export_due(watched, clock())


def test_of_several_workers_on_postgres_one_reads_every_case(
    postgres_database: Database,
    clock: SimulatedClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a storm of a million timers four of them took a gigabyte each, for one file."""
    duban = Duban.on(postgres_database, Settings(checkpoints=tmp_path / "safe"), clock)
    read: list[datetime] = []
    proper = checkpoints.compose

    def compose(connection: Connection, now: datetime) -> Any:
        read.append(now)
        assert checkpoint_files.export_due(duban, now) == 0, "while the first is at it"
        return proper(connection, now)

    monkeypatch.setattr(checkpoints, "compose", compose)
    assert [checkpoint_files.export_due(duban, clock()) for _ in range(2)] == [1, 0]
    assert len(read) == 1


def test_a_file_that_could_not_be_written_is_written_later(
    watched: Duban, clock: SimulatedClock
) -> None:
    assert watched.settings.checkpoints is not None
    checkpoint_files.export_due(watched, clock())
    (lost,) = watched.settings.checkpoints.iterdir()
    text = lost.read_text(encoding="utf-8")
    lost.unlink()
    assert checkpoint_files.export_due(watched, clock()) == 0
    assert lost.read_text(encoding="utf-8") == text


def test_a_whole_one_stands_for_itself(watched: Duban, tmp_path: Path) -> None:
    checkpoint_files.export(watched, tmp_path / "a", watched.clock())
    checkpoint_files.export(watched, tmp_path / "b", watched.clock())
    checkpoint_files.export(watched, tmp_path / "c", watched.clock(), whole=True)
    with watched.database.reading() as connection:
        goes_on, whole = (compare(connection, read_files([tmp_path / one])[1]) for one in "bc")
    assert goes_on[0].wrong == "缺少它之前的校验点，请一并提供"
    assert whole == []


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "key"
    for text, sentence in ((b"short\n", "密钥太短"), (None, "读不了密钥文件")):
        if text is None:
            key.unlink()
        else:
            key.write_bytes(text)
        with pytest.raises(BadSetting, match=sentence):
            Settings.read({"DUBAN_CHECKPOINT_KEY": str(key)})


def test_an_office_finds_out_who_has_been_at_its_history(tmp_path: Path) -> None:
    data, safe, key = tmp_path / "data", tmp_path / "safe", tmp_path / "key"
    key.write_bytes(b"a key that is kept elsewhere\n")
    settings = Settings(data=data, database_url=f"sqlite:///{data / 'duban.db'}", chain="sm3")
    prepare(settings, reset=False).close()
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "DUBAN_DATA": str(data), "DUBAN_HASH": "sm3"}
    environment["DUBAN_CHECKPOINT_KEY"] = str(key)

    def run(*words: str | Path) -> tuple[int, str]:
        done = subprocess.run(
            [*COMMAND, *map(str, words)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    assert run("checkpoint", "--to", safe)[0] == 0
    assert json.loads((safe / "checkpoint-000001.json").read_text(encoding="utf-8"))["alg"] == "sm3"
    assert "与校验点一致" in run("doctor", "--against", safe)[1]
    with sqlite3.connect(data / "duban.db") as intruder:
        intruder.execute("UPDATE holding SET person_id = person_id + 1 WHERE id = 5")
    intruder.close()
    code, text = run("doctor", "--against", safe)
    assert (code, "✗ 与校验点不符：任职第 5 行：被改动过" in text) == (1, True), text

    code, text = run("dump", tmp_path / "dump.jsonl")
    assert code == 0, text
    program = text.partition("验证程序：")[2].partition("，")[0]
    auditor = [sys.executable, "-I", "-S", "-X", "utf8", program, tmp_path / "dump.jsonl", safe]
    found = subprocess.run(
        [*map(str, auditor), "--key", str(key)], capture_output=True, encoding="utf-8", check=False
    )
    assert "✗ 任职第 5 行：被改动过" in found.stdout, found.stdout + found.stderr
