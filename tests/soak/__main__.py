"""`./dev soak [NAME …]`: the long forms of the test programme, each with its own figures; all of
them without a name.

Every part stops when its time is up and says how far it came. Unless `--dry`, its section of
bench/RESULTS.md is replaced. The exit code is 1 if anything was wrong.
"""

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench import machine, report
from tests.soak import crash_points, decades, disk_points, kills, tickets
from tests.soak.grounds import KINDS, Grounds

MEMORY = Path("/dev/shm")
"""Where databases lie that processes die on: what was written outlives a process there as well."""


class Part(NamedTuple):
    """A part: what it is called, what it does, its time unless another is given, and beside what
    its databases lie.
    """

    title: str
    run: Callable[[Grounds], None]
    seconds: float
    beside: Path = MEMORY if MEMORY.is_dir() else machine.DATA


PARTS = {
    "T1": Part("crash points", crash_points.run, 3600),
    "T2": Part("a disk that fails", disk_points.run, 3600),
    "T3": Part("kill -9 under load", kills.run, 7200),
    "T4": Part("linearizable tickets", tickets.run, 3600),
    "T7": Part("simulated years", decades.run, 7200),
    "HOUR": Part("an hour with a kill every half minute", kills.an_hour, 3600),
}


def main(arguments: Sequence[str]) -> int:
    """Soak; the exit code."""
    parser = argparse.ArgumentParser(prog="./dev soak", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PARTS))
    parser.add_argument("--seconds", type=float, help="the time of each part")
    parser.add_argument("--rounds", type=int, help="kills, scenarios, seeds … of each part")
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--on", choices=KINDS, help="one kind of database alone")
    parser.add_argument("--dry", action="store_true", help="keep nothing")
    asked = parser.parse_args(arguments)
    names = [name.upper() for name in asked.names] or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        parser.error(f"there is no part {unknown[0]}: there are {', '.join(PARTS)}")
    return max(_soak(name, asked) for name in names)


def _soak(name: str, asked: argparse.Namespace) -> int:
    part = PARTS[name]
    print(f"soak: {name} {part.title}, seed {asked.seed} …", flush=True)
    kinds = (asked.on,) if asked.on else KINDS
    with machine.scratch(part.beside) as scratch:
        seconds = asked.seconds or part.seconds
        grounds = Grounds(scratch, asked.seed, seconds, asked.rounds, kinds)
        _run(part, grounds)
        took = f"{grounds.spent / 60:.0f} min"
        about = [f"{datetime.now(UTC).date()}, seed {asked.seed}, {took}", *scratch.description()]  # noqa: TID251
    print(f"soak: {name}, seed {asked.seed}: {grounds.found.verdict} after {took}", flush=True)
    if not asked.dry:
        title = f"Proof: {name} {part.title}" + (f", {asked.on} alone" if asked.on else "")
        given = "".join(f" --{n} {v:g}" for n in ("seconds", "rounds") if (v := getattr(asked, n)))
        command = f"./dev soak {name}{given}" + (f" --on {asked.on}" if asked.on else "")
        report.keep(report.section(title, command, about, [grounds.found]))
    return 1 if grounds.found.wrong else 0


def _run(part: Part, grounds: Grounds) -> None:
    """A part; one that breaks off is wrong, and what it found before is kept."""
    try:
        part.run(grounds)
    except Exception as error:
        traceback.print_exc()
        grounds.found.complain(part.title, [f"it broke off: {error!r}"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
