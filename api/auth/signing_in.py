"""Signing in and out."""

from dataclasses import dataclass

from fastapi import Request, Response

from api.auth.cookies import check_origin, cookie_of, drop_session
from api.auth.refusals import TooManyTries, WrongPassword
from api.context import Duban
from workflow.store.people import accounts, passwords, sessions, throttling


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has just begun: `token` goes into the cookie and nowhere else."""

    token: str
    csrf: str
    name: str


def sign_in(duban: Duban, username: str, password: str, request: Request) -> Begun:
    """Begin a session and end the browser's old one; raises WrongPassword, TooManyTries, Forged."""
    check_origin(request)
    now = duban.clock()
    address = request.client.host if request.client else ""
    with duban.database.unit_of_work() as connection:
        wait = throttling.begin_try(connection, username, address, now)
    if wait is not None:
        seconds = int(wait.total_seconds()) + 1
        raise TooManyTries(f"尝试次数过多，请 {seconds} 秒后再试", {"seconds": seconds})
    with duban.database.reading() as connection:
        account = accounts.account_of(connection, username)
    if not passwords.password_is_right(account, password) or account is None:
        raise WrongPassword("登录名或口令不对")
    with duban.database.unit_of_work() as connection:
        throttling.end_try(connection, username, address)
        if old := cookie_of(request, duban):
            sessions.end_session(connection, old)
        token, csrf = sessions.begin_session(connection, account.person, now)
    return Begun(token, csrf, account.name)


def sign_out(duban: Duban, request: Request, response: Response) -> None:
    """End the browser's session and take its cookie away."""
    if token := cookie_of(request, duban):
        with duban.database.unit_of_work() as connection:
            sessions.end_session(connection, token)
    drop_session(duban, response)
