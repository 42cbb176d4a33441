"""Sends pages and what belongs to them compressed, to whoever takes it: on the line of a township
a ledger is a tenth as long.
"""

import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_WORTH = ("text/", "application/json", "image/svg+xml")
"""Spreadsheets, photos and PDF are compressed as they are."""

_LEAST = 1_000
"""Bytes below which a packet is not spared."""

_LEVEL = 5


class Compress:
    """Compresses an answer that is sent in one piece."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def pressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                held.append(message)
                return
            if held:
                start = held.pop()
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    message = _compressed(start, message)
                await send(start)
            await send(message)

        await self._app(scope, receive, pressed)


def _compressed(start: Message, message: Message) -> Message:
    headers, body = MutableHeaders(scope=start), message.get("body", b"")
    worth = headers.get("content-type", "").startswith(_WORTH)
    if not worth or len(body) < _LEAST or "content-encoding" in headers:
        return message
    smaller = gzip.compress(body, _LEVEL, mtime=0)
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(smaller))
    headers.add_vary_header("Accept-Encoding")
    return {**message, "body": smaller}
