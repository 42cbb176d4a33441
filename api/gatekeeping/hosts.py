"""Which names this installation answers to: a request that names another host is refused.

Otherwise a page of somebody else's could be given our address by its own name server (DNS
rebinding), and what a proxy or a browser keeps could be kept under a name that is not ours.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import problem

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_FOR_ANY = ("/healthz", "/readyz")
"""Whoever balances the load asks by an address, and learns nothing."""


class KnownHosts:
    """Refuses with 400 what is not for one of `hosts`; without any, every host is ours."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts} | LOOPBACK if hosts else frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._hosts and scope["path"] not in _FOR_ANY:
            request = Request(scope)
            if host_in(request.headers.get("host", "")) not in self._hosts:
                sentence = "这个网址不是本系统的地址，请用管理员给的网址打开"
                answer = problem(request, 400, "unknown_host", sentence)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def host_in(header: str) -> str:
    """The name in a Host header, without its port; empty for what is no host."""
    try:
        parts = urlsplit(f"//{header}")
        plain = parts.netloc == header and "@" not in header and parts.port != 0
        return (parts.hostname or "").lower() if plain else ""
    except ValueError:
        return ""
