"""Time-outs that come because the other side hangs, not because the machine is slow.

A server that is to hang says so (`hang`), by the address of the client's end. A client's socket of
this process then times out at once, if it waits with a time-out at all; every other answer may take
as long as a busy machine needs. So the channels keep their usual time-outs, and no test waits.
"""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

_LOOK_AGAIN_SECONDS = 0.01
_hanging: set[Any] = set()


def hang(client: Any) -> None:
    """Let whoever waits at this address (as `getpeername` has it at the server) time out."""
    _hanging.add(client)


class _Socket(socket.socket):
    """A socket that times out while its other side hangs."""

    def recv(self, *arguments: Any) -> bytes:
        self._wait()
        return super().recv(*arguments)

    def recv_into(self, *arguments: Any) -> int:
        self._wait()
        return super().recv_into(*arguments)

    def _wait(self) -> None:
        """Until there is something to read; a socket without a time-out would wait for ever."""
        if not self.gettimeout():
            return
        own = self.getsockname()
        while True:
            hangs = own in _hanging  # before looking: what was sent before it hung is read
            if select.select([self], [], [], 0 if hangs else _LOOK_AGAIN_SECONDS)[0]:
                return
            if hangs:
                raise TimeoutError("timed out")


@contextmanager
def time_outs_without_waiting() -> Iterator[None]:
    """While this lasts, sockets time out when their other side hangs, and a line rests long."""
    with (
        patch.object(socket, "socket", _Socket),
        patch("notifications.channels.line.REST_SECONDS", 3600.0),
    ):
        yield
    _hanging.clear()
