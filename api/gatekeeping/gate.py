"""The one door: no request reaches a route unless a line of `api.gatekeeping.policy` lets it.

Whoever asks is found out here, once a request; the dependencies of `api.auth.asking` hand it on.
Being in is not seeing: what is bound to a case is filtered by scope inside.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from re import Pattern

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth import DutyFirst, NotAllowed, Someone
from api.auth.asking import SOMEONE, recognise, who_asks
from api.auth.installation import duban_of
from api.errors import REFUSED, answer, status_of
from api.gatekeeping.policy import ROUTES, Line, Token, Who
from api.gatekeeping.refused import record_refusal
from workflow.engine.errors import DubanError, DutiesNotSeparate, Refusal
from workflow.store.evidence import audit
from workflow.store.people import tokens

REST = "/api/"
LINE, PLACE = "line", "place"
"""Under these names a request's scope holds the policy's line, and the line as a word:
`GET:/cases/case_id`.
"""


@dataclass(frozen=True, slots=True)
class _Place:
    method: str
    path: Pattern[str]
    line: Line
    code: str


def _places() -> Iterator[_Place]:
    for route, line in ROUTES.items():
        method, _, path = route.partition(" ")
        # the policy's line as a word of the log: no address with names in it goes there
        code = re.sub(r"[^A-Za-z0-9_.:/-]", "", f"{method}:{path}")
        yield _Place(method, compile_path(path)[0], line, code)


def _by_method() -> dict[str, list[_Place]]:
    found: dict[str, list[_Place]] = defaultdict(list)
    for place in _places():
        found[place.method].append(place)
    return dict(found)


_PLACES = _by_method()
"""Of each method, in the policy's order."""


class Gate:
    """Around the router, and what has forms act once."""

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
            place = _place_of(scope["method"], scope["path"])
            line = scope[LINE] = place.line
            scope[PLACE] = place.code
            if Who.ANYBODY not in line.who:
                await run_in_threadpool(_admitted, request, line)
        except (DubanError, HTTPException) as refusal:
            if isinstance(refusal, HTTPException) and not _is_rest(request):
                await run_in_threadpool(recognise, request)  # for the page that says so
            response = await answer(request, refusal)
            await response(scope, receive, send)
            if isinstance(refusal, NotAllowed):
                await run_in_threadpool(_record, request, 403)
            return
        await self._serve(request, line, send)

    async def _serve(self, request: Request, line: Line, send: Send) -> None:
        """Have the request answered, and record that somebody known was out of their rights."""
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._app(request.scope, request.receive, noted)
        out_of_rights = status == 403 or (status == 404 and line.case)
        both_sides = request.scope.get(REFUSED) == DutiesNotSeparate.code
        if SOMEONE in request.scope and (out_of_rights or both_sides):
            await run_in_threadpool(_record, request, status)


def line_of(method: str, path: str) -> Line:
    """The policy's line for a request; raises the framework's 404 or 405 where there is none."""
    return _place_of(method, path).line


def _place_of(method: str, path: str) -> _Place:
    """The first whose method and path fit; a path that only other methods have is refused with
    their names.
    """
    method = "GET" if method == "HEAD" else method
    for place in _PLACES.get(method, ()):
        if place.path.match(path):
            return place
    known = [one.method for some in _PLACES.values() for one in some if one.path.match(path)]
    if known:
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(known))})
    raise HTTPException(404)


def _record(request: Request, status: int) -> None:
    """Keep in the audit log what somebody asked for in vain, by the line of the policy."""
    case = request.scope.get("path_params", {}).get("case_id", "")
    about = ("case", int(case)) if str(case).isdecimal() and len(str(case)) <= 16 else None
    _keep(request, status, about, request.scope.get(REFUSED))


def record_one(request: Request, case: int, refusal: Refusal) -> None:
    """Keep what one case refused where a form acts on many, as if it had been asked for alone."""
    status = status_of(refusal)
    if status == 403 or isinstance(refusal, DutiesNotSeparate):
        _keep(request, status, ("case", case), refusal.code)


def _keep(request: Request, status: int, about: tuple[str, int] | None, code: object) -> None:
    place = str(request.scope[PLACE])
    data: dict[str, audit.Plain] = {"status": status, "line": place}
    if code:
        data["code"] = str(code)
    act = audit.Act("refusal", request.scope[SOMEONE].person, about, "refused", data)
    record_refusal(duban_of(request), act, place)


def _is_rest(request: Request) -> bool:
    return request.url.path.startswith(REST)


def _admitted(request: Request, line: Line) -> None:
    """Find out who asks, and let them in if the line does; raises a Refusal."""
    someone = who_asks(request, with_token=_is_rest(request))
    request.scope[SOMEONE] = someone
    if someone.duty is not None and not line.duty:
        raise DutyFirst(someone.duty)
    if not kinds_of(someone) & line.who:
        raise NotAllowed(_why_not(someone, line))
    if someone.csrf is None:
        _check_token(someone, line)


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
        return "你目前没有任职岗位，不能使用这一功能；如有疑问，请联系系统管理员"
    wanted = "、".join(title for who, title in _TITLES.items() if who in line.who)
    return f"这一功能由{wanted}使用"
