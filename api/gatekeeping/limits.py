"""How much may be sent, and how slowly: bodies are counted and timed as they arrive, before
anything parses or keeps them.

A body whose declared length is too great is refused before its first byte is read; one that
declares less than it sends, or nothing, as soon as the limit is passed. The server throws away what
the client still sends.
"""

from collections.abc import Mapping

import anyio
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.posted import WITH_FILES

_MB = 1024 * 1024
LARGEST_BODY = _MB
LARGEST_UPLOAD = 21 * _MB
LARGEST_LEDGER = 48 * _MB
"""An office's own ledger with its photos in it."""
LARGEST_FORM = 256 * _MB
"""A page's form with far more photos than are taken (`api/auth/posted.py`): it is read to its end,
for the sake of what was typed beside them.
"""

UPLOADS: Mapping[str, int] = {
    "/import": LARGEST_UPLOAD,
    "/import/units": LARGEST_UPLOAD,
    "/import/people": LARGEST_UPLOAD,
    "/import/deputies": LARGEST_UPLOAD,
    "/attachments": LARGEST_UPLOAD,
    "/cases/backfill": LARGEST_LEDGER,
    **dict.fromkeys(WITH_FILES, LARGEST_FORM),
}
"""By the end of the path, for multipart bodies; every other body is small."""

LONGEST_PAUSE_SECONDS = 20.0
"""Between two pieces of a body."""

LONGEST_SENDING_SECONDS = 600.0


class LimitBodies:
    """Refuses bodies that are too large with 413, and those that do not go on with 408."""

    def __init__(self, app: ASGIApp, pause: float = LONGEST_PAUSE_SECONDS) -> None:
        self._app, self._pause = app, pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, _counted(receive, _most(scope), _declared(scope), self._pause), send)


def _most(scope: Scope) -> int:
    kind = dict(scope["headers"]).get(b"content-type", b"").lower()
    if not kind.startswith(b"multipart/form-data"):
        return LARGEST_BODY
    ends = (most for end, most in UPLOADS.items() if scope["path"].endswith(end))
    return next(ends, LARGEST_BODY)


def _declared(scope: Scope) -> int:
    """The length in the header; 0 where there is none or it is no number."""
    text = dict(scope["headers"]).get(b"content-length", b"")
    return int(text[:18]) if text.isdigit() else 0


def _counted(receive: Receive, most: int, declared: int, pause: float) -> Receive:
    received, until, complete = 0, 0.0, False

    async def counting() -> Message:
        nonlocal received, until, complete
        if declared > most:
            raise HTTPException(413)
        if complete:  # what comes now is the end of the connection, and may take its time
            return await receive()
        now = anyio.current_time()
        until = until or now + LONGEST_SENDING_SECONDS
        try:
            with anyio.fail_after(min(pause, max(until - now, 0.0))):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408) from None
        complete = not message.get("more_body", False)
        received += len(message.get("body", b""))
        if received > most:
            raise HTTPException(413)
        return message

    return counting
