"""An HTTP SMS gateway as a provider would run it: checks the signature, keeps the messages."""

import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self

KEY, SECRET = "our-key", "very-secret"


class Reply(NamedTuple):
    """One planned answer; `status` 0 closes the connection, `delay` waits before it."""

    status: int
    body: bytes | Mapping[str, object] = b""
    headers: Mapping[str, str] = {}
    delay_seconds: float = 0.0


class SmsGatewayServer:
    """`script` holds the answers in turn; after the last, all is fine."""

    def __init__(
        self, script: Sequence[Reply] = (), *, tls_context: ssl.SSLContext | None = None
    ) -> None:
        self._script = list(script)
        self._tls_context = tls_context
        self.messages: list[dict[str, Any]] = []
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

    def answer(self, body: bytes) -> Reply:
        """Judge one request, by the script or as a good gateway does."""
        if self._script:
            return self._script.pop(0)
        message = json.loads(body)
        given = message.pop("signature")
        if not hmac.compare_digest(given, _signature(message)):
            return Reply(403, {"code": "SIGNATURE"})
        self.messages.append(message)
        return Reply(200, {"code": "OK", "id": f"gw-{len(self.messages)}"})


def _signature(message: Mapping[str, object]) -> str:
    """Written from the documentation, not with the product's code."""
    text = json.dumps(message, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


def _handler(gateway: SmsGatewayServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10
        disable_nagle_algorithm = True

        def setup(self) -> None:
            gateway.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reply = gateway.answer(body)
            time.sleep(reply.delay_seconds)
            if reply.status == 0:
                self.close_connection = True
                return
            content = reply.body if isinstance(reply.body, bytes) else _json(reply.body)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def _json(body: Mapping[str, object]) -> bytes:
    return json.dumps(body).encode()
