"""P4, the December storm: up to a million timers due at one instant on PostgreSQL, four processes
of `duban worker`, two of which are killed on the way and not replaced. Each effect is there once.

Against it, at every size: the set-based statement of P3, and APScheduler's job store. The outbox is
held: the storm is one of timers, and the mails would take days.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench import office, sweeps
from bench.machine import ROOT, Scratch
from bench.report import Table
from bench.sweeps import AT, SCHEDULER, SET_BASED
from workflow.doctor.glance import glance
from workflow.store.database import Database
from workflow.store.outgoing import sending

FULL, QUICK = (10_000, 100_000, 1_000_000), (2_000,)
JOBS = 5_000
OURS = "Duban, four workers, two of them killed"
WORKERS = 4
KILLED_AT = (0.25, 0.5)
"""How much has been done when the first and the second worker die."""
MOST_FALLEN = 0.2


def run(scratch: Scratch, sizes: tuple[int, ...]) -> list[Table]:
    """A storm of each size; the rate must not fall with the size."""
    tables = [_storm(scratch, size) for size in sizes]
    first, last = (table.rounds[OURS][0] for table in (tables[0], tables[-1]))
    fallen = 1 - last / first
    verdict = "reached" if fallen <= MOST_FALLEN else "**not reached**"
    tables[-1].goals.append(
        f"from {sizes[0]:,} to {sizes[-1]:,} timers the rate falls ≤ {MOST_FALLEN:.0%}:"
        f" {fallen:.0%}, {verdict}"
    )
    return tables


def _storm(scratch: Scratch, size: int) -> Table:
    """One size, once: first the others, then us on the database that was filled."""
    table = Table(f"PostgreSQL, {size:,} due at once", "fired/s", rounds={OURS: []})
    filled = scratch.postgres()
    office.fill(filled, size)
    table.rounds[SET_BASED] = [_set_based(scratch, filled)]
    jobs = scratch.postgres()
    table.rounds[SCHEDULER] = [sweeps.scheduler(jobs, JOBS)]
    table.rounds[OURS].append(size / _blow(scratch, filled, size))
    table.goal(SET_BASED, 0.25)
    wrong = _wrong(filled, size)
    table.notes += [f"violations: {len(wrong)}", *wrong]
    for url in (filled, jobs):
        scratch.drop(url)
    return table


def _set_based(scratch: Scratch, filled: str) -> float:
    model = sweeps.model_of(scratch, "postgres")
    copy = scratch.postgres(template=filled)
    scratch.settle(copy)
    rate = sweeps.set_based(copy, model)
    scratch.drop(copy)
    return rate


def _blow(scratch: Scratch, url: str, size: int) -> float:
    """Let the workers do it; seconds from the first timer to the last."""
    database = Database(url)
    with database.unit_of_work() as connection:
        sending.hold(connection, "restored", AT)
    scratch.settle(url)
    with _workers(scratch, url) as (workers, logs):
        seconds = _watch(database, size, workers, logs)
    database.dispose()
    return seconds


@contextmanager
def _workers(
    scratch: Scratch, url: str
) -> Iterator[tuple[list["subprocess.Popen[bytes]"], list[Path]]]:
    """Four of them, by a clock that stands at the instant when everything is due."""
    clock = scratch.folder / "clock"
    shift = AT - datetime.now(UTC)
    clock.write_text(str(shift.total_seconds()), encoding="ascii")
    data = scratch.folder / "workers"
    data.mkdir(exist_ok=True)
    own = {"DUBAN_DATA": str(data), "DATABASE_URL": url, "BENCH_CLOCK": str(clock)}
    logs = [data / f"{n}.log" for n in range(WORKERS)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.shifted", "worker"],
            cwd=ROOT,
            env=os.environ | own,
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
        )
        for log in logs
    ]
    try:
        yield workers, logs
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def _watch(
    database: Database, size: int, workers: list["subprocess.Popen[bytes]"], logs: list[Path]
) -> float:
    began, still = 0.0, size
    doomed = [*zip(KILLED_AT, workers, strict=False)]
    while still:
        time.sleep(0.2 if size <= 100_000 else 2)
        still = _waiting(database)
        if still < size and not began:
            began = time.monotonic()
        if doomed and size - still >= doomed[0][0] * size:
            doomed.pop(0)[1].kill()
        if all(worker.poll() is not None for worker in workers):
            said = "".join(log.read_text(encoding="utf-8")[-1000:] for log in logs)
            raise RuntimeError(f"no worker is left: {said}")
    return time.monotonic() - began


def _ask(database: Database, query: str) -> tuple[int, ...]:
    with database.reading() as connection:
        return tuple(connection.exec_driver_sql(query).one())


def _waiting(database: Database) -> int:
    (count,) = _ask(database, f"SELECT count(*) FROM timer WHERE wake_at <= '{AT.isoformat()}'")
    return count


def _wrong(url: str, size: int) -> list[str]:
    """Where an effect is missing or there twice."""
    database = Database(url)
    questions = {
        "rows of history": "SELECT count(*), count(DISTINCT case_id) FROM history"
        " WHERE event = 'rung'",
        "timers with their row": "SELECT count(*), count(DISTINCT t.case_id) FROM timer t"
        " JOIN history h ON h.case_id = t.case_id AND h.seq = t.seq"
        " WHERE t.status = 'fired' AND h.event = 'rung'",
    }
    found = [
        f"{what}: {counted}, not {size} of as many cases"
        for what, query in questions.items()
        if (counted := _ask(database, query)) != (size, size)
    ]
    per_case = "SELECT min(n), max(n), count(*) FROM (SELECT count(*) AS n FROM outbox GROUP BY"
    fewest, most, cases = _ask(database, f"{per_case} case_id) AS told")
    if fewest != most or cases != size:
        found.append(f"{cases} cases are told of, {fewest} to {most} messages each")
    with database.reading() as connection:
        found += map(str, glance(connection, AT))
    database.dispose()
    return found
