"""Processes of a service for a measurement: started as an operator would, ended with the block."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench.machine import ROOT, Scratch

LONGEST_SECONDS = 120
DUBAN = [sys.executable, "-c", "from api.cli import main; main()"]
_NOT_HANDED_ON = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
"""Whoever starts Duban a second time has its bytecode from the first."""


@dataclass(frozen=True, slots=True)
class Service:
    """A process that answers over HTTP."""

    process: "subprocess.Popen[bytes]"
    address: str
    """HOST:PORT."""
    seconds: float
    """From its start to its first answer."""
    log: Path
    """What it wrote on both its outputs."""


@contextmanager
def answering(scratch: Scratch, command: list[str], **environment: str) -> Iterator[Service]:
    """A service that listens where DUBAN_PORT says, or at the port that replaces PORT in the
    command; it has answered `GET /healthz` once.
    """
    port = free_port()
    command = [str(port) if part == "PORT" else part for part in command]
    log = scratch.folder / f"{port}.log"
    began = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            env=environment_of(scratch, port) | environment,
            cwd=ROOT,
            stdout=out,
            stderr=out,
        )
    try:
        _await_answer(process, f"http://127.0.0.1:{port}/healthz", began, log)
        yield Service(process, f"127.0.0.1:{port}", time.perf_counter() - began, log)
    finally:
        end(process)


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


def end(process: "subprocess.Popen[bytes]") -> None:
    """Stop it, gently first."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def environment_of(scratch: Scratch, port: int) -> dict[str, str]:
    """What a process of Duban is started with."""
    data = scratch.folder / "data"
    own = {
        "DUBAN_DATA": str(data),
        "DUBAN_PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(scratch.folder / "bytecode"),
    }
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_HANDED_ON}
    return inherited | own


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
