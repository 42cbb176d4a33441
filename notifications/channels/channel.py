"""What a channel is: it carries one finished message outside and says what became of it.

A channel knows no database, no template and no retry policy: `notifications.delivery` decides what
follows from a receipt. Nothing in this folder reads the clock; who opens a channel hands it one.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

Clock = Callable[[], datetime]

LONGEST_DETAIL = 200  # characters of a provider's own words


class Outcome(StrEnum):
    """What became of one message."""

    ACCEPTED = "accepted"
    """The provider has taken the message over."""

    REFUSED = "refused"
    """Permanent: this message to this address will never go."""

    THROTTLED = "throttled"
    """The provider asks us to wait: no try that counts, but no wait without an end either."""

    FAILED = "failed"
    """Temporary: it certainly did not go, and may go later."""

    AMBIGUOUS = "ambiguous"
    """Nobody can know whether it was accepted: the answer to the whole message never came."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One finished message to one address."""

    key: str
    """Stable and unique; becomes the Message-ID or the provider's out id, the same at each try."""

    to: str
    template: str
    variables: Mapping[str, str]
    subject: str
    text: str
    html: str | None = None
    secret: str = field(default="", repr=False)
    """What the address wants a message signed with."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of one try, with one Chinese sentence for the messages page."""

    outcome: Outcome
    detail: str
    provider_id: str | None = None
    retry_after: timedelta | None = None
    report_ids: tuple[str, ...] = ()
    """The names, one a part, under which the provider will report what became of it."""

    text: str | None = None
    """What arrives, where the provider has words of its own for the message."""


class Sender(Protocol):
    """An open channel: sends any number of messages, one after the other, by one thread."""

    def send(self, envelope: Envelope) -> Receipt:
        """Hand over one message. Trouble is a receipt, never an exception."""


class Channel(Protocol):
    """A way outside."""

    @property
    def name(self) -> str:
        """The channel's short name, for logs and metrics."""

    def connect(self) -> AbstractContextManager[Sender]:
        """Open one connection for many messages; it is made at the first message.

        A lost connection is made again at the next message; a failed connect is a FAILED receipt.
        """


@runtime_checkable
class OwnWords(Protocol):
    """A channel whose provider sends texts registered with it, not ours."""

    def worded(self, envelope: Envelope) -> str:
        """What would arrive, signature included; raises Unsendable."""


class Unsendable(ValueError):
    """This message can never go, whatever the provider says; the text is a Chinese sentence."""


def one_line(words: str, longest: int = LONGEST_DETAIL) -> str:
    """A provider's own words, made fit for a sentence: printable, on one line, not too long."""
    spaced = "".join(char if char.isprintable() else " " for char in words)
    return " ".join(spaced.split())[:longest]


def encodable(text: str) -> str:
    """The text with each lone surrogate as a question mark, so that no codec trips over it."""
    return text.encode("utf-8", "replace").decode("utf-8")
