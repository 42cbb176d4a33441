"""P5: a page of fifty cases out of 100,000 and out of 1,000,000, for readers who see all of them,
a tenth, a hundredth and one unit's, and for one with three posts.

The cases are made set-based (`bench/many.py`); the queries are those of the pages.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter

from sqlalchemy import Connection

from api.garbage import set_aside
from bench import many, office
from bench.machine import Scratch
from bench.report import Table
from workflow.engine.case import Actor, Post
from workflow.store.database import Database
from workflow.store.lists.counting import count_up_to
from workflow.store.lists.queries import Filter, Page, Place, list_cases, list_work
from workflow.store.lists.ranges import BY_LIMIT, BY_UNIT, LAST_MOVED, NEWEST, Order

FULL, QUICK = (100_000, 1_000_000), (1_000, 10_000)
CALLS, WARM = 300, 12
SEED = 20260302
GOAL_MS, GOAL_GROWTH = 50.0, 1.3
NOISE_MS = 0.5
"""Growth is told from the medians, and not of what stays below this."""
MOST_COUNTED = 51

Read = Callable[[Connection, Actor, Place | None], Page]
Stock = tuple[str, many.Units]
"""A database that has been filled, and who can look at its cases."""
Found = dict[str, list[float]]
"""Milliseconds of every call, by reader and kind of page."""


def _listed(narrowed: Filter, order: Order = BY_LIMIT) -> Read:
    return lambda connection, reader, place: list_cases(
        connection, reader, narrowed, after=place, order=order
    )


def _work(connection: Connection, reader: Actor, place: Place | None) -> Page:
    return list_work(connection, reader, after=place)


def _counted(connection: Connection, reader: Actor, place: Place | None) -> Page:
    del place
    count_up_to(connection, reader, Filter(closed=False), MOST_COUNTED)
    return Page([], None)


KIND = (office.WORKFLOW,)
READS: Mapping[str, Read] = {
    "open": _listed(Filter(closed=False)),
    "closed": _listed(Filter(closed=True)),
    "one workflow": _listed(Filter(workflows=KIND)),
    "a rare workflow": _listed(Filter(workflows=(many.RARE,))),
    "a usual state": _listed(Filter(workflows=KIND, state=many.USUAL_STATE)),
    "a rare state": _listed(Filter(workflows=KIND, state=many.RARE_STATE)),
    "newest": _listed(Filter(workflows=KIND), NEWEST),
    "last moved": _listed(Filter(workflows=KIND), LAST_MOVED),
    "unit by unit": _listed(Filter(workflows=KIND), BY_UNIT),
    "my work": _work,
    "a count, to 50+": _counted,
}


@dataclass
class Growth(Table):
    """How long a page takes among so many cases, and among ten times as many."""

    sizes: tuple[int, ...] = ()
    found: list[Found] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The table in Markdown."""
        heads = [f"{size:,}: {what}" for size in self.sizes for what in ("p50", "p99")]
        lines = [f"### {self.title}", "", f"| {self.unit} | {' | '.join(heads)} | growth of p50 |"]
        lines.append("|---" * (len(heads) + 2) + "|")
        for name in self.found[0]:
            cells = [f"{f(found[name]):.2f}" for found in self.found for f in (median, p99)]
            lines.append(f"| {name} | {' | '.join(cells)} | {self._growth(name):.2f} |")
        return [*lines, "", *(f"* goal {goal}" for goal in self.goals), *self._said()]

    def judge(self) -> None:
        """Hold the larger size against the goals."""
        slowest = max(self.found[-1], key=lambda name: p99(self.found[-1][name]))
        worst = p99(self.found[-1][slowest])
        grown = max(self.found[-1], key=self._growth)
        for text, fits in (
            (f"p99 ≤ {GOAL_MS:g} ms: at most {worst:.1f} ({slowest})", worst <= GOAL_MS),
            (
                f"≤ {GOAL_GROWTH:g} × when ten times larger, or below {NOISE_MS:g} ms more: at most"
                f" {self._growth(grown):.2f} ({grown})",
                all(map(self._is_flat, self.found[-1])),
            ),
        ):
            self.goals.append(f"{text}, {'reached' if fits else '**not reached**'}")

    def _growth(self, name: str) -> float:
        return median(self.found[-1][name]) / median(self.found[0][name])

    def _is_flat(self, name: str) -> bool:
        more = median(self.found[-1][name]) - median(self.found[0][name])
        return more < NOISE_MS or self._growth(name) <= GOAL_GROWTH

    def _said(self) -> list[str]:
        return [f"* {note}" for note in self.notes]


def p99(values: list[float]) -> float:
    """The 99th percentile, never beyond the longest of them."""
    return quantiles(values, n=100, method="inclusive")[98]


def run(scratch: Scratch, sizes: tuple[int, ...], calls: int = CALLS) -> list[Table]:
    """Both databases, each of them at every size."""
    return [_grown(scratch, kind, sizes, calls) for kind in ("sqlite", "postgres")]


def _grown(scratch: Scratch, kind: str, sizes: tuple[int, ...], calls: int) -> Growth:
    table = Growth(f"A page of 50 cases, {kind}", "ms", sizes=sizes)
    stock: list[Stock] = []
    for size in sizes:
        url, began = scratch.new(kind), perf_counter()
        units = many.fill(url, size)
        made = perf_counter() - began
        scratch.settle(url)
        table.notes.append(f"{size:,} cases with {4 * size:,} scope rows were made in {made:.0f} s")
        stock.append((url, units))
    set_aside()  # as a serving process does
    table.found = _measured(stock, calls)
    for url, _ in stock:
        scratch.drop(url)
    table.notes.append(
        f"{calls} calls a row: first pages and the pages after them, the sizes in turn"
    )
    table.judge()
    return table


def _measured(stock: Sequence[Stock], calls: int) -> list[Found]:
    """What each size takes; call by call they take turns, so that both have the same weather."""
    found: list[Found] = [{} for _ in stock]
    with ExitStack() as stack:
        connections = [stack.enter_context(_reading(url)) for url, _ in stock]
        for who in readers(stock[0][1]):
            for what in (*READS, "about a unit"):
                walks = [
                    _walk(connection, units, who, what)
                    for connection, (_, units) in zip(connections, stock, strict=True)
                ]
                for times, walk in zip(found, _in_turn(walks, calls), strict=True):
                    times[f"{who}, {what}"] = walk
    return found


@contextmanager
def _reading(url: str) -> Iterator[Connection]:
    database = Database(url)
    with database.reading() as connection:
        yield connection
    database.dispose()


def _in_turn(walks: Sequence[Iterator[float]], calls: int) -> list[list[float]]:
    """So many calls of each."""
    times: list[list[float]] = [[] for _ in walks]
    for _ in range(calls):
        for spent, walk in zip(times, walks, strict=True):
            spent.append(next(walk))
    return times


def readers(units: many.Units) -> dict[str, Actor]:
    """Whoever sees all cases, a tenth, a hundredth, those of one unit, and all by three posts."""

    def reader(*of: int) -> Actor:
        return Actor("person", 1, tuple(Post(unit, unit, many.CLERK) for unit in of))

    return {
        "all": reader(units.top),
        "a tenth": reader(units.tenths[3]),
        "a hundredth": reader(units.hundredths[3]),
        "one unit": reader(units.ones[3]),
        "three posts": reader(units.top, units.tenths[3], units.hundredths[4]),
    }


def _walk(connection: Connection, units: many.Units, who: str, what: str) -> Iterator[float]:
    """Milliseconds of each call, without end: some pages on, then from the beginning again."""
    reader, chance = readers(units)[who], random.Random(SEED)
    read = READS.get(what) or _listed(Filter(unit=units.ones[3]))
    place = None
    for _ in range(WARM):  # the statements of both kinds of page are compiled and planned
        place = read(connection, reader, place).next
    while True:
        began = perf_counter()
        page = read(connection, reader, place)
        yield (perf_counter() - began) * 1000
        place = page.next if chance.random() < 0.8 else None
