"""What a long run says of itself meanwhile: what it is at, how far it has come and how long that
may still take, a line every few seconds.
"""

import time
from dataclasses import dataclass

EVERY_SECONDS = 10.0


@dataclass
class Telling:
    """Tells of one thing after the other, under one name."""

    name: str
    every: float = EVERY_SECONDS
    _doing: str = ""
    _until: float | None = None
    _next: float = 0.0

    def begin(self, doing: str, seconds: float | None = None) -> None:
        """Say what begins, and how long it takes at most if that is known."""
        now = time.monotonic()
        self._doing, self._next = doing, now + self.every
        self._until = None if seconds is None else now + seconds
        self._say(doing, now)

    def tell(self, how_far: str) -> None:
        """Say how far it is, unless something was said a moment ago."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self.every
            self._say(f"{self._doing}: {how_far}", now)

    def _say(self, what: str, now: float) -> None:
        left = "" if self._until is None else f", {max(self._until - now, 0.0):.0f} s left"
        print(f"soak: {self.name}: {what}{left}", flush=True)
