"""One kept HTTP connection, by http.client.

The larger HTTP clients hide whether a request had been handed over when the connection broke; that
is the one thing a channel must know.
"""

import ssl
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPSConnection
from typing import NamedTuple

from notifications.channels.channel import one_line
from notifications.channels.line import NoLine, has_news, reason
from notifications.channels.overhearing import Heard, nobody

_LONGEST_ANSWER_BYTES = 65_536
LONGEST_HEARD = 2_000  # characters of a body


class HttpRequest(NamedTuple):
    method: str
    target: str
    body: bytes
    headers: Mapping[str, str]


class HttpReply(NamedTuple):
    status: int
    retry_after: str | None
    body: bytes


class HttpConnection:
    """`quit` and `close` make it a line's connection."""

    def __init__(self, connection: HTTPConnection, heard: Heard = nobody) -> None:
        self._connection, self._heard = connection, heard

    @classmethod
    def open(
        cls,
        host: str,
        port: int | None,
        tls: ssl.SSLContext | None,
        timeout_seconds: float,
        whom: str = "短信网关",
        heard: Heard = nobody,
    ) -> "HttpConnection":
        """Connect, or raise NoLine. A `tls` context means HTTPS; `whom` is for the sentence."""
        if tls is not None:
            connection: HTTPConnection = HTTPSConnection(
                host, port, timeout=timeout_seconds, context=tls
            )
        else:
            connection = HTTPConnection(host, port, timeout=timeout_seconds)
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise NoLine(f"连接不上{whom} {host}（{reason(error)}）。") from error
        return cls(connection, heard)

    def is_alive(self) -> bool:
        """False if the other side has closed: between two requests it has nothing to say."""
        sock = self._connection.sock
        return sock is not None and not has_news(sock)

    def send(self, request: HttpRequest) -> None:
        """Hand over one request; an OSError says that it did not go completely."""
        if self._connection.sock is None:
            raise ConnectionError("closed after the last answer")
        headers = {"User-Agent": "duban", **request.headers}
        self._hear("→", f"{request.method} {request.target}", headers, request.body)
        self._connection.request(request.method, request.target, request.body, headers)

    def reply(self) -> HttpReply:
        """The answer to it; raises OSError or HTTPException."""
        response = self._connection.getresponse()
        body = response.read(_LONGEST_ANSWER_BYTES)
        if not response.isclosed():
            self.close()  # longer than any honest answer: the rest must not meet the next request
        said = f"HTTP {response.status} {response.reason}".rstrip()
        self._hear("←", said, {}, body)
        return HttpReply(response.status, response.headers.get("Retry-After"), body)

    def _hear(self, who: str, first: str, headers: Mapping[str, str], body: bytes) -> None:
        if self._heard is nobody:
            return
        shown = one_line(body.decode("utf-8", "replace"), LONGEST_HEARD)
        for line in (first, *(f"{name}: {value}" for name, value in headers.items()), shown):
            if line:
                self._heard(f"{who} {line}")

    def quit(self) -> None:
        self.close()

    def close(self) -> None:
        with suppress(OSError):
            self._connection.close()
