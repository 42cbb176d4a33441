"""P8: from the start of a process to its first answer, and what the idle service keeps in memory.

On SQLite, in a database that was set up before; the minimal application has no database at all.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

from bench.machine import ROOT, Scratch
from bench.report import Table

LONGEST_SECONDS = 120
SETTLED_SECONDS = 3
"""The idle worker has beaten twice by then."""
_DUBAN = [sys.executable, "-c", "from api.cli import main; main()"]
_NOT_HANDED_ON = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
"""Whoever starts Duban a second time has its bytecode from the first."""

SERVE, RUN = "duban serve (web)", "duban run (web + worker)"
MINIMAL = "minimal FastAPI application"


def run(scratch: Scratch, rounds: int) -> list[Table]:
    """Start everything alternately, so many rounds."""
    (scratch.folder / "data").mkdir()
    with _started(scratch, [*_DUBAN, "run"]):
        pass  # sets the database up, and compiles what is imported
    commands = {
        RUN: [*_DUBAN, "run"],
        SERVE: [*_DUBAN, "serve"],
        MINIMAL: [sys.executable, "-m", "bench.peers.minimal_app"],
    }
    answers = Table("Start to first answer (GET /healthz)", "seconds", less_is_better=True)
    work = Table("The same: processor time", "seconds", less_is_better=True)
    for _ in range(rounds):
        for name, command in commands.items():
            with _started(scratch, command) as (process, seconds):
                answers.rounds.setdefault(name, []).append(seconds)
                work.rounds.setdefault(name, []).append(_processor_seconds(process.pid))
    answers.goal(MINIMAL, 2.5)
    return [answers, work, _memory(scratch, commands)]


def _memory(scratch: Scratch, commands: dict[str, list[str]]) -> Table:
    """Resident memory when idle: in one process, and of web and worker apart."""
    table = Table("Idle memory (resident)", "MiB", less_is_better=True)
    for name, command in commands.items():
        with _started(scratch, command) as (process, _):
            time.sleep(SETTLED_SECONDS)
            table.rounds[name] = [_resident_mib(process.pid)]
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
            [*_DUBAN, "worker"],
            env=_environment(scratch, _free_port()),
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
        _end(worker)


@contextmanager
def _started(
    scratch: Scratch, command: list[str]
) -> Iterator[tuple["subprocess.Popen[bytes]", float]]:
    """The process, answering, and how long that took."""
    port = _free_port()
    if command[-1].endswith("minimal_app"):
        command = [*command, str(port)]
    log = scratch.folder / "start.log"
    began = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=_environment(scratch, port), cwd=ROOT, stdout=out, stderr=out
        )
    try:
        _await_answer(process, f"http://127.0.0.1:{port}/healthz", began, log)
        yield process, time.perf_counter() - began
    finally:
        _end(process)


def _await_answer(
    process: "subprocess.Popen[bytes]", address: str, began: float, log: Path
) -> None:
    while time.perf_counter() - began < LONGEST_SECONDS and process.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.005)
    raise RuntimeError(
        f"{process.args!r} does not answer:\n{log.read_text(errors='replace')[-2000:]}"
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment(scratch: Scratch, port: int) -> dict[str, str]:
    data = scratch.folder / "data"
    own = {
        "DUBAN_DATA": str(data),
        "DUBAN_PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(scratch.folder / "bytecode"),
    }
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_HANDED_ON}
    return inherited | own


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])  # as proc(5) counts them, after the name
    return (user + system) / os.sysconf("SC_CLK_TCK")


def _resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no memory figure for process {pid}")
