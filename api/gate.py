"""The one door: no request reaches a route unless a line of `api.policy` lets it.

Whoever asks is found out here, once a request; the dependencies of `api.auth.asking` hand it on.
Being in is not seeing: what is bound to a case is filtered by scope inside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from re import Pattern

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth import DutyFirst, NotAllowed, Someone
from api.auth.asking import SOMEONE, who_asks
from api.errors import answer
from api.policy import ROUTES, Line, Token, Who
from workflow.engine.errors import DubanError
from workflow.store.people import tokens

REST = "/api/"


@dataclass(frozen=True, slots=True)
class _Place:
    method: str
    path: Pattern[str]
    line: Line


def _places() -> Iterator[_Place]:
    for route, line in ROUTES.items():
        method, _, path = route.partition(" ")
        yield _Place(method, compile_path(path)[0], line)


_PLACES = tuple(_places())


class Gate:
    """Innermost of what surrounds the router."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # nothing of ours speaks anything else
        request = Request(scope, receive)
        try:
            line = line_of(scope["method"], scope["path"])
            if Who.ANYBODY not in line.who:
                scope[SOMEONE] = await run_in_threadpool(_admitted, request, line)
        except (DubanError, HTTPException) as refusal:
            response = await answer(request, refusal)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


def line_of(method: str, path: str) -> Line:
    """The policy's line for a request; raises the framework's 404 or 405 where there is none.

    The first line whose path fits says what the place is; the method must have a line there.
    """
    method = "GET" if method == "HEAD" else method
    known: list[str] = []
    for place in _PLACES:
        if place.path.match(path):
            if place.method == method:
                return place.line
            known.append(place.method)
    if known:
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(known))})
    raise HTTPException(404)


def _admitted(request: Request, line: Line) -> Someone:
    """Who asks, if the line lets them in; raises NotSignedIn, SignInFirst, NotAllowed."""
    someone = who_asks(request, with_token=request.url.path.startswith(REST))
    if someone.duty is not None and not line.duty:
        raise DutyFirst(someone.duty)
    if not kinds_of(someone) & line.who:
        raise NotAllowed(_why_not(someone, line))
    if someone.csrf is None:
        _check_token(someone, line)
    return someone


def _check_token(someone: Someone, line: Line) -> None:
    if line.token is Token.NONE:
        raise NotAllowed("这一步只能由本人登录后办理，不能用令牌")
    if line.token is Token.WRITE and someone.scope is not tokens.Scope.WRITE:
        raise NotAllowed("这个令牌只能查看，不能办理")


def kinds_of(someone: Someone) -> frozenset[Who]:
    """What somebody who is signed in is, in the words of the policy."""
    kinds = {Who.SIGNED_IN}
    if someone.actor.posts:
        kinds.add(Who.HOLDER)
    if someone.administers is not None:
        kinds.add(Who(someone.administers))
    return frozenset(kinds)


_TITLES = {
    Who.SYSTEM: "系统管理员",
    Who.SECURITY: "安全管理员",
    Who.AUDIT: "审计管理员",
}


def _why_not(someone: Someone, line: Line) -> str:
    if Who.HOLDER in line.who:
        if someone.administers is not None:
            return "管理员不办理业务，也不查看业务内容"
        return "你目前没有任职岗位，不能使用这一功能；如有疑问，请联系本单位的系统管理员"
    wanted = "、".join(title for who, title in _TITLES.items() if who in line.who)
    return f"这一功能由{wanted}使用"
