"""Who is asking: sign-in, sign-out, and the dependencies that give REST and pages the person and
the actor.

Somebody is known by the session of their cookie or by a token for REST, and by nothing else: no
header or parameter says who anybody is. What they may do follows from the posts they hold at the
moment of the request.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.context import Duban
from workflow.engine.case import Actor
from workflow.engine.errors import Refusal
from workflow.store import people
from workflow.store.organisation import actor_of

SIGN_IN_PAGE = "/sign-in"
CSRF_FIELD = "csrf"
MOST_FIELDS = 5000
"""Fields of one form: a table of two hundred rows has many."""
CSRF_HEADER = "X-CSRF-Token"
_READING = ("GET", "HEAD", "OPTIONS")


class NotSignedIn(Refusal):
    """Nobody is signed in."""

    code = "not_signed_in"


class SignInFirst(NotSignedIn):
    """A page wants somebody signed in: the browser is sent to sign in and comes back to `page`."""

    def __init__(self, page: str) -> None:
        super().__init__("请先登录")
        self.location = f"{SIGN_IN_PAGE}?next={quote(page, safe='/')}"


class WrongPassword(Refusal):
    """The login name or the password is wrong; which of them is not said."""

    code = "wrong_password"


class TooManyTries(Refusal):
    """Signing in failed too often; `data` says for how many seconds to wait."""

    code = "too_many_tries"


class Forged(Refusal):
    """A write that did not come from our own pages or a program of the user's."""

    code = "forged"


@dataclass(frozen=True, slots=True)
class Someone:
    """Who is signed in, with the posts held now; `csrf` is None for a program with a token."""

    actor: Actor
    person: int
    name: str
    csrf: str | None


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has just begun: `token` goes into the cookie and nowhere else."""

    token: str
    csrf: str
    name: str


def duban_of(request: Request) -> Duban:
    """The installation this application serves."""
    found: Duban = request.app.state.duban
    return found


async def _duban(request: Request) -> Duban:
    return duban_of(request)  # async: FastAPI need not hop to a thread for it


Installation = Annotated[Duban, Depends(_duban)]
"""The installation, as a parameter of a route."""


# Signing in and out


def sign_in(duban: Duban, username: str, password: str, request: Request) -> Begun:
    """Begin a session and end the browser's old one; raises WrongPassword, TooManyTries, Forged."""
    check_origin(request)
    now = duban.clock()
    address = request.client.host if request.client else ""
    with duban.database.unit_of_work() as connection:
        wait = people.begin_try(connection, username, address, now)
    if wait is not None:
        seconds = int(wait.total_seconds()) + 1
        raise TooManyTries(f"尝试次数过多，请 {seconds} 秒后再试", {"seconds": seconds})
    with duban.database.reading() as connection:
        account = people.account_of(connection, username)
    if not people.password_is_right(account, password) or account is None:
        raise WrongPassword("登录名或口令不对")
    with duban.database.unit_of_work() as connection:
        people.end_try(connection, username, address)
        if old := _cookie(request, duban):
            people.end_session(connection, old)
        token, csrf = people.begin_session(connection, account.person, now)
    return Begun(token, csrf, account.name)


def sign_out(duban: Duban, request: Request, response: Response) -> None:
    """End the browser's session and take its cookie away."""
    if token := _cookie(request, duban):
        with duban.database.unit_of_work() as connection:
            people.end_session(connection, token)
    response.delete_cookie(
        cookie_name(duban), secure=duban.settings.secure_cookies, httponly=True, samesite="lax"
    )


def keep_session(duban: Duban, response: Response, begun: Begun) -> None:
    """Give the browser the cookie of its session."""
    response.set_cookie(
        cookie_name(duban),
        begun.token,
        max_age=int(people.LONGEST_SESSION.total_seconds()),
        secure=duban.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def cookie_name(duban: Duban) -> str:
    """The session cookie; the prefix has browsers refuse it from other hosts and without TLS."""
    return "__Host-duban" if duban.settings.secure_cookies else "duban"


def _cookie(request: Request, duban: Duban) -> str | None:
    return request.cookies.get(cookie_name(duban))


def safe_next(page: str | None) -> str:
    """Where to go after signing in: a page of ours, else the first page."""
    if page and page.startswith("/") and page[1:2] not in ("/", "\\") and page.isprintable():
        return page
    return "/"


def check_origin(request: Request) -> None:
    """Raise Forged for a write that a page of another site made the browser send."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = {request.headers.get("host"), urlsplit(duban_of(request).settings.base_url).netloc}
    if site == "cross-site" or (origin is not None and urlsplit(origin).netloc not in ours):
        raise Forged("请求来自别的网站，没有办理")


def make_token(duban: Duban, someone: Someone, name: str, lasts: timedelta) -> tuple[str, datetime]:
    """A token for a program, and when it expires; raises Forged for a program that asks for one."""
    if someone.csrf is None:
        raise Forged("令牌只能由本人登录后生成")
    now = duban.clock()
    with duban.database.unit_of_work() as connection:
        return people.make_token(connection, someone.person, name, now, lasts), now + lasts


def delete_tokens(duban: Duban, someone: Someone, name: str) -> None:
    """Delete one's own tokens of a name."""
    with duban.database.unit_of_work() as connection:
        people.delete_tokens(connection, someone.person, name)


# Who it is


def _by_session(duban: Duban, request: Request, now: datetime) -> Someone | None:
    token = _cookie(request, duban)
    if token is None:
        return None
    with duban.database.reading() as connection:
        session = people.session_of(connection, token, now)
        if session is None:
            return None
        actor = actor_of(connection, session.person, now)
    if now - session.seen_at >= people.SEEN_EVERY:
        with duban.database.unit_of_work() as connection:
            people.note_use(connection, token, now)
    return Someone(actor, session.person, session.name, session.csrf)


def _by_token(duban: Duban, token: str, now: datetime) -> Someone | None:
    with duban.database.reading() as connection:
        owner = people.owner_of_token(connection, token, now)
        if owner is None:
            return None
        return Someone(actor_of(connection, owner[0], now), *owner, csrf=None)


def _is_own_write(someone: Someone, given: object) -> bool:
    """Whether a write carries the session's CSRF token; a program with a token of its own needs
    none.
    """
    return someone.csrf is None or (
        isinstance(given, str) and people.same_secret(given, someone.csrf)
    )


_bearer = HTTPBearer(auto_error=False, description="A token made with POST /api/v1/tokens")


def _signed_in(
    request: Request,
    duban: Installation,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Someone:
    """For REST: by token or by session, the latter with the CSRF header on every write."""
    now = duban.clock()
    if bearer is not None:
        someone = _by_token(duban, bearer.credentials, now)
    else:
        someone = _by_session(duban, request, now)
    if someone is None:
        raise NotSignedIn("请先登录，或带上有效的令牌")
    if request.method not in _READING:
        _check_write(someone, request.headers.get(CSRF_HEADER))
    return someone


def _check_write(someone: Someone, given: object) -> None:
    if not _is_own_write(someone, given):
        raise Forged("页面已过期或请求不是从本系统页面发出的，请刷新后再试")


def _on_a_page(request: Request, duban: Installation) -> Someone:
    """For pages: by session only; whoever is not signed in is sent to sign in."""
    someone = _by_session(duban, request, duban.clock())
    if someone is None:
        query = f"?{request.url.query}" if request.url.query else ""
        back = request.url.path + query if request.method == "GET" else "/"
        raise SignInFirst(back)
    return someone


async def _writing_on_a_page(
    request: Request, someone: Annotated[Someone, Depends(_on_a_page)]
) -> Someone:
    """For forms of pages: the CSRF token stands in the form, or in a header sent by a script."""
    given: object = request.headers.get(CSRF_HEADER)
    if given is None:
        given = (await request.form(max_fields=MOST_FIELDS)).get(CSRF_FIELD)
    _check_write(someone, given)
    return someone


SignedIn = Annotated[Someone, Depends(_signed_in)]
"""Who asks, for REST; 401 without."""

SignedInPage = Annotated[Someone, Depends(_on_a_page)]
"""Who reads a page; the browser is sent to sign in without."""

SignedInForm = Annotated[Someone, Depends(_writing_on_a_page)]
"""Who sends a page's form, with the form's CSRF token checked."""
