"""What the codes mean by which a provider answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from notifications.channels.channel import Outcome


@dataclass(frozen=True, slots=True)
class Codes:
    """The sense of a provider's codes, by exact code or by what it begins with."""

    accepted: str
    refused: tuple[str, ...]
    """About this message or this address; every other code is about our account, or passing."""

    throttled: Mapping[str, timedelta]
    """How long to wait."""

    def outcome(self, code: str) -> tuple[Outcome, timedelta | None]:
        """What became of the message, and how long to wait."""
        if code == self.accepted:
            return Outcome.ACCEPTED, None
        for start, wait in self.throttled.items():
            if code.startswith(start):
                return Outcome.THROTTLED, wait
        refused = any(code.startswith(start) for start in self.refused)
        return (Outcome.REFUSED if refused else Outcome.FAILED), None
