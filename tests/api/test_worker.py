"""The heartbeat: one beat does everything due, a part that fails stops no other, any number of
workers fire each timer once, and days of downtime are caught up without punishing anybody.
"""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from api import worker
from api.clock import SimulatedClock, system_clock
from api.context import Duban
from api.jobs.running import run_next
from api.settings import Settings
from api.worker import Ticked, Worker, tick
from notifications.channels import Channel
from notifications.channels.channel import Envelope, Outcome, Receipt, Sender
from tests.prefecture import NOW, Prefecture
from workflow import timers
from workflow.doctor import examine
from workflow.store.database import Database
from workflow.store.tables.handles import CASE, HISTORY, OUTBOX, TIMER

PROBLEM = {
    "source": "督查",
    "found_on": "2026-03-01",
    "description": "村道路灯损坏，三个月无人修复",
    "grade": "一般",
    "kind": "立行立改",
    "due": "2026-03-18",
}


class Remembering:
    """A way that keeps what it is given."""

    name = "memory"

    def __init__(self) -> None:
        self.keys: list[str] = []

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        yield self

    def send(self, envelope: Envelope) -> Receipt:
        self.keys.append(envelope.key)
        return Receipt(Outcome.ACCEPTED, "收到。")


@pytest.fixture
def way() -> Remembering:
    return Remembering()


@pytest.fixture
def ways(way: Remembering) -> dict[str, Channel]:
    return {"email": way, "sms": way}


def dispatched(duban: Duban, prefecture: Prefecture, clock: SimulatedClock) -> int:
    """A problem that waits for the unit to take it."""
    case = duban.commands.open_case(
        workflow="rectification",
        parties={"responsible": prefecture.unit("522301")},
        facts=PROBLEM,
        actor=prefecture.actor("zhou-dc.specialist1"),
        request="open",
        now=clock(),
    ).case
    fire(duban, prefecture, clock, case, "zhou-dc.specialist1", "dispatch")
    return case


def open_and_accept(duban: Duban, prefecture: Prefecture, clock: SimulatedClock) -> int:
    """A problem in the hands of the unit that has to mend it."""
    case = dispatched(duban, prefecture, clock)
    fire(duban, prefecture, clock, case, "xingyi.liaison", "accept")
    return case


def fire(
    duban: Duban, prefecture: Prefecture, clock: SimulatedClock, case: int, who: str, event: str
) -> None:
    actor = prefecture.actor(who)
    duban.commands.fire(case_id=case, event=event, actor=actor, request=event, now=clock())


def statuses(database: Database) -> Counter[str]:
    with database.reading() as connection:
        query = select(TIMER.c.status, func.count()).group_by(TIMER.c.status)
        return Counter({row[0]: row[1] for row in connection.execute(query)})


def test_a_beat_with_nothing_due_is_idle(duban: Duban, ways: dict[str, Channel]) -> None:
    assert tick(duban, ways, NOW).idle


def test_a_worker_that_is_to_stop_sends_no_further_message(
    duban: Duban,
    prefecture: Prefecture,
    clock: SimulatedClock,
    ways: dict[str, Channel],
    way: Remembering,
) -> None:
    many_cases(duban, prefecture, clock)
    assert tick(duban, ways, clock(), lambda: not way.keys).figures["sent"] == 1
    tick(duban, ways, clock())
    assert len(way.keys) == len(set(way.keys)) > 1


def test_a_beat_with_nothing_due_waits_for_nobody_who_writes(
    duban: Duban, ways: dict[str, Channel]
) -> None:
    tick(duban, ways, NOW)  # the first of an hour looks after the files
    with duban.database.unit_of_work():
        assert tick(duban, ways, NOW).idle
        assert not run_next(duban)


def test_one_beat_fires_and_sends(
    duban: Duban,
    prefecture: Prefecture,
    clock: SimulatedClock,
    ways: dict[str, Channel],
    way: Remembering,
) -> None:
    case = dispatched(duban, prefecture, clock)
    done = tick(duban, ways, clock())
    assert done.figures["sent"] == len(way.keys) > 0, "what was urgent goes at once"
    fire(duban, prefecture, clock, case, "xingyi.liaison", "accept")
    clock.advance_to(datetime(2026, 3, 9, 1, tzinfo=UTC))  # seven working days before the limit
    way.keys.clear()
    done = tick(duban, ways, clock())
    assert done.figures["timers"] == 1
    assert done.figures["digests"] >= done.figures["sent"] == len(way.keys) >= 1


def test_one_beat_opens_what_the_calendar_opens(
    duban: Duban, clock: SimulatedClock, ways: dict[str, Channel]
) -> None:
    clock.advance_to(datetime(2026, 10, 15, 0, 30, tzinfo=UTC))
    assert tick(duban, ways, clock()).figures["opened"] == 9
    assert tick(duban, ways, clock()).figures["opened"] == 0


def test_a_part_that_fails_stops_no_other(
    duban: Duban,
    prefecture: Prefecture,
    clock: SimulatedClock,
    ways: dict[str, Channel],
    way: Remembering,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("the sweep is broken")

    dispatched(duban, prefecture, clock)
    monkeypatch.setattr(timers, "fire_due", broken)
    done = tick(duban, ways, clock())
    assert done.failed == ("fire",)
    assert not done.idle
    assert way.keys, "the messages went all the same"


def test_a_storm_of_timers_leaves_time_for_messages(
    duban: Duban,
    prefecture: Prefecture,
    clock: SimulatedClock,
    ways: dict[str, Channel],
    way: Remembering,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A million timers take a quarter of an hour: what is owed at once went after the last."""

    def storm(*_: object) -> int:
        time.sleep(0.01)
        return 1

    dispatched(duban, prefecture, clock)
    monkeypatch.setattr(timers, "fire_due", storm)
    done = tick(duban, ways, clock(), lambda: True, 1.0)
    assert done.figures["timers"] > 1
    assert done.figures["sent"] == len(way.keys) > 0
    assert done.cut_short


def test_after_days_without_a_worker_reminders_collapse_and_nobody_is_punished(
    duban: Duban,
    prefecture: Prefecture,
    clock: SimulatedClock,
    ways: dict[str, Channel],
) -> None:
    case = open_and_accept(duban, prefecture, clock)
    tick(duban, ways, clock())
    clock.advance_to(datetime(2026, 3, 20, 2, tzinfo=UTC))  # three reminders and the limit missed
    tick(duban, ways, clock())
    with duban.database.reading() as connection:
        rungs = connection.execute(
            select(func.count()).where(HISTORY.c.case_id == case, HISTORY.c.event == "rung")
        ).scalar()
        children = connection.execute(select(func.count()).where(CASE.c.parent_id == case)).scalar()
    assert rungs == 1, "one warning, not four"
    assert children == 0, "nobody is urged before the warning has been out for a working day"
    assert statuses(duban.database)["collapsed"] == 3
    clock.advance_to(datetime(2026, 3, 23, 2, tzinfo=UTC))
    tick(duban, ways, clock())
    with duban.database.reading() as connection:
        urged = connection.execute(select(func.count()).where(CASE.c.parent_id == case)).scalar()
    assert urged == 1, "then the letter is drafted, once"
    assert examine(duban.database, duban.catalog, clock()).clean


@pytest.mark.race
def test_two_workers_at_once_fire_each_timer_once(
    duban: Duban,
    prefecture: Prefecture,
    clock: SimulatedClock,
    ways: dict[str, Channel],
    way: Remembering,
) -> None:
    for _ in range(3):
        many_cases(duban, prefecture, clock)
    clock.advance_to(datetime(2026, 10, 15, 1, 30, tzinfo=UTC))
    other = Duban.on(Database(duban.database.url), Settings(), clock)
    barrier = threading.Barrier(2)
    done: list[Ticked] = []

    def beat(installation: Duban) -> None:
        barrier.wait()
        for _ in range(3):  # a part may find the database busy: the next beat goes on
            done.append(tick(installation, ways, clock()))

    threads = [threading.Thread(target=beat, args=(one,)) for one in (duban, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    tick(duban, ways, clock())
    report = examine(duban.database, duban.catalog, clock())
    assert report.clean, report.complaints
    assert way.keys
    assert len(way.keys) == len(set(way.keys)), "nothing went twice"
    assert statuses(duban.database)["collapsed"], "many were due"
    with duban.database.reading() as connection:
        opened = select(func.count()).where(CASE.c.period == 2026)
        assert connection.execute(opened).scalar() == 9
        left = select(func.count()).where(OUTBOX.c.status == "leased")
        assert connection.execute(left).scalar() == 0
    fired = sum(one.figures.get("timers", 0) for one in done)
    print(f"figure: timers_fired_by_two_workers = {fired}")


def many_cases(duban: Duban, prefecture: Prefecture, clock: SimulatedClock) -> None:
    clock.advance_to(clock() + timedelta(minutes=1))
    for number in range(5):
        request = f"{clock().isoformat()} {number}"
        opened = duban.commands.open_case(
            workflow="rectification",
            parties={"responsible": prefecture.unit("522301")},
            facts={**PROBLEM, "due": "2026-06-30"},
            actor=prefecture.actor("zhou-dc.specialist1"),
            request=f"open {request}",
            now=clock(),
        )
        duban.commands.fire(
            case_id=opened.case,
            event="dispatch",
            actor=prefecture.actor("zhou-dc.specialist1"),
            request=f"dispatch {request}",
            now=clock(),
        )


def test_a_worker_beats_at_once_and_stops_within_its_batch(
    sqlite_database: Database, way: Remembering, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats = threading.Semaphore(0)

    def counted(*_: object) -> Ticked:
        beats.release()
        return Ticked({})

    monkeypatch.setattr(worker, "tick", counted)
    duban = Duban.on(sqlite_database, Settings())
    at_work = Worker(duban, {"email": way}, every=timedelta(seconds=0.05))
    at_work.start()
    assert all(beats.acquire(timeout=5) for _ in range(3))
    began = time.monotonic()
    at_work.stop()
    assert time.monotonic() - began < 2


def test_a_beat_that_was_cut_short_is_followed_at_once(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats = threading.Semaphore(0)
    left = [True, True, False]

    def counted(*_: object) -> Ticked:
        beats.release()
        return Ticked({}, cut_short=left.pop(0))

    monkeypatch.setattr(worker, "tick", counted)
    at_work = Worker(Duban.on(sqlite_database, Settings()), {}, every=timedelta(hours=1))
    at_work.start()
    try:
        assert all(beats.acquire(timeout=10) for _ in range(3))
    finally:
        at_work.stop()


def test_a_worker_process_ends_in_good_order_on_sigterm(furnished: Path) -> None:
    command = [sys.executable, "-c", "from api.cli import main; main()", "worker"]
    environment = {"DUBAN_DATA": str(furnished), "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said = [process.stderr.readline(), process.stderr.readline()]
    assert any("督办后台已启动" in line for line in said), said
    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=20)
    assert process.returncode == 0, rest
    assert "worker stopped" in rest


STOPPED_OVER_AND_OVER = """
import os, random, signal, sys, threading
from api.cli.serving import _told_to_stop

def stop(ready, spins):
    ready.wait()
    sum(range(spins))
    os.kill(os.getpid(), signal.SIGTERM)

chance = random.Random(int(sys.argv[1]))
with _told_to_stop() as told:
    for _ in range(3000):
        ready = threading.Event()
        stopping = threading.Thread(target=stop, args=(ready, chance.randrange(400)))
        stopping.start()
        ready.set()
        told.recv(1)
        stopping.join()
"""


def test_a_signal_is_heard_in_whatever_moment_it_comes(seed: int) -> None:
    """Also in the one in which the process begins to wait for it."""
    stopped = subprocess.run(
        [sys.executable, "-c", STOPPED_OVER_AND_OVER, str(seed)],
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert stopped.returncode == 0, stopped.stderr


def test_a_clock_that_is_set_back_stops_no_worker(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheduler sleeps until an hour of the clock; ours is set back by one under it."""
    beats = threading.Semaphore(0)

    def counted(*_: object) -> Ticked:
        beats.release()
        return Ticked({})

    monkeypatch.setattr(worker, "tick", counted)
    at_work = Worker(Duban.on(sqlite_database, Settings()), {}, every=timedelta(seconds=0.05))
    at_work.start()
    try:
        assert beats.acquire(timeout=10)
        with time_machine.travel(system_clock() - timedelta(hours=1)):
            assert all(beats.acquire(timeout=10) for _ in range(5))
    finally:
        at_work.stop()
