"""Signing in through an office's own OpenID provider.

A person is matched by one claim to the login name of an account that exists; none is made. The
provider answers for password and second factor; a sign-off is confirmed here all the same.
"""

import logging

from fastapi import Request, Response

from api.auth.cookies import TRIP, cookie_of, drop_cookie, keep_cookie, safe_next
from api.auth.noting import note_refused
from api.auth.refusals import NoAccount, ProviderTrouble, TooManyTries
from api.auth.signing_in import Begun, let_in
from api.auth.tries import address_of
from api.context import Duban
from api.openid import OpenIdProvider, ProviderSilent
from workflow.engine.errors import NotFound
from workflow.store.people import accounts, hashing, provider_trips
from workflow.store.people.provider_trips import TRIP_LASTS, Trip
from workflow.store.people.sessions import PROVIDER

PROVIDER_PAGE = "/sign-in/provider"
BACK_PAGE = "/sign-in/provider/back"
_log = logging.getLogger("duban.web")


def send_there(duban: Duban, request: Request, next_page: str) -> tuple[str, str]:
    """Where to send the browser, and the token of its trip; raises NotFound, ProviderTrouble, and
    TooManyTries, for anybody can set out.
    """
    provider = _provider(duban)
    seconds = duban.visits.wait_after(f"provider {address_of(request)}", duban.clock())
    if seconds:
        raise TooManyTries(f"登录过于频繁，请 {seconds} 秒后再试", {"seconds": seconds})
    with duban.database.unit_of_work() as connection:
        token, trip = provider_trips.begin_trip(connection, safe_next(next_page), duban.clock())
    try:
        return provider.way_there(trip, _back(duban)), token
    except ProviderSilent as silent:
        raise _trouble(silent) from silent


def take_back(duban: Duban, request: Request, state: str, code: str) -> tuple[Begun, str]:
    """Let in who comes back from the provider; the session, and where they were going.

    Raises NotFound, ProviderTrouble, NoAccount. The trip counts once, whatever comes of it.
    """
    provider, trip = _provider(duban), _trip(duban, request)
    if trip is None or not code or not hashing.same_secret(state, trip.state):
        raise ProviderTrouble("统一身份认证的登录已过期，或者不是从这里开始的，请重新登录")
    try:
        username = provider.username(code, trip, _back(duban), duban.clock())
    except ProviderSilent as silent:
        raise _trouble(silent) from silent
    with duban.database.reading() as connection:
        account = accounts.account_of(connection, username)
    if account is None:
        note_refused(duban, request, "sign_in", None, NoAccount.code)
        raise NoAccount("你已通过统一身份认证，但在本系统没有可用的账号，请联系系统管理员")
    with duban.database.unit_of_work() as connection:
        return let_in(connection, duban, account, request, way=PROVIDER), trip.next_page


def keep_trip(duban: Duban, response: Response, token: str) -> None:
    """Give the browser the cookie that its trip is known by."""
    keep_cookie(duban, response, token, TRIP_LASTS, TRIP)


def drop_trip(duban: Duban, response: Response) -> None:
    """Take that cookie away."""
    drop_cookie(duban, response, TRIP)


def _provider(duban: Duban) -> OpenIdProvider:
    if duban.settings.provider is None:
        raise NotFound("本系统没有接入统一身份认证，请用登录名和口令登录")
    return duban.settings.provider


def _trip(duban: Duban, request: Request) -> Trip | None:
    token = cookie_of(request, duban, TRIP) or ""
    with duban.database.unit_of_work() as connection:
        return provider_trips.end_trip(connection, token, duban.clock())


def _back(duban: Duban) -> str:
    return duban.settings.base_url + BACK_PAGE


def _trouble(silent: ProviderSilent) -> ProviderTrouble:
    _log.warning("sign-in through the OpenID provider failed: %s", silent)
    return ProviderTrouble("统一身份认证暂时不能用，请稍后再试，或用口令登录")
