"""The local mailbox: messages become rows that a page shows, for an installation without servers.

`mailbox:` is the default of every way. It is the one channel that knows the database, so
`notifications.ways` opens it, not `open_channel`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from notifications.channels.channel import Clock, Envelope, Outcome, Receipt, Sender, encodable
from workflow.store.database import Database
from workflow.store.outgoing import mailbox


@dataclass(frozen=True, slots=True)
class LocalMailbox:
    """Keeps the messages of one way; a message kept before is not kept again."""

    database: Database
    way: str
    now: Clock
    name: str = "mailbox"

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        yield self

    def send(self, envelope: Envelope) -> Receipt:
        html = None if envelope.html is None else encodable(envelope.html)
        row = {
            "key": envelope.key,
            "way": self.way,
            "to": envelope.to,
            "subject": encodable(envelope.subject),
            "text": encodable(envelope.text),
            "html": html,
            "at": self.now(),
        }
        try:
            with self.database.unit_of_work() as connection:
                mailbox.keep(connection, row)
        except IntegrityError:
            return Receipt(Outcome.ACCEPTED, "本机信箱里已有这一条。")
        return Receipt(Outcome.ACCEPTED, "已存入本机信箱。")
