"""What a channel tells later: receipts and bounces of messages that were taken over before.

Some providers are asked about each message, some hand out what they have; both look alike here.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from workflow.store.outgoing.reports import Fate, Outstanding, Report

__all__ = ["CannotCollect", "Fate", "Keep", "Outstanding", "Report", "Reporting"]

Keep = Callable[[Sequence[Report]], None]
"""Stores reports; only when it has returned may the provider be told to forget them."""


class CannotCollect(Exception):
    """The provider could not be asked; the text is a Chinese sentence without any password."""


@runtime_checkable
class Reporting(Protocol):
    """A channel, or a mailbox beside one, that can be asked what became of messages."""

    def collect(self, outstanding: Sequence[Outstanding], keep: Keep) -> None:
        """Hand all there is to `keep`, in batches; raises CannotCollect."""
