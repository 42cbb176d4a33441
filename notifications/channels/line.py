"""One connection for many messages: made when first needed, made again after it was lost.

After a failure that would only repeat itself (nobody answers, the password is wrong) the line rests
for a few seconds: a dead provider then costs a batch one timeout, not one for each message, and a
wrong password does not lock the account.
"""

import selectors
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

REST_SECONDS = 5.0


class NoLine(Exception):
    """There is no connection; the text is the Chinese sentence for the receipt."""


class Connection(Protocol):
    """What a line needs of the connection it keeps."""

    def quit(self) -> object:
        """Say goodbye to the other side; may raise OSError."""

    def close(self) -> object:
        """Drop the connection without a word."""


C = TypeVar("C", bound=Connection)


class Rest:
    """A while in which nothing is tried."""

    def __init__(self) -> None:
        self._until, self._why = 0.0, ""

    def begin(self, why: str) -> None:
        """Try nothing for a few seconds, and say why to those who ask."""
        self._until, self._why = time.monotonic() + REST_SECONDS, why

    def check(self) -> None:
        """Raise NoLine while it lasts."""
        if time.monotonic() < self._until:
            raise NoLine(self._why)


class Line(Generic[C]):
    """Keeps at most one connection that `dial` makes; `dial` raises NoLine."""

    def __init__(self, dial: Callable[[], C]) -> None:
        self._dial = dial
        self._connection: C | None = None
        self._rest = Rest()

    @property
    def is_open(self) -> bool:
        """Whether the next message goes over a connection that was used before."""
        return self._connection is not None

    def get(self) -> C:
        """The connection, made now if there is none; raises NoLine."""
        if self._connection is None:
            self._rest.check()
            try:
                self._connection = self._dial()
            except NoLine as failure:
                self.rest(str(failure))
                raise
        return self._connection

    def drop(self) -> None:
        """Forget a connection that is lost or no longer in a known state."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError):
                connection.close()

    def rest(self, why: str) -> None:
        """Make no new connection for a while, and say why to those who ask."""
        self._rest.begin(why)

    def hang_up(self) -> None:
        """End a batch politely."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.quit()
        self.drop()


def has_news(sock: socket.socket, seconds: float = 0) -> bool:
    """Whether the other side sends something within so long, or has closed the connection."""
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return bool(selector.select(seconds))


def reason(error: BaseException) -> str:
    """Why a connection could not be made or was lost, in a few Chinese words."""
    for kind, words in _REASONS:
        if isinstance(error, kind):
            return words
    return type(error).__name__


_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, "超时"),
    (ssl.SSLCertVerificationError, "对方证书不可信"),
    (ssl.SSLError, "TLS 握手失败"),
    (socket.gaierror, "主机名解析不了"),
    (ConnectionRefusedError, "对方拒绝连接"),
    (ConnectionError, "连接中断"),
)
