"""What surrounds every answer: an id for the log and a line in it, security headers, and the last
net for unexpected errors.
"""

import secrets
import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.asking import SOMEONE
from api.errors import NOT_AVAILABLE, REFUSED, problem, unavailable
from api.gatekeeping.gate import PLACE
from api.health import ALIVE, READY
from workflow.store.meters import Meters

STATIC = "/static/"
_UNTOLD = (STATIC, ALIVE, READY)
"""What is asked for all the time, and tells nothing."""

_CONTENT = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""No inline script or style, nothing from elsewhere, in nobody's frame."""

_HEADERS = {
    "Content-Security-Policy": _CONTENT,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_TWO_YEARS = "max-age=63072000"
_log = structlog.get_logger("duban.web")


class Frame:
    """Outermost: whatever happens inside, an answer of ours comes out."""

    def __init__(self, app: ASGIApp, *, https: bool, meters: Meters) -> None:
        self._app, self._meters = app, meters
        self._headers = _HEADERS | ({"Strict-Transport-Security": _TWO_YEARS} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["request_id"] = secrets.token_hex(8)
        began, status = time.perf_counter(), 0

        async def framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(scope, message)
            await send(message)

        # every line that is written while this request is answered has its id
        with structlog.contextvars.bound_contextvars(request_id=scope["request_id"]):
            try:
                await self._app(scope, receive, framed)
            except NOT_AVAILABLE as error:  # met before the router was asked, at the gate say
                if status:
                    raise
                await unavailable(Request(scope), error)(scope, receive, framed)
            except Exception:
                _log.exception("request failed")
                if status:
                    raise
                await _failed(scope)(scope, receive, framed)
            finally:
                self._count(scope, status, time.perf_counter() - began)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        self._meters.count("requests", status=str(status))
        self._meters.count("request_seconds", seconds)
        if REFUSED in scope:
            self._meters.count("refusals", code=str(scope[REFUSED]))
        _tell(scope, status, seconds)

    def _add_headers(self, scope: Scope, message: Message) -> None:
        """Where a route has said otherwise, it knows better."""
        headers = MutableHeaders(scope=message)
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        kept = "no-cache" if scope["path"].startswith(STATIC) else "no-store"
        headers.setdefault("Cache-Control", kept)
        headers["X-Request-Id"] = scope["request_id"]


def _tell(scope: Scope, status: int, seconds: float) -> None:
    """One line a request: the place by the policy's name, never an address or what was sent."""
    if scope["path"].startswith(_UNTOLD):
        return
    told = {"place": scope.get(PLACE, scope["method"]), "status": status}
    if SOMEONE in scope:
        told["person"] = scope[SOMEONE].person
    if REFUSED in scope:
        told["refused"] = scope[REFUSED]
    _log.info("request", ms=round(seconds * 1000, 1), **told)


def _failed(scope: Scope) -> ASGIApp:
    id_ = scope["request_id"]
    sentence = f"系统出错，没有办理；请把编号 {id_} 告诉系统管理员"
    return problem(Request(scope), 500, "failed", sentence)
