"""The only place that knows what time it is; everything below is handed `now`."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Says what time it is, as an instant in UTC."""


def system_clock() -> datetime:
    """The time of this machine, in UTC."""
    return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands still until it is moved, and never goes back: for demo and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = _in_utc(start)

    def __call__(self) -> datetime:
        return self._now

    def now(self) -> datetime:
        """The simulated time, in UTC."""
        return self._now

    def advance_to(self, instant: datetime) -> None:
        """Move on to a later instant; raises ValueError for an earlier one."""
        instant = _in_utc(instant)
        if instant < self._now:
            raise ValueError(f"the clock stands at {self._now} and cannot go back to {instant}")
        self._now = instant


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return instant.astimezone(UTC)
