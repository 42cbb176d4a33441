"""Real processes begin only on a sound database, keep no head of a request that does not end, and
end in good order when they are told to.
"""

import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import func, select, text

from api.cli.first_run import prepare
from api.clock import SimulatedClock, system_clock
from api.settings import Settings
from tests.api.callers import opening
from tests.api.test_cli import COMMAND, duban, environment
from tests.prefecture import NOW
from tests.proof.story import Story
from workflow.catalog import Catalog
from workflow.doctor import examine
from workflow.store.database import Database
from workflow.store.people.accounts import person_by_username
from workflow.store.people.tokens import Scope, make_token
from workflow.store.tables.handles import CASE, TIMER

CASES = 60
BOTH = pytest.mark.parametrize("verb", ["serve", "worker"])


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation with the sample prefecture, which began at NOW."""
    folder = tmp_path_factory.mktemp("begun") / "data"
    settings = Settings(data=folder, database_url=f"sqlite:///{folder / 'duban.db'}")
    prepare(settings, reset=False, clock=SimulatedClock(NOW)).close()
    return folder


@pytest.fixture
def data(begun: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(begun, tmp_path / "data"))


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    """Its database, as another process has it open."""
    opened = Database(f"sqlite:///{data / 'duban.db'}")
    yield opened
    opened.dispose()


@contextmanager
def running(data: Path, verb: str, **more: str) -> "Iterator[subprocess.Popen[str]]":
    """A process of this installation that says that it has started."""
    process = subprocess.Popen(
        [*COMMAND, verb],
        env=environment(data, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


# Start


@BOTH
def test_a_broken_chain_is_not_worked_on(data: Path, database: Database, verb: str) -> None:
    case = Story(database, Catalog(database)).open()
    with database.unit_of_work() as connection:
        connection.execute(text("DROP TRIGGER history_no_update"))
        connection.execute(text("UPDATE history SET person_id = 1 WHERE case_id = :c"), {"c": case})
    done = duban(data, verb)
    assert done.returncode == 1
    assert "数据被改动过或已损坏，不能启动" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@BOTH
def test_another_schema_is_not_worked_on(data: Path, database: Database, verb: str) -> None:
    with database.unit_of_work() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    done = duban(data, verb)
    assert done.returncode == 1
    assert "数据库结构版本为 9999" in done.stderr


# In between


def test_a_head_that_does_not_end_is_not_kept(data: Path) -> None:
    with running(data, "serve") as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().strip().rpartition(":")[2].strip("/"))
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(
                b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + 2**17 * b"x"
            )
            assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


# Stop


def test_a_request_in_hand_is_answered_before_the_web_process_ends(
    data: Path, database: Database
) -> None:
    with running(data, "serve", DUBAN_LOG="json") as process:
        assert process.stdout is not None
        address = process.stdout.readline().split("：")[1].strip()
        with urllib.request.urlopen(f"{address}/readyz", timeout=20) as ready:
            assert ready.status == 200
        post = _opening(database, address)
        with ThreadPoolExecutor(1) as pool:
            with database.unit_of_work():  # nobody else can write
                answer = pool.submit(urllib.request.urlopen, post, timeout=20)
                time.sleep(0.5)
                process.send_signal(signal.SIGTERM)
                time.sleep(0.3)
                assert process.poll() is None, "it did not wait for the request"
                assert not answer.done()
            assert answer.result().status == 201
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    lines = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    assert [line["place"] for line in lines if line["event"] == "request"] == ["POST:/api/v1/cases"]
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(CASE)).scalar_one() == 1


def _opening(database: Database, address: str) -> urllib.request.Request:
    """A program's request to open a case."""
    with database.unit_of_work() as connection:
        person = person_by_username(connection, "zhou-dc.specialist1")
        lasts = timedelta(days=1)
        token = make_token(connection, person, "test", Scope.WRITE, system_clock(), lasts)
    body = json.dumps(opening()).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return urllib.request.Request(f"{address}/api/v1/cases", body, headers)


def test_a_sweep_in_hand_is_finished_before_the_worker_ends(data: Path, database: Database) -> None:
    story = Story(database, Catalog(database))
    for _ in range(CASES):
        story.open()
    with running(data, "worker") as process:
        _await_long_write(data / "duban.db")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "worker stopped" in errors
    report = examine(database, story.catalog, system_clock())
    assert [one for one in report.complaints if "已到时间而未触发" not in one.sentence] == []
    with database.reading() as connection:
        due = select(func.count()).where(TIMER.c.wake_at <= system_clock())
        left = connection.execute(due).scalar_one()
    assert left in (0, CASES), "the sweep was cut off"  # all of it, or it had not begun


def _await_long_write(file: Path) -> None:
    """Return while somebody has been writing for longer than anything but a sweep takes; few looks,
    for on a busy machine each may come late.
    """
    locked, until = 0, time.monotonic() + 30
    probe: Any = dbapi2.connect(str(file), timeout=0, isolation_level=None)
    while locked < 3:
        assert time.monotonic() < until, "nobody wrote"
        try:
            probe.execute("BEGIN IMMEDIATE")
            probe.execute("ROLLBACK")
            locked = 0
        except dbapi2.OperationalError:
            locked += 1
        time.sleep(0.01)
    probe.close()
