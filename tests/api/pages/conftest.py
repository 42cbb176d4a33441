"""Browsers without a browser: each signed in as one person, reading pages and sending forms."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.testclient import TestClient

from api.app import create_app
from api.context import Duban
from tests.api.callers import session_headers
from tests.api.doors import administrator
from tests.api.pages.page import Page, faults_of
from workflow.store.database import Database
from workflow.store.people.accounts import person_by_username
from workflow.store.people.passwords import keep_password

PASSWORD = "合格的口令-2026"
_requests = count(1)


@dataclass
class Browser:
    """A browser in which somebody signs in, again where the session has ended."""

    client: TestClient
    username: str

    def sign_in(self) -> None:
        """Begin a session."""
        typed = {"username": self.username, "password": PASSWORD}
        answer = self.client.post("/sign-in", data=typed)
        assert answer.status_code == 303, answer.text

    def get(self, path: str, *, status: int = 200, chinese: bool = True) -> Page:
        """A page, with nothing on it that may not be; `chinese` False where people wrote else."""
        response = self.client.get(path)
        if response.headers.get("location", "").startswith("/sign-in"):
            self.sign_in()
            response = self.client.get(path)
        page = Page(response)
        assert page.status == status, page.text[:800]
        assert faults_of(page, chinese=chinese) == []
        return page

    def post(self, path: str, values: dict[str, Any]) -> Page:
        """What a form is answered with; a redirect is followed."""
        response = self.client.post(path, data=values)
        if response.status_code == 303:
            return self.get(response.headers["location"])
        page = Page(response)
        assert faults_of(page) == []
        return page

    def post_on(self, page: Page, ending: str, **typed: str) -> Page:
        """Send the form on a page whose address ends so."""
        form = next(form for form in page.forms if form.action.endswith(f"/{ending}"))
        return self.post(form.action, form.values | typed)

    def post_form(self, path: str, ending: str, **typed: str) -> Page:
        """The same for a page's address."""
        return self.post_on(self.get(path), ending, **typed)

    def do(self, case: int, event: str, **changes: str) -> Page:
        """Fill the form of an event and send it; fact_goal means the fact `goal`."""
        form = self.get(f"/cases/{case}").form(event)
        values = form.values | {
            name.replace("fact_", "fact.", 1).replace("__", "."): value
            for name, value in changes.items()
        }
        return self.post(form.action, values)


Browsers = Callable[[str], Browser]


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Pages know nothing of databases: SQLite will do."""
    return sqlite_database


@pytest.fixture
def app(duban: Duban) -> FastAPI:
    """The application under test."""
    return create_app(duban)


@pytest.fixture
def browser(app: FastAPI, duban: Duban) -> Iterator[Browsers]:
    """Browsers of people: browser("xingyi.liaison")."""
    known: dict[str, Browser] = {}
    with ExitStack() as stack:

        def open_for(username: str) -> Browser:
            if username not in known:
                client = stack.enter_context(TestClient(app, follow_redirects=False))
                known[username] = _signed_in(client, duban, username)
            return known[username]

        yield open_for


def _signed_in(client: TestClient, duban: Duban, username: str) -> Browser:
    give_password(duban, username)
    browser = Browser(client, username)
    browser.sign_in()
    return browser


def give_password(duban: Duban, username: str) -> None:
    """Somebody's password is PASSWORD from now on."""
    with duban.database.unit_of_work() as connection:
        person = person_by_username(connection, username)
        keep_password(connection, person, _lightly_hashed(), duban.clock())


@cache
def _lightly_hashed() -> str:
    """PASSWORD, hashed once: a hash tells how much work it is to look at, and this one is none."""
    return Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def system(app: FastAPI, duban: Duban) -> Iterator[Browser]:
    """The system administrator, signed in."""
    person = administrator(duban, "system")
    with TestClient(app, follow_redirects=False) as client:
        name, _, token = session_headers(duban, person)["Cookie"].partition("=")
        client.cookies.set(name, token)
        yield Browser(client, "guanli")


def new_request() -> str:
    """A request id of its own."""
    return f"pages-{next(_requests)}"
