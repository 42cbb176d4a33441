"""A mail server that keeps what it gets and sends nothing on.

with SmtpSink() as sink:
    open_channel(sink.url, now=now)
    sink.messages[-1].subject
"""

import email
import email.policy
from collections import deque
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Self

from notifications.simulators.background import BackgroundLoop

MOST_KEPT = 10_000  # a demo may run for weeks


@dataclass(frozen=True, slots=True)
class SunkMail:
    """One message as it arrived."""

    sender: str
    to: str
    subject: str
    text: str
    html: str | None
    message_id: str
    raw: bytes


class SmtpSink:
    """A context manager; port 0 takes a free one. `options` go to `aiosmtpd.smtp.SMTP`."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, **options: Any) -> None:
        self.host, self.port = host, port
        self.connections = 0
        self._options = options
        self._kept: deque[SunkMail] = deque(maxlen=MOST_KEPT)

    @property
    def url(self) -> str:
        """The URL for `open_channel`."""
        return f"smtp://{self.host}:{self.port}?from=督办系统 <duban@example.gov.cn>&tls=none"

    @property
    def messages(self) -> tuple[SunkMail, ...]:
        """The messages taken so far (the last ten thousand), oldest first."""
        return tuple(self._kept)

    def __enter__(self) -> Self:
        self._background = BackgroundLoop("smtp-sink")
        self._background.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._background.run(self._stop())
        self._background.close()

    async def _start(self) -> None:
        loop = self._background.loop
        self._server = await loop.create_server(self._session, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()

    def _session(self) -> Any:
        # Not at the top: only the demo and the tests have aiosmtpd.
        from aiosmtpd.smtp import SMTP

        self.connections += 1
        # A given host name spares the DNS look-up of our own.
        return SMTP(self, hostname="sink.example", loop=self._background.loop, **self._options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """aiosmtpd calls this with each finished message and sends back what it returns."""
        self.keep(envelope.mail_from, envelope.rcpt_tos[0], envelope.content)
        return f"250 2.0.0 Ok: queued as {len(self._kept):06d}"

    def keep(self, sender: str, to: str, raw: bytes) -> None:
        """Take one message in."""
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        self._kept.append(
            SunkMail(
                sender=sender,
                to=to,
                subject=str(mail["Subject"]),
                text=_body(mail, "plain") or "",
                html=_body(mail, "html"),
                message_id=str(mail["Message-ID"]),
                raw=raw,
            )
        )


def _body(mail: EmailMessage, subtype: str) -> str | None:
    part = mail.get_body((subtype,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else None
