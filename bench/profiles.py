"""Where the time of a step and of a sweep goes: cProfile, top 25 by own time, on both databases."""

import cProfile
import io
import pstats
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from bench import office
from bench.machine import Scratch
from workflow import timers
from workflow.store.database import Database

SWEEP_AT = office.NOW + timedelta(days=3)
"""When the first rung of every waiting case is due and no other."""


def run(scratch: Scratch, fires: int = 2000, swept: int = 5000, into: Path | None = None) -> str:
    """Profile `fires` steps and one sweep of `swept` timers on both databases; the text."""
    parts = []
    for kind in ("postgres", "sqlite"):
        url = scratch.new(kind)
        office.fill(url, fires + swept + 200)
        scratch.settle(url)
        desk = office.enter(Database(url))
        parts.append(_fires(kind, desk, fires, into))
        parts.append(_sweep(kind, desk, into))
        desk.database.dispose()
        scratch.drop(url)
    return "\n\n".join(parts)


def _fires(kind: str, desk: office.Office, fires: int, into: Path | None) -> str:
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
    return _profile(f"{kind}: {fires} fires", lambda: fire(200, fires), bare, into)


def _sweep(kind: str, desk: office.Office, into: Path | None) -> str:
    began = perf_counter()
    done = timers.fire_due(desk.database, desk.catalog, SWEEP_AT)
    bare = done / (perf_counter() - began)

    def sweep() -> int:
        return timers.fire_all_due(desk.database, desk.catalog, SWEEP_AT)

    return _profile(f"{kind}: sweep", sweep, bare, into)


def _profile(name: str, act: Callable[[], int], bare: float, into: Path | None) -> str:
    profiler = cProfile.Profile()
    began = perf_counter()
    profiler.enable()
    done = act()
    profiler.disable()
    seconds = perf_counter() - began
    text = io.StringIO()
    text.write(f"{name}: {done} in {seconds:.2f} s under the profiler; {bare:.0f}/s without it\n")
    stats = pstats.Stats(profiler, stream=text).strip_dirs()
    stats.sort_stats("tottime").print_stats(25)
    if into is not None:
        stats.sort_stats("cumulative").print_stats(70)
        file = into / f"profile-{name.replace(': ', '-').replace(' ', '-')}.txt"
        file.write_text(text.getvalue(), encoding="utf-8")
    return text.getvalue()
