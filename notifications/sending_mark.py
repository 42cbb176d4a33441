"""A small file beside the database that remembers how far sending has come.

A database that was restored from a backup knows less than its file: messages that it still owes
may have gone out. Where the file knows more, or is not there though messages were sent not long
ago from no other machine, the outbox is held until an administrator releases it.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from workflow.store.casework.files import put_in_place
from workflow.store.database import Database
from workflow.store.outgoing import sending
from workflow.store.outgoing.sending import Sending

OTHERS_SEND = timedelta(minutes=5)
"""Where another machine has sent something so lately, a machine without a file is a new worker."""


_Seen = tuple[int, datetime]
"""The number and instant in a file."""


@dataclass(frozen=True, slots=True)
class SendingMark:
    """The file of one machine; None where there is none to look at."""

    database: Database
    file: Path | None

    def may_send(self, now: datetime) -> bool:
        """Whether anything may be sent; holds the outbox where the file says so."""
        # the file first: another worker of this machine writes the database before it, so that what
        # the database knows is never older than a file that was read before
        seen = None if self.file is None else _read(self.file)
        with self.database.reading() as connection:
            known = sending.read(connection)
        if known.hold is not None:
            self._tell_further(seen, known)
            return False
        return self.file is None or not self._holds(self.file, seen, known, now)

    def _tell_further(self, seen: _Seen | None, known: Sending) -> None:
        """Of several machines the one that sent last says until when messages may have gone."""
        if seen is not None and seen[0] > known.number:
            with self.database.unit_of_work() as connection:
                sending.note_further(connection, *seen)

    def step_on(self, now: datetime) -> None:
        """Note that something is about to be sent: first in the database, then in the file."""
        with self.database.unit_of_work() as connection:
            number = sending.step_on(connection, now)
        if self.file is not None:
            _write(self.file, number, now)

    def _holds(self, file: Path, seen: _Seen | None, known: Sending, now: datetime) -> bool:
        if seen is None:
            elsewhere = known.at is None or now - known.at < OTHERS_SEND
            if not elsewhere:
                with self.database.unit_of_work() as connection:
                    sending.hold(connection, "new_place", now)
            _write(file, known.number, now)
            return not elsewhere
        number, at = seen
        if number <= known.number:
            return False
        with self.database.unit_of_work() as connection:
            sending.hold(connection, "restored", now, number=number, sent_until=at)
        return True


def _read(file: Path) -> _Seen | None:
    """The number and instant in the file; None if it is not there, not ours or says nothing. Raises
    OSError where nobody can say whether it is: that a disk is away for a moment is no restore.
    """
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return int(said["number"]), datetime.fromisoformat(said["at"])
    except (FileNotFoundError, PermissionError, ValueError, KeyError, TypeError):
        return None


def _write(file: Path, number: int, now: datetime) -> None:
    """Replace the file in one step."""
    put_in_place(file, json.dumps({"number": number, "at": now.isoformat()}).encode())
