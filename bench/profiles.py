"""P1B, where the time of a step and of a sweep goes, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

from bench import office
from bench.machine import Scratch
from bench.spent import Spent, profile
from workflow import timers
from workflow.store.database import Database

KINDS = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
FULL, QUICK = (2000, 5000), (200, 500)
"""Steps, and timers of one sweep."""
SWEEP_AT = office.NOW + timedelta(days=3)
"""When the first rung of every waiting case is due and no other."""

AREAS = (
    ("the database: sending, waiting, reading", ("/psycopg", "/store/driver/", "sqlite3.")),
    ("rules: the engine and its conditions", ("/workflow/engine/", "cel_expr_python")),
    ("rows, history and sight: the store", ("/workflow/store/",)),
    ("commands, timers, transactions", ("/workflow/",)),
    ("SQLAlchemy", ("/sqlalchemy/",)),
)


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
    return profile(f"{title}: {bare:,.0f} a second without the profiler", act, AREAS)
