"""P8: from the start of a process to its first answer, and what the idle service keeps in memory.

On SQLite, in a database that was set up before; the minimal application has no database at all.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from bench.machine import ROOT, Scratch
from bench.processes import DUBAN, answering, end, environment_of, free_port
from bench.report import Table

SETTLED_SECONDS = 3
"""The idle worker has beaten twice by then."""

SERVE, RUN = "duban serve (web)", "duban run (web + worker)"
MINIMAL = "minimal FastAPI application"


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
