"""`./dev soak [NAME …]`: the long forms of the test programme, each with its own figures; all of
them without a name.

Every part says what it is at and stops when its time is up; set-up counts. What is in hand then is
brought to its end: a scenario, a seed, and of a siege (T3, HOUR) the few kills without which it
would say nothing, the catching up and the verdict, which may take some minutes more. A third of
T3's time is for planted bugs, the rest for SQLite and PostgreSQL in equal parts.

Unless `--dry`, its section of bench/RESULTS.md is replaced. The exit code is 1 if anything was
wrong, or if there was no time for a part to say anything; logs and SQLite databases are kept then.
"""

import argparse
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
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
    "HOUR": Part("an hour with a kill every half minute", kills.an_hour, 4050),
}


def main(arguments: Sequence[str]) -> int:
    """Soak; the exit code."""
    parser = argparse.ArgumentParser(
        prog="./dev soak",
        description=__doc__,
        epilog="\n".join(["parts:", *(_line(name) for name in PARTS)]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PARTS))
    parser.add_argument("--seconds", type=float, help="the time of each part, instead of its own")
    parser.add_argument("--rounds", type=int, help="kills, scenarios, seeds … of each part")
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--on", choices=KINDS, help="one kind of database alone")
    parser.add_argument("--dry", action="store_true", help="keep nothing")
    asked = parser.parse_args(arguments)
    names = [name.upper() for name in asked.names] or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        parser.error(f"there is no part {unknown[0]}: there are {', '.join(PARTS)}")
    signal.signal(signal.SIGTERM, _told_to_end)
    return max(_soak(name, asked) for name in names)


def _line(name: str) -> str:
    return f"  {name:5} {PARTS[name].title}, {PARTS[name].seconds:.0f} s"


def _told_to_end(*_: object) -> None:
    """Leave in good order: nothing that was started, and no database, outlives us."""
    sys.exit("soak: told to end, without a verdict")


def _soak(name: str, asked: argparse.Namespace) -> int:
    part = PARTS[name]
    seconds = asked.seconds or part.seconds
    print(f"soak: {name} {part.title}, seed {asked.seed}, {seconds:.0f} s …", flush=True)
    kinds = (asked.on,) if asked.on else KINDS
    with machine.scratch(part.beside) as scratch:
        grounds = Grounds(scratch, asked.seed, seconds, asked.rounds, kinds)
        _run(part, grounds)
        took = f"{grounds.spent / 60:.0f} min"
        about = [f"{datetime.now(UTC).date()}, seed {asked.seed}, {took}", *scratch.description()]  # noqa: TID251
        if grounds.found.wrong:
            _keep_evidence(name, scratch)
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


def _keep_evidence(name: str, scratch: machine.Scratch) -> None:
    """What went wrong cannot be looked into once the scratch folder is gone."""
    machine.DATA.mkdir(parents=True, exist_ok=True)
    place = Path(mkdtemp(prefix=f"soak-{name}-", dir=machine.DATA))
    leave = shutil.ignore_patterns("pg")
    with suppress(OSError):  # what can be copied is worth something
        shutil.copytree(scratch.folder, place, ignore=leave, dirs_exist_ok=True)
    print(f"soak: {name}: logs and SQLite databases are kept in {place}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
