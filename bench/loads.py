"""Load from several processes and threads at once, the same for us and for a peer.

A load program reads `first count threads` from standard input, one round a line, fires that many
numbered steps and answers with one line of JSON. Standard library only: a peer's program runs in an
environment of its own.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

Fire = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of a load came to."""

    rate: float
    """Steps a second, from the first beginning to the last end."""
    latencies: list[float]
    """Seconds a step."""

    @property
    def p50(self) -> float:
        """The median latency in milliseconds."""
        return median(self.latencies) * 1e3

    @property
    def p99(self) -> float:
        """The latency that one step in a hundred exceeds, in milliseconds."""
        return quantiles(self.latencies, n=100, method="inclusive")[98] * 1e3


# In the load program


def serve(fire: Fire) -> None:
    """Answer rounds until standard input ends."""
    crews: dict[int, Crew] = {}
    print("ready", flush=True)
    for line in sys.stdin:
        first, count, threads = map(int, line.split())
        crew = crews.setdefault(threads, Crew(fire, threads))
        print(json.dumps(crew.drive(range(first, first + count))), flush=True)


class Crew:
    """Threads that stay, with their connections, from round to round."""

    def __init__(self, fire: Fire, threads: int) -> None:
        self._fire = fire
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads)

    def round(self, numbers: range) -> Round:
        """Fire these numbers, divided among the threads."""
        return _round([self.drive(numbers)])

    def drive(self, numbers: range) -> dict[str, Any]:
        """The same, as plain values."""
        began = perf_counter()
        shares = [numbers[n :: self._threads] for n in range(self._threads)]
        latencies = [one for share in self._pool.map(self._work, shares) for one in share]
        return {"began": began, "ended": perf_counter(), "latencies": latencies}

    def _work(self, numbers: range) -> list[float]:
        latencies = []
        for number in numbers:
            began = perf_counter()
            self._fire(number)
            latencies.append(perf_counter() - began)
        return latencies


# In the benchmark


class Load:
    """Load programs that stay alive from round to round and never fire a number twice."""

    def __init__(self, programs: Sequence[subprocess.Popen[str]]) -> None:
        self._programs = programs
        self._next = 0
        for program in programs:
            _line_of(program)

    def warm(self, clients: int) -> "Load":
        """Fire a few steps that do not count: caches, connections, prepared statements."""
        self.round(10 * clients, clients)
        return self

    def round(self, count: int, clients: int) -> Round:
        """Fire `count` new steps from so many clients, divided among the programs."""
        programs = self._programs[: 1 if clients == 1 else None]
        share, threads = count // len(programs), clients // len(programs)
        for program in programs:
            assert program.stdin is not None
            program.stdin.write(f"{self._next} {share} {threads}\n")
            program.stdin.flush()
            self._next += share
        return _round([json.loads(_line_of(program)) for program in programs])


@contextmanager
def load(command: Sequence[str], processes: int, root: Path) -> Iterator[Load]:
    """A load of several processes of one program, ended with the block."""
    environment = os.environ | {"PYTHONPATH": str(root)}
    programs = [
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=root,
        )
        for _ in range(processes)
    ]
    try:
        yield Load(programs)
    finally:
        for program in programs:
            program.communicate()


def _line_of(program: "subprocess.Popen[str]") -> str:
    assert program.stdout is not None
    line = program.stdout.readline()
    if not line:
        raise RuntimeError(f"the load program {program.args!r} stopped (its message stands above)")
    return line


def _round(parts: Sequence[Mapping[str, Any]]) -> Round:
    latencies = [one for part in parts for one in part["latencies"]]
    began = min(part["began"] for part in parts)
    ended = max(part["ended"] for part in parts)
    return Round(len(latencies) / (ended - began), latencies)
