"""What a process keeps for good is set aside, so that the garbage collector does not go through it
again and again.

Compiled definitions, statements and templates are some 200,000 objects; looking through them takes
about 90 ms, and without this one page in a hundred or so waits for that (`./dev bench P5`).
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

AGAIN_SECONDS = 60
"""By then the first pages have been asked for, and what they compiled is there as well."""

_SELDOM = 100
"""Collections of the middle generation between two of the oldest; Python's own 10 are made for a
process that keeps little. Each takes 20 to 60 ms among the statements compiled since.
"""


def set_aside() -> None:
    """Free what nobody needs; what is left is here to stay, and what comes to stay later is looked
    through seldom.
    """
    gc.collect()
    gc.freeze()
    youngest, middle, _ = gc.get_threshold()
    gc.set_threshold(youngest, middle, _SELDOM)


@contextmanager
def rarely_collected(again_seconds: float = AGAIN_SECONDS) -> Iterator[None]:
    """Set aside what is there now, and once more when the process has warmed up."""
    set_aside()
    again = threading.Timer(again_seconds, set_aside)
    again.daemon = True
    again.start()
    try:
        yield
    finally:
        again.cancel()
