"""How long a way may go on within a batch: a server that takes its time for every message holds up
neither the other ways nor what else is due.

One that hangs is another matter. After the first message that waits for it in vain its line rests
(`channels/line.py`) and what follows fails at once, so that it costs a batch one wait and every
message says why it has not gone.
"""

import time
from dataclasses import dataclass, field

from notifications.channels import Outcome

LONGEST_SECONDS = 10.0
SLOW_SECONDS = 1.0
_IN_VAIN = (Outcome.FAILED, Outcome.AMBIGUOUS)


@dataclass(slots=True)
class Turn:
    """One way's turn within a batch."""

    _began: float = field(default_factory=time.monotonic)
    _last: float = field(default_factory=time.monotonic)
    _slow: int = 0
    _in_vain: bool = False

    def note(self, outcome: Outcome | None) -> None:
        """A message was dealt with; None where none was sent, which says nothing of the server."""
        now = time.monotonic()
        self._slow += now - self._last > SLOW_SECONDS
        self._last = now
        if outcome is not None:
            self._in_vain = outcome in _IN_VAIN

    def is_over(self) -> bool:
        """Whether what is left of the batch is left to the next one."""
        rests = self._in_vain and self._slow == 1
        return time.monotonic() - self._began > LONGEST_SECONDS and not rests
