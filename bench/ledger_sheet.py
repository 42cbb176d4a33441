"""A ledger of 100,000 rows as a spreadsheet, against the library that writes it and nothing else.

Both write the same cells in the same formats: ours reads the cases, works out lights and limits and
puts facts in words; the other finds its cells ready. Each runs in a process of its own, whose peak
of memory is counted.
"""

import io
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import select

from api.auth import Someone
from api.context import Duban
from api.garbage import set_aside
from api.settings import Settings
from api.spreadsheets import ledger
from api.spreadsheets.ledger_rows import sheet_rows
from api.spreadsheets.paper import Imprint
from bench import office
from bench.machine import Scratch, peak_mb
from bench.report import Table
from bench.spent import Spent, profile
from workflow.engine.definition import Definition, Ledger
from workflow.store.database import Database
from workflow.store.lists.queries import Filter
from workflow.store.offices.organisation import actor_of
from workflow.store.tables.handles import PERSON

FULL, QUICK = (100_000, 3), (1_000, 1)
AREAS = (
    ("the library that writes: xlsxwriter, zlib", ("/xlsxwriter/", "/zipfile", "zlib.", "_io.")),
    ("facts in words, limits and lights", ("/api/", "/workflow/engine/")),
    ("cases read: the store and its driver", ("/workflow/", "/sqlalchemy/", "sqlite3.")),
)
OURS, ALONE = "Duban, cases to xlsx", "xlsxwriter alone, ready cells"


def run(scratch: Scratch, sizes: tuple[int, int]) -> list[Table]:
    """Seconds of processor and peak of memory, ours and the library's by turns."""
    rows, rounds = sizes
    url = scratch.new("sqlite")
    office.fill(url, rows)
    seconds = Table(f"{rows:,} rows to xlsx: processor time", "s")
    memory = Table(f"{rows:,} rows to xlsx: peak memory", "MB")
    for _ in range(rounds):
        for name, what in ((OURS, "ours"), (ALONE, "alone")):
            command = [sys.executable, "-m", "bench.ledger_sheet", url, what]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            took, peak = map(float, done.stdout.split())
            seconds.rounds.setdefault(name, []).append(took)
            memory.rounds.setdefault(name, []).append(peak)
    seconds.less_is_better = memory.less_is_better = True
    seconds.goal(ALONE, 1.3)
    peak = max(memory.rounds[OURS])
    memory.goals.append(f"≤ 200 MB: {peak:,.0f}, {'reached' if peak <= 200 else '**not reached**'}")
    return [seconds, memory]


class _Recorder:
    """Stands in for a sheet, and keeps what is written to it."""

    def __init__(self) -> None:
        self.cells: list[tuple[str, tuple[Any, ...]]] = []

    def write_string(self, *cell: Any) -> None:
        self.cells.append(("write_string", cell))

    def write_number(self, *cell: Any) -> None:
        self.cells.append(("write_number", cell))

    def set_row(self, *row: Any) -> None:
        self.cells.append(("set_row", row))


@dataclass(frozen=True, slots=True)
class _Ledger:
    """What is to be written: its cases are read as they are asked for."""

    definition: Definition
    spec: Ledger
    rows: Iterable[ledger.SheetRow]

    @property
    def facts(self) -> Sequence[str]:
        """The facts of its columns."""
        return ledger.facts_in(self.definition, self.spec)

    def sheet(self) -> bytes:
        """As it is downloaded."""
        made = Imprint("", office.NOW.date())
        return ledger.ledger_sheet(self.definition, self.spec, self.rows, made)


@contextmanager
def _ledger(url: str) -> Iterator[_Ledger]:
    """The first ledger of the office's workflow, as a specialist of the prefecture sees it."""
    database = Database(url)
    duban = Duban.on(database, Settings(data=Path("/nonexistent")), lambda: office.NOW)
    definition = duban.catalog.newest(office.WORKFLOW).definition
    spec = next(iter(definition.ledgers.values()))
    with database.reading() as connection:
        username = PERSON.c.username == "zhou-dc.specialist1"
        person = connection.execute(select(PERSON.c.id).where(username)).scalar_one()
        reader = actor_of(connection, person, office.NOW)
        someone = Someone(reader, person, "", None)
        narrowed = Filter(workflows=(office.WORKFLOW,))
        parties = ledger.parties_of(definition, spec)
        rows = sheet_rows(connection, duban, someone, narrowed, "", parties)
        yield _Ledger(definition, spec, rows)
    database.dispose()


def _measure(url: str, what: str) -> float:
    """Seconds of processor that one of the two takes."""
    with _ledger(url) as wanted:
        if what == "ours":
            set_aside()  # as the process does that serves or works
            begun = time.process_time()
            wanted.sheet()
            return time.process_time() - begun
        recorder = _Recorder()
        readers = ledger.readers_of(wanted.definition, wanted.facts)
        parties = ledger.parties_of(wanted.definition, wanted.spec)
        widths = [16] * (len(readers) + len(parties) + 7)
        names = ledger.Formats(*ledger.Formats._fields)
        ledger.write_rows(recorder, wanted.rows, readers, widths, names)
    return _alone(recorder.cells)


def profiled(scratch: Scratch, rows: int) -> Spent:
    """Where the time of so many rows goes."""
    url = scratch.new("sqlite")
    office.fill(url, rows)
    with _ledger(url) as wanted:

        def write() -> int:
            wanted.sheet()
            return rows

        return profile(f"A ledger of {rows:,} rows, SQLite: a row", write, AREAS)


def _alone(cells: list[tuple[str, tuple[Any, ...]]]) -> float:
    set_aside()
    begun = time.process_time()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(io.BytesIO(), options)
    sheet = book.add_worksheet()
    formats = ledger.formats_of(book)._asdict()
    write = {name: getattr(sheet, name) for name in ("write_string", "write_number", "set_row")}
    for how, (row, *cell) in cells:
        style = [formats[one] for one in cell[2:]]
        write[how](row, *cell[:2], *style)
    book.close()
    return time.process_time() - begun


if __name__ == "__main__":
    took = _measure(*sys.argv[1:])
    print(took, peak_mb())
