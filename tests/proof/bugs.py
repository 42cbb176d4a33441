"""Bugs of crash safety to plant: each must turn the checks red, and shows only when somebody dies
within its window. Where the point of death is chosen the window may be as short as it is; for
deaths by chance `plant_wide` holds it open.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from notifications import delivery
from notifications.channels import Outcome, Receipt
from workflow.commands import Commands
from workflow.store.casework.writes import Writes
from workflow.store.driver import bulk


class Patch(Protocol):
    """Puts something else in a place, as pytest's monkeypatch does."""

    def setattr(self, target: Any, name: str, value: Any, /) -> None:
        """Set an attribute."""


_window_seconds = [0.0]


def plant_wide(name: str, patch: Patch) -> None:
    """Plant a bug by its name, with a window that a random kill hits."""
    _window_seconds[0] = 0.4
    globals()[name](patch)


def _hold_open() -> None:
    time.sleep(_window_seconds[0])


def sent_before_sending(patch: Patch) -> None:
    """Mark, then send."""
    proper = delivery._send
    marked: dict[str, Any] = {}

    def send(sender: Any, envelope: Any) -> Any:
        marked[envelope.key] = (sender, envelope)
        return Receipt(Outcome.ACCEPTED, "已收下")

    mark = delivery._Round._mark

    def mark_and_send(self: Any, connection: Any, message: Any, letter: Any, receipt: Any) -> None:
        mark(self, connection, message, letter, receipt)
        with _outside(connection):  # the local mailbox takes a transaction of its own
            proper(*marked.pop(letter.envelope.key))

    patch.setattr(delivery, "_send", send)
    patch.setattr(delivery._Round, "_mark", mark_and_send)


@contextmanager
def _outside(connection: Any) -> Iterator[None]:
    """End the transaction and begin another under SQLAlchemy's eyes; in between there is none."""
    connection.dialect.do_commit(connection.connection)
    _hold_open()
    yield
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _commit(connection: Any) -> None:
    with _outside(connection):
        pass


def _in_two(patch: Patch, is_first: Callable[[bulk.Batch], bool]) -> None:
    """What one transaction should write is written in two."""
    proper = bulk.send

    def send(connection: Any, batches: Iterable[bulk.Batch], *, last: bool) -> None:
        every = [(statement, list(rows)) for statement, rows in batches]
        proper(connection, [batch for batch in every if is_first(batch)])
        _commit(connection)
        proper(connection, [batch for batch in every if not is_first(batch)])

    patch.setattr(bulk, "send", send)


def _table(batch: bulk.Batch) -> str:
    return str(getattr(batch[0], "table", ""))


def outbox_aside(patch: Patch) -> None:
    """Messages are written in a transaction of their own, after the step's."""
    _in_two(patch, lambda batch: _table(batch) != "outbox")


def history_aside(patch: Patch) -> None:
    """The case is written before its history."""
    _in_two(patch, lambda batch: _table(batch) != "history")


def fired_before_the_effect(patch: Patch) -> None:
    """A timer is settled before what it does is written."""
    _in_two(patch, lambda batch: any("to_status" in row for row in batch[1]))


def requests_forgotten(patch: Patch) -> None:
    """Request ids are ignored."""
    proper = Commands._act

    def act(self: Commands, *arguments: Any) -> Any:
        answers = proper(self, *arguments)
        _hold_open()
        return answers

    patch.setattr(Writes, "answer", lambda *ignored, **too: None)
    patch.setattr(Commands, "_act", act)
