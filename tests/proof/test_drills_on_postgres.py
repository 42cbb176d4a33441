"""Drills on PostgreSQL: a backup is taken while people work and restored elsewhere, and connections
end in the middle of a step.
"""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bench.embedded import PostgresServer
from notifications.delivery import deliver_due
from notifications.sending_mark import SendingMark
from tests.proof.conftest import Lives, reopened
from tests.proof.sink import Sink
from tests.proof.story import Story, warm
from tests.proof.test_drills import history_of
from workflow.commands import Answer
from workflow.doctor import Report, examine
from workflow.store.database import Database
from workflow.store.outgoing import sending

pytestmark = pytest.mark.postgres

Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def story(lives: Lives) -> Iterator[Story]:
    """A lived-in PostgreSQL database of our own."""
    copies, life = lives("postgres")
    story = reopened(life, copies.make())
    yield story
    story.database.dispose()


@pytest.fixture
def program(postgres_server: PostgresServer) -> Program:
    """Runs a program that comes with PostgreSQL."""

    def run(name: str, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [str(Path(postgres_server.bin_path) / name), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run


def url_for_programs(story: Story) -> str:
    return story.database.url.replace("postgresql+psycopg", "postgresql")


@pytest.fixture
def backed_up(story: Story, program: Program, tmp_path: Path) -> Callable[[], Path]:
    """Takes a backup as docs/running.md says."""

    def dump() -> Path:
        file = tmp_path / "backup.dump"
        done = program("pg_dump", "--format=custom", f"--file={file}", url_for_programs(story))
        assert done.returncode == 0, done.stderr
        return file

    return dump


Restore = Callable[[Path], Story | None]


@pytest.fixture
def restore(story: Story, empty_postgres: str, program: Program) -> Iterator[Restore]:
    """Restores a backup into an empty database; None if pg_restore refuses it."""
    database = Database(empty_postgres)

    def load(file: Path) -> Story | None:
        done = program("pg_restore", f"--dbname={empty_postgres}", str(file))
        if done.returncode:
            return None
        return Story(database, warm(story.catalog, database), story.now, "again")

    yield load
    database.dispose()


def report_of(story: Story) -> Report:
    return examine(story.database, story.catalog, story.now)


@contextmanager
def at_work(story: Story) -> Iterator[list[int]]:
    """Somebody opens cases all the while; the cases that were answered so far."""
    clerk, stop = story.elsewhere("clerk"), threading.Event()
    answered: list[int] = []

    def work() -> None:
        while not stop.is_set():
            answered.append(clerk.open(due="2027-03-31"))

    clerk_thread = threading.Thread(target=work)
    clerk_thread.start()
    try:
        yield answered
    finally:
        stop.set()
        clerk_thread.join()
        clerk.database.dispose()


def test_a_backup_taken_while_people_work_is_one_moment_and_goes_on(
    story: Story, backed_up: Callable[[], Path], restore: Restore
) -> None:
    with at_work(story) as answered:
        while not answered:
            pass
        before = history_of(story.database)
        backup = backed_up()
    again = restore(backup)
    assert again is not None
    kept = history_of(again.database)
    assert before <= kept <= history_of(story.database)
    report = report_of(again)
    assert report.clean, report.complaints
    again.open_at("second_review", due="2027-03-31")
    again.pass_time(days=20)
    again.sweep()
    again.deliver()
    report = report_of(again)
    assert report.clean, report.complaints
    print(f"figure: history rows restored from pg_dump = {len(kept)}")


def test_a_restored_database_holds_what_may_have_gone(
    story: Story, backed_up: Callable[[], Path], restore: Restore, tmp_path: Path
) -> None:
    def deliver(one: Story) -> int:
        sink, mark = Sink(lambda key: None), SendingMark(one.database, tmp_path / "mark")
        ways, calendar = {"email": sink, "sms": sink}, one.catalog.calendar
        sent = 0
        while (done := deliver_due(one.database, ways, calendar, one.now, mark=mark)).leased:
            sent += done.sent
        return sent

    story.now = datetime(2026, 12, 7, 2, tzinfo=UTC)  # a working morning
    deliver(story)  # a new machine, which is told that it may
    with story.database.unit_of_work() as connection:
        sending.release(connection, story.now)
    story.open_at("assigned", due="2027-03-31")
    backup = backed_up()
    assert deliver(story)
    again = restore(backup)
    assert again is not None
    assert deliver(again) == 0
    with again.database.reading() as connection:
        hold = sending.read(connection).hold
    assert hold is not None
    assert hold.because == "restored"


@pytest.mark.parametrize("change", ["cut", "flipped"])
def test_a_damaged_backup_is_found_out(
    change: str, backed_up: Callable[[], Path], restore: Restore
) -> None:
    backup = backed_up()
    content = bytearray(backup.read_bytes())
    late = len(content) * 9 // 10  # among the rows: what comes first says how to drop tables, too
    if change == "cut":
        content = content[:late]
    else:
        content[late : late + 64] = bytes(255 - one for one in content[late : late + 64])
    backup.write_bytes(content)
    again = restore(backup)
    assert again is None or not report_of(again).clean


# Connections that end


class Cutter:
    """Has the server end the connection of whoever comes to a point."""

    def __init__(self, story: Story) -> None:
        self.at, self.passed = 0, 0
        self._admin = Database(story.database.url)
        event.listen(story.database.engine, "before_cursor_execute", self._before_statement)
        dialect: Any = story.database.engine.dialect
        proper = dialect.do_commit

        def committing(connection: Any) -> None:
            self.point(connection.driver_connection)
            proper(connection)

        dialect.do_commit = committing

    def _before_statement(self, connection: Any, *_: object) -> None:
        self.point(connection.connection.driver_connection)

    def point(self, connection: Any) -> None:
        """Pass a point, or be cut off here."""
        self.passed += 1
        if self.passed == self.at:
            own = connection.info.backend_pid
            with self._admin.unit_of_work() as admin:
                admin.exec_driver_sql("SELECT pg_terminate_backend(%s, 5000)", (own,))

    def close(self) -> None:
        """Leave no connection."""
        self._admin.dispose()


@pytest.fixture
def cutter(story: Story) -> Iterator[Cutter]:
    made = Cutter(story)
    yield made
    made.close()


def test_a_connection_that_ends_in_a_step_costs_one_try(story: Story, cutter: Cutter) -> None:
    """Whoever asks again has another connection and is answered, and the step is there once. One
    that ends after its commit is noticed by the next who is given it.
    """
    point = failed = 0
    while cutter.passed >= point:
        point += 1
        case = story.open_at("assigned", due="2027-03-31")
        cutter.at, cutter.passed = point, 0
        answers = [*tried(story, case)]
        cutter.at = 0
        answers += [*tried(story, case), *tried(story, case)]
        assert len(set(answers)) == 1
        assert len(answers) >= 2
        failed += 3 - len(answers)
    assert failed
    report = report_of(story)
    assert report.clean, report.complaints
    print(f"figure: connections ended in a step = {point - 1}")


def tried(story: Story, case: int) -> Iterator[Answer]:
    """The answer to a request, which is the same each time; nothing if it failed."""
    with suppress(OperationalError):
        yield story.at_once(case, "xingyi.liaison", "accept", request=f"cut-{case}")
