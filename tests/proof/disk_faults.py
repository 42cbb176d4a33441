"""What a disk does to whoever writes: the process dies at one of its writes, or the disk is full or
broken, once or from then on.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from errno import EIO, ENOSPC

from tests.proof.crashing import Points, Run
from tests.proof.disk import step_between
from workflow.store.database import Database


class DyingAtDisk(Points):
    """The process may die before, and half-way through, whatever it asks of the disk."""

    def watch(self, database: Database) -> None:
        """Make a point of each write, sync, truncation and removal."""
        step_between(self)


@dataclass
class Failing(Points):
    """A disk that says no at one point, or, `lasting`, from there on until it is healed."""

    error: int = ENOSPC
    lasting: bool = False
    healed: bool = False

    def watch(self, database: Database) -> None:
        """Make a point of each write, sync, truncation and removal."""
        step_between(self.ask)

    def __call__(self, name: str) -> None:
        """What is no business of the disk's goes well."""

    def ask(self, what: str) -> None:
        """Pass a point; raises OSError where the disk says no."""
        self.passed += 1
        self.names.append(what)
        if not self.healed and self._is_hit():
            raise OSError(self.error, os.strerror(self.error))

    def _is_hit(self) -> bool:
        return 0 < self.die_at <= self.passed if self.lasting else self.passed == self.die_at

    def heal(self) -> None:
        """From now on everything goes well."""
        self.healed = True


FAULTS = [(error, lasting) for error in (ENOSPC, EIO) for lasting in (False, True)]


def lives_through(act: Callable[[Run], None]) -> Callable[[Run], None]:
    """The act, and once the disk is well the same again in the same process, which must succeed."""

    def twice(run: Run) -> None:
        assert isinstance(run.passing, Failing)
        with suppress(Exception):  # whoever asked is told
            act(run)
        run.passing.heal()
        act(run)

    return twice
