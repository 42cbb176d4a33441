"""An SMS centre that keeps what it gets and sends nothing on.

    with SmppSimulator() as simulator:
        open_channel(simulator.url, now=now)
        simulator.messages[-1].text

It takes any account: smpp34's server does not show us the password.
"""

import asyncio
import socket
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from notifications.simulators.background import BackgroundLoop

MOST_KEPT = 10_000  # a demo may run for weeks
_UDHI, _UCS2 = 0x40, 0x08
_OK = 0


@dataclass(frozen=True, slots=True)
class SunkSms:
    """One message as the telephone would show it."""

    source: str
    to: str
    text: str
    parts: int


class SmppSimulator:
    """A context manager; port 0 takes a free one."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host, self.port = host, port
        self.binds = 0
        self._accepted = 0
        self._kept: deque[SunkSms] = deque(maxlen=MOST_KEPT)
        self._parts: dict[tuple[str, str, int, int], dict[int, str]] = {}

    @property
    def url(self) -> str:
        """The URL for `open_channel`."""
        return f"smpp://duban:secret@{self.host}:{self.port}?source=10690000"

    @property
    def messages(self) -> tuple[SunkSms, ...]:
        """The complete messages so far (the last ten thousand), oldest first."""
        return tuple(self._kept)

    def __enter__(self) -> Self:
        self.port = self.port or _free_port(self.host)
        self._background = BackgroundLoop("smpp-simulator")
        self._background.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._background.run(self._stop())
        self._background.close()

    def status_for(self, to: str, text: str) -> int | None:
        """The status to answer a part with (0 accepts); None never answers. For tests to change."""
        return _OK

    async def _start(self) -> None:
        # Not at the top: only the demo and the tests have smpp34.
        import smpp34

        self._server = smpp34.Server(self.host, self.port, system_id="simulator")
        await self._server.start()
        self._pump = asyncio.ensure_future(self._answer_all())

    async def _stop(self) -> None:
        self._pump.cancel()
        with suppress(asyncio.CancelledError):
            await self._pump
        await self._server.stop()

    async def _answer_all(self) -> None:
        import smpp34  # here for the reason given in _start

        # Kept so that they are neither answered nor, by being collected, refused.
        self._unanswered: list[Any] = []
        while True:
            event = await self._server.next()
            if isinstance(event, smpp34.Esme):
                self.binds += 1
            elif isinstance(event, smpp34.SubmitSmEvent):
                self._answer(event)

    def _answer(self, event: Any) -> None:
        head, text = _split_off_head(event)
        status = self.status_for(event.destination_addr, text)
        if status is None:
            self._unanswered.append(event)
        elif status != _OK:
            event.reject(status)
        else:
            self._keep(event, head, text)
            self._accepted += 1
            event.accept(message_id=f"{self._accepted:08d}")

    def _keep(self, event: Any, head: bytes, text: str) -> None:
        """Join parts as a telephone does: by sender, receiver, reference and total."""
        reference, total, number = head[3:6] if head else (0, 1, 1)
        address = (event.source_addr, event.destination_addr)
        parts = self._parts.setdefault((*address, reference, total), {})
        parts[number] = text
        if len(parts) == total:
            del self._parts[(*address, reference, total)]
            whole = "".join(parts[number] for number in sorted(parts))
            self._kept.append(SunkSms(*address, whole, total))


def _split_off_head(event: Any) -> tuple[bytes, str]:
    """The user data header (empty if there is none) and the text after it."""
    body = bytes(event.short_message)
    length = body[0] + 1 if body and event.esm_class & _UDHI else 0
    encoding = "utf-16-be" if event.data_coding == _UCS2 else "ascii"
    return body[:length], body[length:].decode(encoding, "replace")


def _free_port(host: str) -> int:
    """smpp34 cannot say which port it took, so take a free one for it."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
