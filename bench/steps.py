"""P1 and P2: the durable step of the real `fire` command, on PostgreSQL and on SQLite.

Against it: the reference transaction (`reference.sql`) run by pgbench or by bare pysqlite3, the
rows that our command writes sent to our own tables by pgbench, django-fsm-2, viewflow and DBOS.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import psycopg

from bench import loads, office, reference
from bench.machine import ROOT, Scratch
from bench.our_load import firing
from bench.peers.environment import peers_python
from bench.reference import Raw, pgbench
from bench.report import Runner, Table, alternate
from workflow.store.database import Database

OURS, SAME = "Duban `fire`", "pgbench, our rows in our tables"
LIMIT, RAW = "pgbench, reference transaction", "pysqlite3, reference transaction"
DJANGO, DJANGO_SAME = "django-fsm-2, reference rows", "django-fsm-2, our rows"
VIEWFLOW, DBOS = "viewflow, reference rows", "DBOS, reference rows"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    rounds: int
    steps: int
    """Steps a round by one client; sixteen clients do twice as many, django-fsm-2 half of that,
    viewflow and DBOS a quarter.
    """
    seconds: int
    """How long pgbench runs a round."""

    @property
    def cases(self) -> int:
        """Cases that one load needs: each is stepped once."""
        return self.rounds * self.steps * 3 + 200

    @property
    def few(self) -> int:
        """The same for a load of a quarter as many steps."""
        return self.rounds * self.steps // 2 + 200


FULL = Sizes(rounds=5, steps=1200, seconds=4)
QUICK = Sizes(rounds=1, steps=160, seconds=1)


# PostgreSQL


def on_postgres(scratch: Scratch, sizes: Sizes, clients: int) -> list[Table]:
    """P1 with one client, or with sixteen over two processes."""
    url, filled = scratch.postgres(), scratch.postgres()
    office.fill(filled, sizes.cases)
    with psycopg.connect(url) as connection:
        reference.seed(connection, sizes.cases)
    same = scratch.postgres(template=filled)
    count = sizes.steps * (2 if clients > 1 else 1)
    title = f"PostgreSQL, {clients} client" + ("s over two processes" if clients > 1 else "")
    table, costs = Table(title, "steps/s"), _costs(title)
    with ExitStack() as stack:
        ours = stack.enter_context(_ours(filled, clients))
        runners: dict[str, Runner] = {OURS: partial(_rate, ours, count, clients)}
        runners[LIMIT] = lambda: pgbench(
            scratch, url, "reference.sql", clients, sizes.seconds, cases=sizes.cases
        )
        bounds = _bounds(same)
        runners[SAME] = lambda: pgbench(
            scratch, same, "same_rows.sql", clients, sizes.seconds, **bounds
        )
        for name, rows in ((DJANGO, "reference"), (DJANGO_SAME, "ours")):
            peer = stack.enter_context(_django(scratch, scratch.postgres(), rows, sizes, clients))
            runners[name] = partial(_rate, peer, count // 2, clients)
        for name, peer_of in ((VIEWFLOW, _viewflow), (DBOS, _dbos)):
            peer = stack.enter_context(peer_of(scratch, sizes, clients))
            runners[name] = partial(_rate, peer, count // 4, clients)
        _settle(scratch, url, filled, same)
        before = _written(filled)
        alternate(table, costs, sizes.rounds, runners, scratch.cpu_seconds)
    table.goal(LIMIT, 0.5)
    table.goal(DJANGO_SAME, 4)
    table.goal(DJANGO, 4)
    table.goal(VIEWFLOW, 15)
    table.goal(DBOS, 15)
    table.notes.append(_rows_a_step(before, _written(filled), sizes.rounds * count))
    return [table, costs]


def _costs(title: str) -> Table:
    return Table(f"{title}: processor time, client and server", "µs a step", less_is_better=True)


def _rate(load: loads.Load, count: int, clients: int) -> tuple[float, float]:
    return load.round(count, clients).rate, count


def _settle(scratch: Scratch, *urls: str) -> None:
    for url in urls:
        scratch.settle(url)


@contextmanager
def _ours(url: str, clients: int) -> Iterator[loads.Load]:
    command = [sys.executable, "-m", "bench.our_load", url]
    with loads.load(command, 1 if clients == 1 else 2, ROOT) as load:
        yield load.warm(clients)


@contextmanager
def _django(
    scratch: Scratch, url: str, rows: str, sizes: Sizes, clients: int
) -> Iterator[loads.Load]:
    command = [peers_python(), "-m", "bench.peers.django_fsm"]
    subprocess.run([*command, "seed", url, rows, str(sizes.cases)], check=True, cwd=ROOT)
    scratch.settle(url)
    with loads.load([*command, "load", url, rows], 1 if clients == 1 else 2, ROOT) as load:
        yield load.warm(clients)


@contextmanager
def _viewflow(scratch: Scratch, sizes: Sizes, clients: int) -> Iterator[loads.Load]:
    url, command = _reference(scratch, sizes), [peers_python(), "-m", "bench.peers.viewflow_step"]
    subprocess.run([*command, "seed", url, str(sizes.few)], check=True, cwd=ROOT)
    scratch.settle(url)
    with loads.load([*command, "load", url], 1 if clients == 1 else 2, ROOT) as load:
        yield load.warm(clients)


@contextmanager
def _dbos(scratch: Scratch, sizes: Sizes, clients: int) -> Iterator[loads.Load]:
    url = _reference(scratch, sizes)
    scratch.settle(url)
    command = [peers_python(), "-m", "bench.peers.dbos_step", url]
    with loads.load(command, 1 if clients == 1 else 2, ROOT) as load:
        yield load.warm(clients)


def _reference(scratch: Scratch, sizes: Sizes) -> str:
    """A database with the reference tables, for a peer that has others of its own."""
    url = scratch.postgres()
    with psycopg.connect(url) as connection:
        reference.seed(connection, sizes.cases)
    return url


def _bounds(url: str) -> dict[str, int]:
    """What same_rows.sql needs to know of a filled database."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT min(id), max(id), max(definition_id) FROM cases WHERE state = 'assigned'"
        ).fetchone()
    assert row is not None
    return {"first": row[0], "last": row[1], "definition": row[2], "timers": 1}


def _written(url: str) -> dict[str, int]:
    """Rows inserted and updated so far, by table."""
    query = "SELECT relname, n_tup_ins, n_tup_upd FROM pg_stat_user_tables"
    with psycopg.connect(url) as connection:
        rows = connection.execute(query).fetchall()
    found = {f"{name} +": inserted for name, inserted, _ in rows}
    return found | {f"{name} ~": updated for name, _, updated in rows}


def _rows_a_step(before: dict[str, int], after: dict[str, int], steps: int) -> str:
    a_step = {name: (count - before[name]) / steps for name, count in after.items()}
    told = ", ".join(
        f"{name} {count:.2g}" for name, count in sorted(a_step.items()) if count > 0.01
    )
    return f"rows a step of ours (+ inserted, ~ updated): {told}; the reference: {reference.ROWS}"


# SQLite


def on_sqlite(scratch: Scratch, sizes: Sizes) -> list[Table]:
    """P2 with one thread."""
    url = scratch.sqlite()
    office.fill(url, sizes.cases)
    scratch.settle(url)
    title = "SQLite (WAL, synchronous FULL), 1 thread"
    table, costs = Table(title, "steps/s"), _costs(title)
    with ExitStack() as stack:
        ours = stack.enter_context(_ours(url, 1))
        raw = Raw(scratch.sqlite(), sizes.cases)
        raw.round(100, 1)
        runners: dict[str, Runner] = {OURS: partial(_rate, ours, sizes.steps, 1)}
        runners[RAW] = lambda: (raw.round(sizes.steps, 1).rate, sizes.steps)
        for name, rows in ((DJANGO, "reference"), (DJANGO_SAME, "ours")):
            peer = stack.enter_context(_django(scratch, scratch.sqlite(), rows, sizes, 1))
            runners[name] = partial(_rate, peer, sizes.steps // 2, 1)
        alternate(table, costs, sizes.rounds, runners, scratch.cpu_seconds)
    table.goal(RAW, 0.3)
    table.goal(DJANGO_SAME, 4)
    table.notes.append("the reference has one process-wide lock around BEGIN IMMEDIATE, as we have")
    return [table, costs]


def sqlite_threads(scratch: Scratch, sizes: Sizes) -> tuple[Table, Table]:
    """P2 with 16 threads of one process: steps a second, and p99 to p50."""
    url = scratch.sqlite()
    office.fill(url, sizes.cases)
    scratch.settle(url)
    desk = office.enter(Database(url))
    fire, raw = firing(desk), Raw(scratch.sqlite(), sizes.cases)
    crew = loads.Crew(fire, 16)
    crew.round(range(sizes.cases - 100, sizes.cases))  # caches and connections
    raw.round(100, 16)
    rates = Table("SQLite, 16 threads of one process", "steps/s")
    tails = Table("SQLite, 16 threads: latency of a step", "ms")
    for n in range(sizes.rounds):
        first = n * sizes.steps * 2
        ours = crew.round(range(first, first + sizes.steps * 2))
        limit = raw.round(sizes.steps * 2, 16)
        for name, found in ((OURS, ours), (RAW, limit)):
            rates.rounds.setdefault(name, []).append(found.rate)
            tails.rounds.setdefault(f"{name}, p99", []).append(found.p99)
            tails.rounds.setdefault(f"{name}, p50", []).append(found.p50)
    desk.database.dispose()
    rates.goal(RAW, 0.3)
    tails.less_is_better = True
    tails.goal(f"{OURS}, p50", 20)
    return rates, tails
