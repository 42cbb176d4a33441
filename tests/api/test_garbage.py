"""What a serving process keeps for good is looked through once, not at every turn."""

import gc
import threading
from collections.abc import Callable, Iterator

import pytest

from api.garbage import rarely_collected


class Later:
    """A timer whose time comes when the test says so."""

    made: "Later"

    def __init__(self, seconds: float, act: Callable[[], None]) -> None:
        self.seconds, self.act, self.state = seconds, act, "made"
        Later.made = self

    def start(self) -> None:
        self.state = "waits"

    def cancel(self) -> None:
        self.state = "called off"


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(threading, "Timer", Later)
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def is_looked_through(kept: object) -> bool:
    return any(one is kept for one in gc.get_objects())


def test_what_is_kept_is_not_looked_through_again() -> None:
    kept = [[1]]
    assert is_looked_through(kept)
    with rarely_collected():
        assert not is_looked_through(kept)


def test_what_has_become_old_since_is_looked_through_seldom() -> None:
    *_, before = gc.get_threshold()
    with rarely_collected():
        assert gc.get_threshold()[2] > before


def test_what_the_first_minute_brought_is_set_aside_as_well() -> None:
    with rarely_collected():
        brought = [[1]]
        assert is_looked_through(brought)
        assert (Later.made.seconds, Later.made.state) == (60, "waits")
        Later.made.act()
        assert not is_looked_through(brought)


def test_a_process_that_ends_waits_for_nothing() -> None:
    with rarely_collected():
        pass
    assert Later.made.state == "called off"
