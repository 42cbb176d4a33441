"""Places for children: how many files are looked into at a time, in all and for one person.

Who waits, for a place or for the child, does nothing meanwhile; but the thread that waits would
keep a request out. So it lends its own place among the server's threads to others as long.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import anyio.from_thread
import anyio.to_thread

from workflow.engine.errors import Refusal

MOST_AT_ONCE = 2
MOST_OF_ONE = 1
"""At work for one person: the other place is somebody else's."""

MOST_INSIDE, MOST_INSIDE_OF_ONE = 16, 3
"""At work or waiting; each is a thread and a file in memory."""

LONGEST_WAIT_SECONDS = 30.0


class TooBusy(Refusal):
    """Too many files are being looked into at this moment."""

    code = "too_busy"


class Places:
    """The places of one process; nobody in particular (the worker, the command line) is None."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: Counter[int | None] = Counter()
        self._at_work: Counter[int | None] = Counter()

    @contextmanager
    def taken(self, person: int | None) -> Iterator[None]:
        """A place while the block runs; raises TooBusy where there is none for too long."""
        self._enter(person)
        try:
            with _thread_lent():
                self._begin(person)
                try:
                    yield
                finally:
                    self._leave(self._at_work, person)
        finally:
            self._leave(self._inside, person)

    def _enter(self, person: int | None) -> None:
        with self._changed:
            if person is not None and self._inside[person] >= MOST_INSIDE_OF_ONE:
                raise TooBusy("你还有几个文件正在检查，请等它们传完再试")
            if self._inside.total() >= MOST_INSIDE:
                raise TooBusy("同时上传的文件太多，请过一会儿再试")
            self._inside[person] += 1

    def _begin(self, person: int | None) -> None:
        def is_free() -> bool:
            mine = self._at_work[person] if person is not None else 0
            return self._at_work.total() < MOST_AT_ONCE and mine < MOST_OF_ONE

        with self._changed:
            if not self._changed.wait_for(is_free, LONGEST_WAIT_SECONDS):
                raise TooBusy("同时上传的文件太多，请过一会儿再试")
            self._at_work[person] += 1

    def _leave(self, counted: Counter[int | None], person: int | None) -> None:
        with self._changed:
            counted[person] -= 1
            counted += Counter()  # who has none is forgotten
            self._changed.notify_all()


@contextmanager
def _thread_lent() -> Iterator[None]:
    """Let the server's threads be one more as long as this one only waits."""
    lent = _more_threads(1)
    try:
        yield
    finally:
        if lent:
            _more_threads(-1)


def _more_threads(by: int) -> bool:
    """Whether this is a thread of the server's, which has so many more from now on."""

    def change() -> None:
        limiter = anyio.to_thread.current_default_thread_limiter()
        limiter.total_tokens += by

    try:
        anyio.from_thread.run_sync(change)
    except RuntimeError:  # no thread of the server's: a worker, the command line
        return False
    return True
