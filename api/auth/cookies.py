"""The session's cookie, and what a browser says of where a request comes from."""

from urllib.parse import urlsplit

from fastapi import Request, Response

from api.auth.installation import duban_of
from api.auth.refusals import Forged
from api.context import Duban
from workflow.store.people import sessions


def keep_session(duban: Duban, response: Response, token: str) -> None:
    """Give the browser the cookie of its session."""
    response.set_cookie(
        cookie_name(duban),
        token,
        max_age=int(sessions.LONGEST_SESSION.total_seconds()),
        secure=duban.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def cookie_name(duban: Duban) -> str:
    """The session cookie; the prefix has browsers refuse it from other hosts and without TLS."""
    return "__Host-duban" if duban.settings.secure_cookies else "duban"


def cookie_of(request: Request, duban: Duban) -> str | None:
    """The session's token that a browser sent."""
    return request.cookies.get(cookie_name(duban))


def safe_next(page: str | None) -> str:
    """Where to go after signing in: a page of ours, else the first page."""
    if page and page.startswith("/") and page[1:2] not in ("/", "\\") and page.isprintable():
        return page
    return "/"


def drop_session(duban: Duban, response: Response) -> None:
    """Take the browser's cookie away."""
    response.delete_cookie(
        cookie_name(duban), secure=duban.settings.secure_cookies, httponly=True, samesite="lax"
    )


def check_origin(request: Request) -> None:
    """Raise Forged for a write that a page of another site made the browser send."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = {request.headers.get("host"), urlsplit(duban_of(request).settings.base_url).netloc}
    if site == "cross-site" or (origin is not None and urlsplit(origin).netloc not in ours):
        raise Forged("请求来自别的网站，没有办理")
