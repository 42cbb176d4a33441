"""Ways in, as tests take them: a password made by us, signing in, a token for a program."""

from datetime import timedelta

from httpx2 import Response
from starlette.testclient import TestClient

from api.context import Duban
from tests.api.callers import API
from workflow.store.offices import administrators
from workflow.store.people import accounts, passwords, tokens
from workflow.store.people.tokens import Scope

LIAISON = "xingyi.liaison"
HEAD = "zhou-zx.head"


def given(duban: Duban, username: str, *, one_time: bool = False) -> str:
    """A new password of somebody, made by us."""
    made = passwords.make_passwords([username])
    with duban.database.unit_of_work() as connection:
        passwords.give_passwords(connection, made, duban.clock(), one_time=one_time)
    return made[username].password


def sign_in(client: TestClient, password: str, username: str = LIAISON, **more: str) -> Response:
    """Give a login name and a password."""
    body = {"username": username, "password": password}
    return client.post(f"{API}/sign-in", json=body, headers=more)


def me(client: TestClient) -> Response:
    """Ask who is signed in."""
    return client.get(f"{API}/me")


def administrator(duban: Duban, role: str) -> int:
    """The person of a new administrator: the first, of security, or one whom that one appoints."""
    now = duban.clock()
    with duban.database.unit_of_work() as connection:
        security = accounts.make_account(connection, "anquan", "安明")
        administrators.begin_with(connection, security, now)
        if role == "security":
            return security
        person = accounts.make_account(connection, "guanli", "关力")
        administrators.appoint(connection, person, role, by=security, now=now)
        return person


def token_of(
    duban: Duban, username: str, days: int = 1, scope: Scope = Scope.WRITE, name: str = "program"
) -> str:
    """A token of somebody's program."""
    now = duban.clock()
    with duban.database.unit_of_work() as connection:
        person = accounts.person_by_username(connection, username)
        return tokens.make_token(connection, person, name, scope, now, timedelta(days=days))


def write(client: TestClient, path: str, csrf: str, body: object = None) -> Response:
    """POST JSON in the client's session."""
    return client.post(API + path, json=body, headers={"X-CSRF-Token": csrf})
