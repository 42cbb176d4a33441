"""The cookies, and what a browser says of where a request comes from."""

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.auth.installation import duban_of
from api.auth.refusals import Forged
from api.context import Duban
from workflow.store.people.known_browsers import KNOWN_FOR

SESSION, BROWSER, TRIP = "duban", "duban-browser", "duban-trip"
"""The session; the browser that somebody has signed in with before; a trip to a provider."""


def cookie_name(duban: Duban, which: str = SESSION) -> str:
    """A cookie's name; the prefix has browsers refuse it from other hosts and without TLS."""
    return f"__Host-{which}" if duban.settings.secure_cookies else which


def cookie_of(request: Request, duban: Duban, which: str = SESSION) -> str | None:
    """The token that a browser sent; None without."""
    return request.cookies.get(cookie_name(duban, which)) or None


def keep_cookie(
    duban: Duban, response: Response, token: str, lasts: timedelta, which: str = SESSION
) -> None:
    """Give the browser a cookie."""
    response.set_cookie(
        cookie_name(duban, which),
        token,
        max_age=int(lasts.total_seconds()),
        secure=duban.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def keep_session(duban: Duban, response: Response, token: str, known: str | None = None) -> None:
    """Give the browser the cookie of its session and, where it is known now, the one it is known
    by.
    """
    keep_cookie(duban, response, token, duban.settings.sign_in.longest_session)
    if known is not None:
        keep_cookie(duban, response, known, KNOWN_FOR, BROWSER)


def drop_cookie(duban: Duban, response: Response, which: str = SESSION) -> None:
    """Take a cookie away."""
    response.delete_cookie(
        cookie_name(duban, which),
        secure=duban.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def safe_next(page: str | None) -> str:
    """Where to go after signing in: a page of ours, else the first page."""
    if page and page.startswith("/") and page[1:2] not in ("/", "\\") and page.isprintable():
        return page
    return "/"


def check_origin(request: Request) -> None:
    """Raise Forged for a write that a page of another site made the browser send."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site == "cross-site" or (origin is not None and not _is_ours(request, origin)):
        raise Forged("请求来自别的网站，没有办理；请从本系统的页面上办理")


def is_from_our_page(request: Request) -> bool:
    """Whether the browser says that a page of ours sent it; saying nothing is not enough."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    return origin is not None and _is_ours(request, origin) and site in (None, "same-origin")


def _is_ours(request: Request, origin: str) -> bool:
    ours = {request.headers.get("host"), urlsplit(duban_of(request).settings.base_url).netloc}
    return urlsplit(origin).netloc in ours
