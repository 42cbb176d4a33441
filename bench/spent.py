"""Where time goes, added up by whose code it is: cProfile's own times, or samples of a process.

The profiler makes calls of Python dearer and leaves waits as they are, so what it says of the
database is the least that it takes.
"""

import cProfile
import pstats
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from operator import itemgetter

MOST = 8
"""Functions that are named."""

REST = "Python: JSON, hashes, instants, copies"

Function = tuple[str, int, str]
"""Of cProfile: file, line and name; what is written in C has no file but `~`."""

Areas = Sequence[tuple[str, Sequence[str]]]
"""Whose code it is, by what stands in `file name`; the first that fits. REST is everything else."""


@dataclass(frozen=True, slots=True)
class Spent:
    """One profile: seconds by area and by function, for so many things done."""

    title: str
    done: int
    areas: dict[str, float]
    functions: dict[str, float]

    def lines(self) -> Iterator[str]:
        """Both as tables in Markdown."""
        yield from (f"### {self.title}", "")
        for head, spent in (("whose code", self.areas), ("function", self.functions)):
            yield from (f"| {head} | share | µs each |", "|---|---|---|")
            most = nlargest(MOST, spent.items(), key=itemgetter(1))
            yield from (self._row(name, seconds) for name, seconds in most)
            yield ""

    def _row(self, name: str, seconds: float) -> str:
        share = seconds / sum(self.areas.values())
        return f"| {name} | {share:.0%} | {seconds / self.done * 1e6:,.0f} |"


def profile(title: str, act: Callable[[], int], areas: Areas) -> Spent:
    """Profile what does so many things and says how many."""
    profiler = cProfile.Profile()
    profiler.enable()
    done = act()
    profiler.disable()
    return _spent(title, done, _own_times(pstats.Stats(profiler)), areas)


_LEAF = re.compile(r"(?:^|;)(?P<name>[^;(]+) \((?P<file>[^;()]+):(?P<line>\d+)\) (?P<count>\d+)$")


def sampled(title: str, done: int, stacks: Iterable[str], seconds: float, areas: Areas) -> Spent:
    """The same from samples of a running process, a stack and its count a line (`py-spy --format
    raw`), each sample being worth so many seconds.
    """
    leaves = (found for stack in stacks if (found := _LEAF.search(stack)))
    own = (((one["file"], 0, one["name"]), int(one["count"]) * seconds) for one in leaves)
    return _spent(title, done, own, areas)


def _spent(title: str, done: int, own: Iterable[tuple[Function, float]], areas: Areas) -> Spent:
    by_area: dict[str, float] = defaultdict(float)
    by_function: dict[str, float] = defaultdict(float)
    for function, seconds in own:
        by_area[_area(function, areas)] += seconds
        by_function[_name(function)] += seconds
    return Spent(title, done, by_area, by_function)


def _own_times(stats: pstats.Stats) -> Iterator[tuple[Function, float]]:
    found: dict[Function, tuple[int, int, float, float, object]] = vars(stats)["stats"]
    for function, (_, _, own, _, _) in found.items():
        yield function, own


def _area(function: Function, areas: Areas) -> str:
    file, _, name = function
    where = f"{file} {name}"
    return next((area for area, marks in areas if any(mark in where for mark in marks)), REST)


def _name(function: Function) -> str:
    file, line, name = function
    plain = name.strip("<>{}").replace("built-in method ", "")
    where = f"{file.rpartition('/')[2]}:{line}".removesuffix(":0")
    return f"`{plain}`" if file == "~" else f"`{where} {plain}`"
