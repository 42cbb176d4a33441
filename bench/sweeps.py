"""P3: many timers due at one instant, each a real step with its history row and messages.

Against it: set-based SQL that writes the same rows into the same tables in one go, and APScheduler
and procrastinate, whose jobs only count.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
import pysqlite3.dbapi2 as sqlite

from bench import office
from bench.machine import ROOT, Scratch
from bench.peers.environment import peers_python
from bench.report import Table
from workflow import timers
from workflow.store.database import Database

AT = office.NOW + timedelta(days=3)
"""When the first rung of every waiting case is due and no other."""
OURS, SCHEDULER = "Duban sweep", "APScheduler 3.11 job store"
QUEUE = "procrastinate 3.10, one worker"
SET_BASED = "one set-based statement"
HERE = Path(__file__).parent
SQLITE_PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    rounds: int
    timers: int
    jobs: int


FULL = Sizes(rounds=3, timers=100_000, jobs=5_000)
QUICK = Sizes(rounds=1, timers=1_000, jobs=200)


def run(scratch: Scratch, sizes: Sizes, kind: str) -> Table:
    """The comparison on one database kind."""
    template = scratch.new(kind)
    office.fill(template, sizes.timers)
    model = model_of(scratch, kind)
    title = "PostgreSQL" if kind == "postgres" else "SQLite (WAL, synchronous FULL)"
    table = Table(f"{title}, {sizes.timers:,} due at once", "fired/s")
    runners: dict[str, Callable[[str], float]] = {
        OURS: _ours,
        SET_BASED: lambda url: set_based(url, model),
        SCHEDULER: lambda url: scheduler(url, sizes.jobs),
    }
    if kind == "postgres":
        runners[QUEUE] = lambda url: queue(url, sizes.jobs)
    for _ in range(sizes.rounds):
        for name, runner in runners.items():
            url = scratch.new(kind, None if name in (SCHEDULER, QUEUE) else template)
            scratch.settle(url)
            table.rounds.setdefault(name, []).append(runner(url))
            scratch.drop(url)
    table.goal(SET_BASED, 0.25 if kind == "postgres" else 0.1)
    table.goal(SCHEDULER, 10)
    if QUEUE in runners:
        table.goal(QUEUE, 20)
    table.notes += _notes(sizes, model)
    return table


def _notes(sizes: Sizes, model: "Model") -> list[str]:
    return [
        "a timer is one step: 1 history row, 1 case and 1 timer updated,"
        f" {len(model.outbox)} outbox rows",
        f"{SET_BASED} (bench/set_based_*.sql) writes the same rows into the same tables with their"
        " indexes, keys and triggers; it decides nothing and takes one case's rows for all",
        f"{SCHEDULER}, {QUEUE}: {sizes.jobs:,} jobs that only count, since 100,000 take too long",
    ]


def _ours(url: str) -> float:
    database = Database(url)
    desk = office.enter(database)
    desk.catalog.workflows()
    began = perf_counter()
    fired = timers.fire_all_due(database, desk.catalog, AT)
    seconds = perf_counter() - began
    database.dispose()
    return fired / seconds


# Set-based


@dataclass(frozen=True, slots=True)
class Model:
    """The rows that our sweep writes for one case, which the statement repeats for all."""

    history: Mapping[str, Any]
    outbox: list[Mapping[str, Any]]
    body: str


def model_of(scratch: Scratch, kind: str) -> Model:
    """Sweep a small database of the same kind and read what it wrote for one case."""
    url = scratch.new(kind)
    office.fill(url, 10)
    _ours(url)
    database = Database(url)
    with database.reading() as connection:
        case = connection.exec_driver_sql("SELECT max(case_id) FROM history").scalar_one()
        (body, seq) = connection.exec_driver_sql(
            f"SELECT body, seq FROM cases WHERE id = {case}"
        ).one()
        where = f"WHERE case_id = {case} AND seq = {seq}"
        history = connection.exec_driver_sql(f"SELECT * FROM history {where}").mappings().one()
        outbox = connection.exec_driver_sql(f"SELECT * FROM outbox {where}").mappings().all()
        model = Model(dict(history), [dict(row) for row in outbox], body)
    database.dispose()
    scratch.drop(url)
    return model


def set_based(url: str, model: Model) -> float:
    """Timers a second, when one statement does them all."""
    return _on_sqlite(url, model) if url.startswith("sqlite") else _on_postgres(url, model)


def _on_postgres(url: str, model: Model) -> float:
    statement = (HERE / "set_based_postgres.sql").read_bytes()
    with psycopg.connect(url) as connection:
        _make_model(connection, model, "%s")
        began = perf_counter()
        fired = connection.execute(statement, {"at": AT}).rowcount
        connection.commit()
        return fired / (perf_counter() - began)


def _on_sqlite(url: str, model: Model) -> float:
    statements = (HERE / "set_based_sqlite.sql").read_text(encoding="utf-8").split(";")
    at = AT.strftime("%Y-%m-%d %H:%M:%S.%f")
    connection = sqlite.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    _make_model(connection, model, "?")
    began, fired = perf_counter(), 0
    connection.execute("BEGIN IMMEDIATE")
    for statement in statements:
        fired = connection.execute(statement, {"at": at}).rowcount if statement.strip() else fired
    connection.execute("COMMIT")
    seconds = perf_counter() - began
    connection.close()
    return fired / seconds


_MODEL_COLUMNS = (
    "person_id", "unit_id", "way", "urgency", "template", "variables", "status", "wake_at",
)  # fmt: skip


def _make_model(connection: Any, model: Model, mark: str) -> None:
    """The constants of the statement as two small tables of its own."""
    moment = "timestamptz" if mark == "%s" else "TEXT"
    connection.execute(
        "CREATE TEMP TABLE model_history (inputs TEXT, seen TEXT, effects TEXT, body TEXT)"
    )
    connection.execute(
        "CREATE TEMP TABLE model_outbox (key_end TEXT, person_id BIGINT, unit_id BIGINT, way TEXT,"
        f" urgency TEXT, template TEXT, variables TEXT, status TEXT, wake_at {moment})"
    )
    row = model.history
    connection.execute(
        f"INSERT INTO model_history VALUES ({mark}, {mark}, {mark}, {mark})",
        (row["inputs"], row["seen"], row["effects"], model.body),
    )
    for row in model.outbox:
        values = (row["key"].split(".", 1)[1], *(row[name] for name in _MODEL_COLUMNS))
        marks = ", ".join([mark] * len(values))
        connection.execute(f"INSERT INTO model_outbox VALUES ({marks})", values)


# Those that only count


def scheduler(url: str, jobs: int) -> float:
    """Jobs a second of APScheduler's store, fired by a scheduler that times itself."""
    return _counting([sys.executable, "-m", "bench.peers.job_store", url, str(jobs)])


def queue(url: str, jobs: int) -> float:
    """Jobs a second of a procrastinate worker, which times itself."""
    return _counting([peers_python(), "-m", "bench.peers.procrastinate_jobs", url, str(jobs)])


def _counting(command: list[str]) -> float:
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    fired, seconds = done.stdout.split()
    return int(fired) / float(seconds)
