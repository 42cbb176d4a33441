"""How much may be sent: bodies are counted as they arrive, before anything parses or keeps them.

A body whose declared length is too great is refused before its first byte is read; one that
declares less than it sends, or nothing, as soon as the limit is passed. The server throws away what
the client still sends.
"""

from collections.abc import Collection

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1024 * 1024
LARGEST_UPLOAD = 20 * 1024 * 1024


class LimitBodies:
    """Refuses bodies over 1 MiB, over 20 MiB on paths that end like one of `uploads`, with status
    413.
    """

    def __init__(self, app: ASGIApp, uploads: Collection[str] = ("/import",)) -> None:
        self._app = app
        self._uploads = tuple(uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = LARGEST_UPLOAD if scope["path"].endswith(self._uploads) else LARGEST_BODY
        await self._app(scope, _counted(receive, most, _declared(scope)), send)


def _declared(scope: Scope) -> int:
    """The length in the header; 0 where there is none or it is no number."""
    text = dict(scope["headers"]).get(b"content-length", b"")
    return int(text[:18]) if text.isdigit() else 0


def _counted(receive: Receive, most: int, declared: int) -> Receive:
    received = 0

    async def counting() -> Message:
        nonlocal received
        if declared > most:
            raise HTTPException(413)
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise HTTPException(413)
        return message

    return counting
