"""P1B, where the time of a step and of a sweep goes, on both databases: cProfile's own times, added
up by whose code it is.

The profiler makes calls of Python dearer and leaves waits as they are, so what it says of the
database is the least that it takes.
"""

import cProfile
import pstats
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from heapq import nlargest
from operator import itemgetter
from time import perf_counter

from bench import office
from bench.machine import Scratch
from workflow import timers
from workflow.store.database import Database

KINDS = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
FULL, QUICK = (2000, 5000), (200, 500)
"""Steps, and timers of one sweep."""
SWEEP_AT = office.NOW + timedelta(days=3)
"""When the first rung of every waiting case is due and no other."""
MOST = 8
"""Functions that are named."""

Function = tuple[str, int, str]
"""Of cProfile: file, line and name; what is written in C has no file but `~`."""

AREAS = (
    ("the database: sending, waiting, reading", ("/psycopg", "/store/driver/", "sqlite3.")),
    ("rules: the engine and its conditions", ("/workflow/engine/", "cel_expr_python")),
    ("rows, history and sight: the store", ("/workflow/store/",)),
    ("commands, timers, transactions", ("/workflow/",)),
    ("SQLAlchemy", ("/sqlalchemy/",)),
)
REST = "Python: JSON, hashes, instants, copies"


@dataclass(frozen=True, slots=True)
class Spent:
    """One profile: seconds by area and by function, for so many things done."""

    title: str
    done: int
    bare: float
    """How many a second without the profiler."""
    areas: dict[str, float]
    functions: dict[str, float]

    def lines(self) -> Iterator[str]:
        """Both as tables in Markdown."""
        yield from (f"### {self.title}: {self.bare:,.0f} a second without the profiler", "")
        for head, spent in (("whose code", self.areas), ("function", self.functions)):
            yield from (f"| {head} | share | µs each |", "|---|---|---|")
            most = nlargest(MOST, spent.items(), key=itemgetter(1))
            yield from (self._row(name, seconds) for name, seconds in most)
            yield ""

    def _row(self, name: str, seconds: float) -> str:
        share = seconds / sum(self.areas.values())
        return f"| {name} | {share:.0%} | {seconds / self.done * 1e6:,.0f} |"


def run(scratch: Scratch, sizes: tuple[int, int]) -> list[Spent]:
    """Profile so many steps and one sweep of so many timers on both databases."""
    fires, swept = sizes
    found = []
    for kind, called in KINDS.items():
        url = scratch.new(kind)
        office.fill(url, fires + swept + 200)
        scratch.settle(url)
        desk = office.enter(Database(url))
        found += [_fires(called, desk, fires), _sweep(called, desk)]
        desk.database.dispose()
        scratch.drop(url)
    return found


def _fires(called: str, desk: office.Office, fires: int) -> Spent:
    waiting = desk.cases()
    now = office.NOW + timedelta(hours=1)

    def fire(first: int, count: int) -> int:
        for case, unit in waiting[first : first + count]:
            desk.accept(case, unit, f"fire-{case}", now)
        return count

    fire(0, 100)
    began = perf_counter()
    fire(100, 100)
    bare = 100 / (perf_counter() - began)
    return _profile(f"{called}, a step", lambda: fire(200, fires), bare)


def _sweep(called: str, desk: office.Office) -> Spent:
    began = perf_counter()
    done = timers.fire_due(desk.database, desk.catalog, SWEEP_AT)
    bare = done / (perf_counter() - began)

    def sweep() -> int:
        return timers.fire_all_due(desk.database, desk.catalog, SWEEP_AT)

    return _profile(f"{called}, a timer of a sweep", sweep, bare)


def _profile(title: str, act: Callable[[], int], bare: float) -> Spent:
    profiler = cProfile.Profile()
    profiler.enable()
    done = act()
    profiler.disable()
    areas: dict[str, float] = defaultdict(float)
    functions: dict[str, float] = defaultdict(float)
    for function, own in _own_times(profiler):
        areas[_area(function)] += own
        functions[_name(function)] += own
    return Spent(title, done, bare, areas, functions)


def _own_times(profiler: cProfile.Profile) -> Iterator[tuple[Function, float]]:
    stats: dict[Function, tuple[int, int, float, float, object]]
    stats = vars(pstats.Stats(profiler))["stats"]
    for function, (_, _, own, _, _) in stats.items():
        yield function, own


def _area(function: Function) -> str:
    file, _, name = function
    where = f"{file} {name}"
    return next((area for area, marks in AREAS if any(mark in where for mark in marks)), REST)


def _name(function: Function) -> str:
    file, line, name = function
    plain = name.strip("<>{}").replace("built-in method ", "")
    return f"`{plain}`" if file == "~" else f"`{file.rpartition('/')[2]}:{line} {plain}`"
