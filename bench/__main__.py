"""`./dev bench [NAME …] [--quick]`: P1 to P10; all of them without a name.

`--quick` measures a little of everything and keeps nothing; otherwise each part replaces its
section of bench/RESULTS.md. `--date` is written instead of today.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bench import (
    imports,
    ledger_sheet,
    lists,
    machine,
    mail,
    office,
    over_http,
    pages,
    profiles,
    report,
    start,
    steps,
    storm,
    sweeps,
    taken_over,
)
from bench.machine import Scratch
from bench.report import Lines, Table
from bench.spent import Spent
from workflow.catalog import Catalog
from workflow.store.database import Database


def _p1(scratch: Scratch, quick: bool) -> list[Table]:
    sizes = steps.QUICK if quick else steps.FULL
    return [*steps.on_postgres(scratch, sizes, 1), *steps.on_postgres(scratch, sizes, 16)]


def _p1b(scratch: Scratch, quick: bool) -> list[Spent]:
    return profiles.run(scratch, profiles.QUICK if quick else profiles.FULL)


def _p2(scratch: Scratch, quick: bool) -> list[Table]:
    sizes = steps.QUICK if quick else steps.FULL
    return [*steps.on_sqlite(scratch, sizes), *steps.sqlite_threads(scratch, sizes)]


def _p3(scratch: Scratch, quick: bool) -> list[Table]:
    sizes = sweeps.QUICK if quick else sweeps.FULL
    return [sweeps.run(scratch, sizes, kind) for kind in ("postgres", "sqlite")]


def _p4(scratch: Scratch, quick: bool) -> list[Table]:
    return storm.run(scratch, storm.QUICK if quick else storm.FULL)


def _import(scratch: Scratch, quick: bool) -> list[Table]:
    return imports.run(scratch, imports.QUICK if quick else imports.FULL)


def _take_over(scratch: Scratch, quick: bool) -> list[Table]:
    return taken_over.run(scratch, taken_over.QUICK if quick else taken_over.FULL)


def _p5(scratch: Scratch, quick: bool) -> list[Table]:
    return lists.run(scratch, lists.QUICK, 60) if quick else lists.run(scratch, lists.FULL)


def _p5b(scratch: Scratch, quick: bool) -> list[pages.PageTimes]:
    return pages.run(scratch, pages.QUICK, 5) if quick else pages.run(scratch, pages.FULL)


def _p6(scratch: Scratch, quick: bool) -> list[Table]:
    url = scratch.new("sqlite")
    office.fill(url, 1)  # for its holiday notices
    database = Database(url)
    try:
        calendar = Catalog(database).calendar
    finally:
        database.dispose()
    return [mail.run(calendar, mail.QUICK if quick else mail.FULL)]


def _p7(scratch: Scratch, quick: bool) -> list[Table]:
    return ledger_sheet.run(scratch, ledger_sheet.QUICK if quick else ledger_sheet.FULL)


def _p7b(scratch: Scratch, quick: bool) -> list[Table]:
    return over_http.run(scratch, over_http.QUICK if quick else over_http.FULL)


def _p8(scratch: Scratch, quick: bool) -> list[Table]:
    return start.run(scratch, rounds=1 if quick else 7)


def _p8b(scratch: Scratch, quick: bool) -> list[Spent]:
    rows, seconds = (1_000, 5) if quick else (20_000, 30)
    return [
        ledger_sheet.profiled(scratch, rows),
        over_http.profiled(scratch, seconds),
        start.profiled(scratch),
    ]


PARTS: dict[str, tuple[str, Callable[[Scratch, bool], Sequence[Lines]]]] = {
    "P1": ("P1 Durable step, PostgreSQL", _p1),
    "P1B": ("P1B Where the time of a step and of a sweep goes", _p1b),
    "P2": ("P2 Durable step, SQLite", _p2),
    "P3": ("P3 Timers due at one instant", _p3),
    "P4": ("P4 The December storm", _p4),
    "IMPORT": ("P9 Import of an organisation", _import),
    "TAKEOVER": ("P10 A ledger taken over", _take_over),
    "P5": ("P5 Lists among a million cases", _p5),
    "PAGES": ("P5B Every page among a million cases", _p5b),
    "P6": ("P6 Digests by mail", _p6),
    "P7": ("P7 A ledger as a spreadsheet", _p7),
    "P7B": ("P7B Durable step over HTTP", _p7b),
    "P8": ("P8 Start and idle memory", _p8),
    "P8B": ("P8B Where the time of a ledger, of a step over HTTP and of a start goes", _p8b),
}


def main(arguments: Sequence[str]) -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="small sizes; keeps nothing")
    parser.add_argument("--date", default=datetime.now(UTC).date().isoformat())
    asked = parser.parse_args(arguments)
    names = [name.upper() for name in asked.names] or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        parser.error(f"no benchmark {unknown[0]}: there are {', '.join(PARTS)}")
    for name in names:
        with machine.scratch() as scratch:
            _measure(scratch, name, asked.quick, asked.date)


def _measure(scratch: Scratch, name: str, quick: bool, date: str) -> None:
    title, part = PARTS[name]
    print(f"bench: {title} …", file=sys.stderr)
    tables = part(scratch, quick)
    about = [f"{date}; {line}" if n == 0 else line for n, line in enumerate(scratch.description())]
    text = report.section(title, f"./dev bench {name}", about, tables)
    print(text)
    if not quick:
        report.keep(text)


if __name__ == "__main__":
    main(sys.argv[1:])
