"""P7b: the durable step over HTTP, signed in: `POST /api/v1/cases/ID/fire` of one `duban serve` on
PostgreSQL, asked by sixteen clients that keep their connections.

Against it: the reference transaction run by pgbench, and the application that one writes first with
FastAPI and SQLModel.
"""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bench import loads, office, reference
from bench.machine import ROOT, Scratch
from bench.peers.environment import peers_program
from bench.processes import DUBAN, Service, answering
from bench.report import Runner, Table, alternate
from bench.spent import Spent, sampled
from bench.steps import Sizes
from workflow.store.database import Database
from workflow.store.people.tokens import Scope, make_token

OURS, NAIVE = "Duban `serve`, one process", "FastAPI + SQLModel, naive, one process"
LIMIT = "pgbench, reference transaction"
CLIENTS = 16
AT_A_TIME = 160
SAMPLES_A_SECOND = 200
MOST_A_SECOND = 300
"""Cases that a second of samples needs: each is stepped once."""
AREAS = (
    ("the event loop, and waiting in it", ("uvloop", "/asyncio/")),
    ("HTTP: uvicorn, h11", ("/uvicorn/", "/h11/")),
    ("FastAPI, Starlette, pydantic", ("/fastapi/", "/starlette/", "/pydantic", "pydantic_core")),
    ("hops between threads: anyio", ("/anyio/", "/threading.py", "/queue.py", "/concurrent/")),
    ("the log: structlog, logging", ("/structlog/", "/logging/", "/api/cli/logs.py")),
    ("the step and its rows", ("/workflow/", "/psycopg", "/sqlalchemy/", "cel_expr_python")),
    ("the door and the routes: who asks, what is answered", ("/api/",)),
)


FULL = Sizes(rounds=5, steps=1600, seconds=4)
QUICK = Sizes(rounds=1, steps=160, seconds=1)


def run(scratch: Scratch, sizes: Sizes) -> list[Table]:
    """Steps a second, and the latency of ours."""
    bare, filled, theirs = (scratch.postgres() for _ in range(3))
    with psycopg.connect(bare) as connection:
        reference.seed(connection, sizes.cases)
    rates = Table(f"PostgreSQL, {CLIENTS} clients over HTTP", "steps/s")
    costs = Table(f"{rates.title}: processor time, client and server", "µs a step")
    costs.less_is_better = True
    with ExitStack() as stack:
        ours, _ = _ours(scratch, stack, filled, sizes.cases)
        naive = _naive(scratch, stack, theirs, sizes)
        runners: dict[str, Runner] = {
            OURS: partial(_rate, ours, sizes.steps),
            NAIVE: partial(_rate, naive, sizes.steps),
            LIMIT: lambda: reference.pgbench(
                scratch, bare, "reference.sql", CLIENTS, sizes.seconds, cases=sizes.cases
            ),
        }
        for url in (bare, filled, theirs):
            scratch.settle(url)
        alternate(rates, costs, sizes.rounds, runners, scratch.cpu_seconds)
    rates.goal(LIMIT, 0.08)
    rates.goal(NAIVE, 3)
    rates.notes.append(f"the naive application and pgbench write: {reference.ROWS}")
    return [rates, costs]


def _rate(load: loads.Load, count: int) -> tuple[float, float]:
    return load.round(count, CLIENTS).rate, count


def profiled(scratch: Scratch, seconds: int) -> Spent:
    """Where the time goes in the process that serves, in all its threads: samples of who holds the
    interpreter, taken from outside for so many seconds, as often as not to slow it down.
    """
    kept, url = scratch.folder / "samples", scratch.postgres()
    with ExitStack() as stack:
        load, service = _ours(scratch, stack, url, seconds * MOST_A_SECOND)
        scratch.settle(url)
        command = [
            peers_program("py-spy"),
            "record",
            "--gil",
            "--full-filenames",
            "--format",
            "raw",
        ]
        command += ["--pid", str(service.process.pid), "--duration", str(seconds)]
        command += ["--rate", str(SAMPLES_A_SECOND), "--output", str(kept)]
        sampler = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        done = 0
        while sampler.poll() is None:
            done += len(load.round(AT_A_TIME, CLIENTS).latencies)
    if sampler.returncode:
        raise RuntimeError(f"py-spy: {sampler.communicate()[1].decode(errors='replace')[-500:]}")
    stacks = kept.read_text(encoding="utf-8").splitlines()
    title = f"A step over HTTP, PostgreSQL, {CLIENTS} clients: who holds the interpreter"
    return sampled(title, done, stacks, 1 / SAMPLES_A_SECOND, AREAS)


def _ours(scratch: Scratch, stack: ExitStack, url: str, cases: int) -> tuple[loads.Load, Service]:
    office.fill(url, cases)
    data = scratch.folder / "serving"
    data.mkdir()
    service = stack.enter_context(
        answering(scratch, [*DUBAN, "serve"], DATABASE_URL=url, DUBAN_DATA=str(data))
    )
    return _load(scratch, stack, service.address, accepting(url)), service


def accepting(url: str) -> Iterator[dict[str, Any]]:
    """Every waiting case, to be accepted by the liaison of its unit with a token of theirs."""
    database = Database(url)
    desk = office.enter(database)
    tokens = _tokens(database, {unit: actor.person for unit, actor in desk.clerks.items()})
    for case, unit in desk.cases():
        body = {"event": "accept", "request": secrets.token_hex(16)}
        yield {"path": f"/api/v1/cases/{case}/fire", "token": tokens[unit], "body": body}
    database.dispose()


def _tokens(database: Database, people: Mapping[int, int | None]) -> dict[int, str]:
    now = datetime.now(UTC)
    with database.unit_of_work() as connection:
        return {
            unit: make_token(connection, person, "bench", Scope.WRITE, now, timedelta(days=1))
            for unit, person in people.items()
            if person is not None
        }


def _naive(scratch: Scratch, stack: ExitStack, url: str, sizes: Sizes) -> loads.Load:
    program, token = [sys.executable, "-m", "bench.peers.naive_app"], secrets.token_urlsafe()
    subprocess.run([*program, "seed", url, str(sizes.cases), token], check=True, cwd=ROOT)
    service = stack.enter_context(answering(scratch, [*program, "serve", url, "PORT"]))
    requests = (
        {"path": f"/cases/{case}/accept", "token": token}
        | {"body": {"request": secrets.token_hex(16)}}
        for case in range(1, sizes.cases + 1)
    )
    return _load(scratch, stack, service.address, requests)


def _load(
    scratch: Scratch, stack: ExitStack, address: str, requests: Iterator[dict[str, Any]]
) -> loads.Load:
    file: Path = scratch.folder / f"requests-{address.rpartition(':')[2]}"
    file.write_text("\n".join(map(json.dumps, requests)), encoding="utf-8")
    command = [sys.executable, "-m", "bench.http_load", address, str(file)]
    load = stack.enter_context(loads.load(command, 1, ROOT))
    return load.warm(CLIENTS)
