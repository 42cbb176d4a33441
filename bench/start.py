"""P8: from the start of a process to its first answer, and what the idle service keeps in memory.

On SQLite, in a database that was set up before; the minimal application has no database at all.
"""

import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

from bench.machine import ROOT, Scratch
from bench.processes import DUBAN, answering, end, environment_of, free_port
from bench.report import Table
from bench.spent import Spent

SETTLED_SECONDS = 3
"""The idle worker has beaten twice by then."""

SERVE, RUN = "duban serve (web)", "duban run (web + worker)"
MINIMAL = "minimal FastAPI application"

_IMPORT = re.compile(r"^import time: +(\d+) \| +\d+ \| +(\S+)$", re.MULTILINE)
AREAS = (
    ("imports of the web", ("fastapi", "starlette", "pydantic", "pydantic_core", "anyio", "uvicorn",
                            "h11", "uvloop", "jinja2", "typing_extensions")),
    ("imports of the database", ("sqlalchemy", "sqlmodel", "pysqlite3", "psycopg", "alembic",
                                 "mako")),
    ("imports of our own modules", ("api", "workflow", "notifications")),
)  # fmt: skip
REST = "imports of other libraries and of Python's own"
AFTERWARDS = "after the imports: checks, definitions, routes, the first answer"


def run(scratch: Scratch, rounds: int) -> list[Table]:
    """Start everything alternately, so many rounds."""
    (scratch.folder / "data").mkdir()
    with answering(scratch, [*DUBAN, "run"]):
        pass  # sets the database up, and compiles what is imported
    commands = {
        RUN: [*DUBAN, "run"],
        SERVE: [*DUBAN, "serve"],
        MINIMAL: [sys.executable, "-m", "bench.peers.minimal_app", "PORT"],
    }
    answers = Table("Start to first answer (GET /healthz)", "seconds", less_is_better=True)
    work = Table("The same: processor time", "seconds", less_is_better=True)
    for _ in range(rounds):
        for name, command in commands.items():
            with answering(scratch, command) as service:
                answers.rounds.setdefault(name, []).append(service.seconds)
                work.rounds.setdefault(name, []).append(_processor_seconds(service.process.pid))
    answers.goal(MINIMAL, 2.5)
    return [answers, work, _memory(scratch, commands)]


def profiled(scratch: Scratch) -> Spent:
    """Where the time of a start goes: each package's own imports, and what follows them.

    As `python -X importtime` counts them, which makes each import dearer by some microseconds.
    """
    (scratch.folder / "data").mkdir(exist_ok=True)
    with answering(scratch, [*DUBAN, "run"]):
        pass
    command = [DUBAN[0], "-X", "importtime", *DUBAN[1:], "serve"]
    with answering(scratch, command) as service:
        whole = _processor_seconds(service.process.pid)
        told = service.log.read_text(errors="replace")
    packages: dict[str, float] = defaultdict(float)
    for own, module in _IMPORT.findall(told):
        packages[module.partition(".")[0]] += int(own) / 1e6
    areas: dict[str, float] = defaultdict(float)
    for package, seconds in packages.items():
        areas[_area(package)] += seconds
    areas[AFTERWARDS] = whole - sum(packages.values())
    title = f"A start of `duban serve`, SQLite: {whole:.2f} s of processor to the first answer"
    return Spent(title, 1, areas, {f"`import {name}`": one for name, one in packages.items()})


def _area(package: str) -> str:
    return next((area for area, packages in AREAS if package in packages), REST)


def _memory(scratch: Scratch, commands: dict[str, list[str]]) -> Table:
    """Resident memory when idle: in one process, and of web and worker apart."""
    table = Table("Idle memory (resident)", "MiB", less_is_better=True)
    for name, command in commands.items():
        with answering(scratch, command) as service:
            time.sleep(SETTLED_SECONDS)
            table.rounds[name] = [_resident_mib(service.process.pid)]
            if name == SERVE:
                apart = _idle_worker(scratch)
                table.rounds["duban worker"] = [apart]
    both = median(table.rounds[SERVE]) + median(table.rounds["duban worker"])
    together = median(table.rounds[RUN])
    table.goals.append(
        f"≤ 200 MiB for web and worker: {together:.0f} in one process, {both:.0f} in two"
    )
    return table


def _idle_worker(scratch: Scratch) -> float:
    log = scratch.folder / "worker.log"
    with log.open("wb") as out:
        worker = subprocess.Popen(
            [*DUBAN, "worker"],
            env=environment_of(scratch, free_port()),
            cwd=ROOT,
            stdout=out,
            stderr=out,
        )
    try:
        time.sleep(SETTLED_SECONDS)
        if worker.poll() is not None:
            raise RuntimeError(f"duban worker stopped:\n{log.read_text(errors='replace')[-2000:]}")
        return _resident_mib(worker.pid)
    finally:
        end(worker)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])  # as proc(5) counts them, after the name
    return (user + system) / os.sysconf("SC_CLK_TCK")


def _resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no memory figure for process {pid}")
