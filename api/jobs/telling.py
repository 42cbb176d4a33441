"""How far something has come: so many rows of so many."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

Row = TypeVar("Row")


class Tell(Protocol):
    """Hears how far something has come."""

    def __call__(self, done: int, total: int) -> None: ...


def silent(done: int, total: int) -> None:
    """For whoever waits for the answer and asks for no progress."""


def counted(rows: Iterable[Row], total: int, tell: Tell) -> Iterator[Row]:
    """The rows as they are, each told of once it was dealt with."""
    for done, row in enumerate(rows, start=1):
        yield row
        tell(done, total)
