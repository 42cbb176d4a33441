"""An HTTP server of the test's own: answers by script, then as its subclass does."""

import json
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from tests.simulators.hanging import hang

HANGS = -1


class Reply(NamedTuple):
    """One answer; `status` 0 closes the connection, HANGS never answers."""

    status: int
    body: bytes | Mapping[str, object] = b""
    headers: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived; the names of headers in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class HttpServer:
    """`script` holds the answers in turn; after the last, `answer` decides."""

    def __init__(
        self, script: Sequence[Reply] = (), *, tls_context: ssl.SSLContext | None = None
    ) -> None:
        self.script = list(script)
        self._tls_context = tls_context
        self.requests: list[Request] = []
        self.connections = 0

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        if self._tls_context is not None:
            self._server.socket = self._tls_context.wrap_socket(
                self._server.socket, server_side=True
            )
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def judge(self, request: Request) -> Reply:
        """By the script while it lasts."""
        self.requests.append(request)
        return self.script.pop(0) if self.script else self.answer(request)

    def answer(self, request: Request) -> Reply:
        """As a good server of this kind does."""
        raise NotImplementedError


def _handler(server: HttpServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10
        disable_nagle_algorithm = True

        def setup(self) -> None:
            server.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = server.judge(Request(self.command, parts.path, parts.query, headers, body))
            if reply.status == HANGS:
                hang(self.client_address)
                self.rfile.read(1)  # until the client has gone
            if reply.status in (0, HANGS):
                self.close_connection = True
                return
            content = reply.body if isinstance(reply.body, bytes) else _json(reply.body)
            with suppress(ConnectionError):  # whoever waited too long has gone
                self._say(reply, content)

        def _say(self, reply: Reply, content: bytes) -> None:
            self.send_response(reply.status)
            if not isinstance(reply.body, bytes):
                self.send_header("Content-Type", "application/json")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def _json(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
