"""What a part of the soak is given: a place to run in, chance, and how far it may go; and what it
hands back.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from bench.machine import Scratch
from tests.furnished import furnish
from tests.proof.copies import Copies, postgres_copies, sqlite_copies
from workflow.store.database import Database

KINDS = ("sqlite", "postgres")
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


@dataclass
class Found:
    """The figures of one part, as they are kept, and everything that was wrong."""

    figures: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def note(self, name: str, value: object) -> None:
        """Print a figure, and keep it."""
        text = f"{value:,}" if isinstance(value, int) else str(value)
        self.figures.append((name, text))
        print(f"figure: {name} = {text}", flush=True)

    def count(self, name: str, number: int) -> None:
        """Note how often something was tried; never is wrong, for it says nothing."""
        self.note(name, number)
        if not number:
            self.complain(name, ["there was no time for any: give it more seconds"])

    def complain(self, where: str, sentences: list[str]) -> None:
        """Print what is wrong, and keep it."""
        for sentence in sentences:
            self.wrong.append(f"{where}: {sentence}")
            print(f"WRONG {where}: {sentence}", flush=True)

    def lines(self) -> Iterator[str]:
        """The figures as a table in Markdown."""
        yield "| | |"
        yield "|---|---|"
        for name, value in self.figures:
            yield f"| {name} | {value} |"
        yield ""
        yield f"* {self.verdict}"

    @property
    def verdict(self) -> str:
        """How many promises were not kept."""
        return f"violations: {len(self.wrong)}"


@dataclass
class Grounds:
    """A scratch folder with both kinds of database, the seed, and how far to go."""

    scratch: Scratch
    seed: int
    seconds: float
    rounds: int | None
    kinds: tuple[str, ...] = KINDS
    found: Found = field(default_factory=Found)
    _began: float = field(default_factory=time.monotonic)
    _virgins: dict[str, Copies] = field(default_factory=dict)

    @property
    def spent(self) -> float:
        """The seconds since it began."""
        return time.monotonic() - self._began

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.spent > self.seconds

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return max(self.seconds - self.spent, 0.0)

    def left_after(self, number: int) -> float:
        """What has to be left when the kind of database of this number has had its share of what is
        left now.
        """
        return self.left * (1 - 1 / (len(self.kinds) - number))

    def chance(self, *about: object) -> random.Random:
        """Chance of its own for something, the same for the same seed."""
        return random.Random(f"{self.seed} {about}")

    def folder(self) -> Path:
        """A new folder."""
        return Path(mkdtemp(dir=self.scratch.folder))

    def virgin(self, kind: str) -> Copies:
        """The furnished sample of a kind, to be copied."""
        if kind not in self._virgins:
            self._virgins[kind] = self._furnished(kind)
        return self._virgins[kind]

    def _furnished(self, kind: str) -> Copies:
        url = self.scratch.new(kind)
        furnish(Database(url))
        if kind == "sqlite":
            return sqlite_copies(Path(url.removeprefix("sqlite:///")), self.folder())
        return postgres_copies(self.scratch.server, url.partition("?")[0].rpartition("/")[2])
