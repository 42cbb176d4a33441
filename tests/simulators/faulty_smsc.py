"""SMS centres that misbehave on order: by status code, by silence, by cutting the line."""

import asyncio
import struct
from collections.abc import Sequence
from typing import Self

from notifications.simulators.background import BackgroundLoop
from notifications.simulators.smpp_simulator import SmppSimulator
from tests.simulators.hanging import hang

CUT = -1  # cut the line instead of answering
SILENCE = None  # never answer
FINE = 0


class FaultySmsc(SmppSimulator):
    """Answers the parts that arrive by `script`; after its last entry all is fine.

    Clients reach it through a line that can be cut, because smpp34's server cannot close one.
    """

    def __init__(self, script: Sequence[int | None] = ()) -> None:
        super().__init__()
        self._script = list(script)
        self.submits = 0

    def __enter__(self) -> Self:
        super().__enter__()
        self._direct_port, self.port = self.port, 0
        self._lines: list[asyncio.StreamWriter] = []
        self._front = self._background.run(asyncio.start_server(self._forward, self.host, 0))
        self.port = self._front.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *error: object) -> None:
        self._background.loop.call_soon_threadsafe(self._front.close)
        super().__exit__(*error)

    def cut(self) -> None:
        """Cut every line that is open now."""
        self._background.loop.call_soon_threadsafe(self._cut)

    def status_for(self, to: str, text: str) -> int | None:
        self.submits += 1
        status = self._script.pop(0) if self._script else FINE
        if status == CUT:
            self._cut()
            return None
        if status is SILENCE:
            for writer in self._lines:
                hang(writer.get_extra_info("peername"))
        return status

    def _cut(self) -> None:
        for writer in self._lines:
            writer.transport.abort()
        self._lines.clear()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind = await asyncio.open_connection(self.host, self._direct_port)
        self._lines += [writer, behind[1]]
        await asyncio.gather(_copy(reader, behind[1]), _copy(behind[0], writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
    except ConnectionError:
        pass
    finally:
        writer.close()


class RefusingSmsc:
    """Refuses every bind with `status`: smpp34's server takes any password."""

    def __init__(self, status: int) -> None:
        self._status = status
        self.binds = 0

    def __enter__(self) -> Self:
        self._background = BackgroundLoop("refusing-smsc")
        self._server = self._background.run(asyncio.start_server(self._refuse, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._background.loop.call_soon_threadsafe(self._server.close)
        self._background.close()

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length, command, _, sequence = struct.unpack(">LLLL", await reader.readexactly(16))
        await reader.readexactly(length - 16)
        self.binds += 1
        writer.write(struct.pack(">LLLL", 16, command | 0x80000000, self._status, sequence))
        await writer.drain()
        writer.close()


class ReceiptSmsc:
    """Takes one who binds as receiver, and delivers `receipts` until they are acknowledged."""

    def __init__(self, *receipts: bytes) -> None:
        self.receipts = list(receipts)

    def __enter__(self) -> Self:
        self._background = BackgroundLoop("receipt-smsc")
        self._server = self._background.run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._background.loop.call_soon_threadsafe(self._server.close)
        self._background.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (command := await self._answer(reader, writer)) != _UNBIND:
            if command == _DELIVER_SM_RESP:
                self.receipts.pop(0)
            if self.receipts:
                writer.write(_deliver_sm(self.receipts[0]))
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        """Read one PDU, answer it if it asks for that, and return its command."""
        length, command, _, sequence = struct.unpack(">LLLL", await reader.readexactly(16))
        await reader.readexactly(length - 16)
        if command == _BIND_RECEIVER:
            writer.write(struct.pack(">LLLLB", 17, command | 0x80000000, 0, sequence, 0))
        elif command == _UNBIND:
            writer.write(struct.pack(">LLLL", 16, command | 0x80000000, 0, sequence))
        return int(command)


_BIND_RECEIVER, _UNBIND, _DELIVER_SM, _DELIVER_SM_RESP = 0x01, 0x06, 0x05, 0x80000005


def _deliver_sm(text: bytes) -> bytes:
    """By SMPP 3.4, 4.6.1: a receipt from one short number to another."""
    body = b"\0" + b"\1\1" + b"138\0" + b"\1\1" + b"106\0" + bytes([4, 0, 0]) + b"\0\0"
    body += bytes([0, 0, 0, 0, len(text)]) + text
    return struct.pack(">LLLL", 16 + len(body), _DELIVER_SM, 0, 1) + body
