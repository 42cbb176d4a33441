"""P4, the December storm: up to a million timers due at one instant on PostgreSQL, four real
workers, two of which are killed on the way and not replaced. Each effect is there once.

The outbox is held: the storm is one of timers, and the mails would take days.
"""

import os
import signal
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import office
from bench.sweeps import AT
from tests.soak.grounds import Grounds
from tests.soak.nursery import Nursery
from workflow.doctor.glance import glance
from workflow.store.database import Database
from workflow.store.outgoing import sending

SIZES = (10_000, 100_000, 1_000_000)
WORKERS = 4
KILLED_AT = (0.25, 0.5)
"""How much has been done when the first and the second worker die."""


def run(grounds: Grounds) -> None:
    """A storm of each size up to the one asked for; the rate must not fall with the size."""
    largest = grounds.rounds or SIZES[-1]
    for size in [one for one in SIZES if one < largest] + [largest]:
        if grounds.is_over:
            break
        url = grounds.scratch.postgres()
        office.fill(url, size)
        grounds.scratch.settle(url)
        database = Database(url)
        with database.unit_of_work() as connection:
            sending.hold(connection, "restored", AT)
        seconds = _blow(grounds, database, size)
        grounds.found.note(f"{size:,} timers: seconds", round(seconds))
        grounds.found.note(f"{size:,} timers: fired a second", round(size / seconds))
        grounds.found.complain(f"storm of {size:,}", _wrong(database, size))
        database.dispose()
        grounds.scratch.drop(url)


def _blow(grounds: Grounds, database: Database, size: int) -> float:
    """Let the workers do it; how long it took from the first timer to the last."""
    folder = grounds.folder()
    clock = folder / "clock"
    shift = AT - datetime.now(UTC)  # noqa: TID251  (this is the clock)
    clock.write_text(str(shift.total_seconds()), encoding="ascii")
    nursery = Nursery(database.url)
    environment = {
        "DUBAN_DATA": str(folder),
        "DATABASE_URL": database.url,
        "PROOF_CLOCK": str(clock),
    }
    try:
        logs = [folder / f"worker{n}.log" for n in range(WORKERS)]
        workers = [nursery.bear("worker", log, environment) for log in logs]
        return _watch(database, size, workers, logs)
    finally:
        nursery.close()


def _watch(database: Database, size: int, workers: Sequence[int], logs: Sequence[Path]) -> float:
    began, still = 0.0, size
    doomed = [*zip(KILLED_AT, workers, strict=False)]
    while still:
        time.sleep(0.2 if size <= 100_000 else 2)
        still = _waiting(database)
        if still < size and not began:
            began = time.monotonic()
        if doomed and size - still >= doomed[0][0] * size:
            os.kill(doomed.pop(0)[1], signal.SIGKILL)
        if not any(Path(f"/proc/{worker}").exists() for worker in workers):
            said = "".join(log.read_text(encoding="utf-8")[-1000:] for log in logs)
            raise RuntimeError(f"no worker is left: {said}")
    return time.monotonic() - began


def _ask(database: Database, query: str) -> tuple[int, ...]:
    with database.reading() as connection:
        return tuple(connection.exec_driver_sql(query).one())


def _waiting(database: Database) -> int:
    (count,) = _ask(database, f"SELECT count(*) FROM timer WHERE wake_at <= '{AT.isoformat()}'")
    return count


def _wrong(database: Database, size: int) -> list[str]:
    """Where an effect is missing or there twice."""
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
        return found + list(map(str, glance(connection, AT)))
