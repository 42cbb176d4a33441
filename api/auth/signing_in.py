"""Signing in, in one step or two, and out."""

from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy import Connection

from api.auth.cookies import BROWSER, check_origin, cookie_of, drop_cookie
from api.auth.noting import note, note_refused
from api.auth.refusals import NotSignedIn, WrongCode, WrongPassword
from api.auth.tries import address_of, begin_try
from api.context import Duban
from workflow.store.people import (
    accounts,
    known_browsers,
    passwords,
    second_factor,
    sessions,
    throttling,
)
from workflow.store.people.accounts import Account
from workflow.store.people.sessions import PASSWORD, SECOND_FACTOR, Arrival


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has just begun; `token` and `known` go into cookies and nowhere else.

    With `awaits_code` it is half open: nothing but the code of the second step is taken.
    """

    token: str
    csrf: str
    name: str
    awaits_code: bool = False
    known: str | None = None


def sign_in(duban: Duban, username: str, password: str, request: Request) -> Begun:
    """Begin a session, half open where a code is still to come, and end the browser's old one.

    Raises WrongPassword, TooManyTries, Forged.
    """
    check_origin(request)
    counted, now = begin_try(duban, username, request), duban.clock()
    with duban.database.reading() as connection:
        account = accounts.account_of(connection, username)
    if not passwords.password_is_right(account, password, now) or account is None:
        person = account.person if account else None
        note_refused(duban, request, "sign_in", person, WrongPassword.code)
        raise WrongPassword("登录名或口令不对")
    with duban.database.unit_of_work() as connection:
        if account.second_factor:
            throttling.give_back(connection, counted)
            return _half_open(connection, duban, account, request)
        throttling.end_try(connection, counted)
        return let_in(connection, duban, account, request, way=PASSWORD)


def give_code(duban: Duban, code: str, request: Request) -> Begun:
    """The second step: open the session that waits for a code of the authenticator.

    Raises NotSignedIn when nothing waits any more, WrongCode, TooManyTries, Forged.
    """
    check_origin(request)
    now, token = duban.clock(), cookie_of(request, duban) or ""
    with duban.database.reading() as connection:
        person = sessions.half_open(connection, token, now)
        account = accounts.account_by_id(connection, person) if person is not None else None
    if account is None:
        raise NotSignedIn("登录已过期，请重新输入登录名和口令")
    counted = begin_try(duban, account.username, request)
    with duban.database.unit_of_work() as connection:
        if second_factor.code_is_right(connection, duban.sealer, account.person, code, now):
            throttling.end_try(connection, counted)
            return let_in(connection, duban, account, request, way=PASSWORD)
    note_refused(duban, request, "sign_in", account.person, WrongCode.code)
    raise WrongCode("验证码不对或已用过，请等下一个验证码再试")


def let_in(
    connection: Connection, duban: Duban, account: Account, request: Request, *, way: str
) -> Begun:
    """A new session in the place of the browser's old one, in a browser that is known from now."""
    now, profile = duban.clock(), duban.settings.sign_in
    if old := cookie_of(request, duban):
        sessions.end_session(connection, old)
    arrival = arrival_of(request, way)
    token, csrf = sessions.begin_session(connection, account.person, arrival, profile, now)
    browser = cookie_of(request, duban, BROWSER) or ""
    known = known_browsers.remember(connection, account.person, browser, now)
    note(connection, duban, request, "sign_in", account.person, way=way)
    return Begun(token, csrf, account.name, known=known)


def _half_open(connection: Connection, duban: Duban, account: Account, request: Request) -> Begun:
    if old := cookie_of(request, duban):
        sessions.end_session(connection, old)
    token, csrf = sessions.begin_session(
        connection,
        account.person,
        arrival_of(request, PASSWORD),
        duban.settings.sign_in,
        duban.clock(),
        awaits=SECOND_FACTOR,
    )
    return Begun(token, csrf, account.name, awaits_code=True)


def arrival_of(request: Request, way: str) -> Arrival:
    """How and from where somebody came in."""
    return Arrival(way, address_of(request), request.headers.get("user-agent", ""))


def sign_out(duban: Duban, person: int, request: Request, response: Response) -> None:
    """End the browser's session and take its cookie away."""
    with duban.database.unit_of_work() as connection:
        sessions.end_session(connection, cookie_of(request, duban) or "")
        note(connection, duban, request, "sign_out", person)
    drop_cookie(duban, response)


def end_others(duban: Duban, person: int, request: Request) -> None:
    """End every session of somebody but the one of this browser."""
    with duban.database.unit_of_work() as connection:
        but = cookie_of(request, duban) or ""
        ended = sessions.end_sessions_of(connection, person, but=but)
        note(connection, duban, request, "session", person, ended=ended)
