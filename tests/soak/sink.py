"""A mail server outside of everything that dies: it counts each copy before it answers."""

import re
import threading
from collections import Counter

from notifications.channels.mail import message_id
from notifications.simulators.smtp_sink import SmtpSink

_ID = re.compile(rb"^Message-ID: (\S+)", re.M)
_DOMAIN = "example.gov.cn"


class CountingSink(SmtpSink):
    """How many copies of each message came, by Message-ID."""

    def __init__(self) -> None:
        super().__init__()
        self.copies: Counter[str] = Counter()
        self._counting = threading.Lock()

    def keep(self, sender: str, to: str, raw: bytes) -> None:
        """Count one copy."""
        found = _ID.search(raw)
        with self._counting:
            self.copies[found[1].decode() if found else "?"] += 1

    def received(self, key: str) -> int:
        """How many copies of a message came, by its key in the outbox."""
        return self.copies[message_id(key, _DOMAIN)]
