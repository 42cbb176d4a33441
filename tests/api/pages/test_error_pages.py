"""What went wrong is said with what to do about it, and nobody is left without a way on."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.requests import Request
from starlette.testclient import TestClient

from api.app import create_app
from api.auth import installation
from api.context import Duban
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Page, faults_of
from tests.api.pages.stories import SPECIALIST, open_case
from tests.prefecture import Prefecture
from workflow.store.database import Database
from workflow.store.tables.handles import HOLDING


@pytest.fixture
def stranger(app: FastAPI) -> Iterator[TestClient]:
    """A browser that nobody has signed in."""
    with TestClient(app, follow_redirects=False) as client:
        yield client


def ways(page: Page) -> list[str]:
    """Where the page leads below its masthead."""
    return [one.attributes["href"] for one in page.main.all("a")]


def is_said_well(page: Page) -> bool:
    """Whether it says what happened, what to do, and under which number the log knows it."""
    alert = page.main.one(role="alert").text
    advice = page.main.one("h2").text == "怎么办"
    number = page.response.headers["x-request-id"] in page.text
    return faults_of(page) == [] and bool(alert) and advice and number


@pytest.mark.parametrize(
    "path", ["/nothing", "/cases/999", "/ledgers/rectification/nothing", "/workflows/约谈"]
)
def test_a_reader_keeps_the_navigation_where_nothing_is(browser: Browsers, path: str) -> None:
    page = browser(SPECIALIST).get(path, status=404)
    assert is_said_well(page)
    assert "/ledgers" in [one.attributes["href"] for one in page.root.one("nav").all("a")]
    assert ways(page)[0] == "/"
    assert page.main.text.count("范围内") < 2, "said once"


def test_a_stranger_is_led_to_sign_in_and_learns_nothing(stranger: TestClient) -> None:
    page = Page(stranger.get("/nothing"))
    assert page.status == 404
    assert is_said_well(page)
    assert ways(page) == ["/sign-in", "/public"]
    assert not list(page.root.all("nav"))


def test_an_administrator_is_led_back_to_administration(system: Browser, duban: Duban) -> None:
    open_case(duban)
    page = system.get("/cases/1", status=404)
    assert ways(page) == ["/administration"]
    assert "台账" not in page.text, "they have none"
    refused = system.get("/boards", status=403)
    assert "管理员不办理业务" in refused.text


def test_whoever_lost_their_post_is_offered_nothing_that_would_be_refused(
    browser: Browsers, duban: Duban
) -> None:
    reader = browser(SPECIALIST)
    person = Prefecture(duban.database).person(SPECIALIST)
    with duban.database.unit_of_work() as connection:
        left = update(HOLDING).where(HOLDING.c.person_id == person).values(ends_at=duban.clock())
        connection.execute(left)
    home, refused = reader.get("/"), reader.get("/ledgers", status=403)
    assert "你目前没有任职岗位" in home.text
    shown = {one.attributes["href"] for page in (home, refused) for one in page.root.all("a")}
    assert len(shown) > 1
    for link in shown - {"#main"}:
        assert reader.client.get(link).status_code == 200, link


def test_too_much_at_once_says_how_to_send_less(browser: Browsers, duban: Duban) -> None:
    case = open_case(duban)
    client = browser(SPECIALIST).client
    answer = client.post(f"/cases/{case}/events", data={"event": "x" * 1_100_000})
    page = Page(answer)
    assert page.status == 413
    assert is_said_well(page)
    assert "压缩照片" in page.text
    assert list(page.root.all("nav"))


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_fault_of_ours_shows_a_number_and_no_detail(
    duban: Duban, signed_in: bool, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: Request) -> None:
        raise RuntimeError("the password is swordfish")

    with TestClient(create_app(duban), follow_redirects=False) as client:
        if signed_in:
            client.cookies = browser(SPECIALIST).client.cookies
        monkeypatch.setattr(installation, "duban_of", fail)  # what a route asks for it
        page = Page(client.get("/boards" if signed_in else "/sign-in"))
    assert page.status == 500
    assert is_said_well(page)
    assert "swordfish" not in page.response.text
    assert bool(list(page.root.all("nav"))) == signed_in


def test_a_database_that_is_away_does_not_take_the_page_with_it(
    browser: Browsers, duban: Duban
) -> None:
    reader: Browser = browser(SPECIALIST)
    reader.get("/boards")
    with duban.database.unit_of_work() as connection:
        connection.execute(text("ALTER TABLE scope RENAME TO gone"))
    page = Page(reader.client.get("/boards"))
    assert page.status == 503
    assert is_said_well(page)


@pytest.mark.parametrize(
    "error",
    [OperationalError("…", None, Exception("server closed")), NoConnection("pool is empty")],
    ids=["away", "all in use"],
)
def test_a_database_that_does_not_answer_at_the_door_is_said_to_be_away(
    browser: Browsers, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Who asks is found out before the router is asked: that the database is away shows there."""

    def away(_: Database) -> None:
        raise error

    client = browser(SPECIALIST).client
    monkeypatch.setattr(Database, "reading", away)
    page = Page(client.get("/boards"))
    assert page.status == 503
    assert is_said_well(page)
    rest = client.get("/api/v1/cases")
    assert (rest.status_code, rest.json()["code"]) == (503, "database_unavailable")
    assert rest.headers["Retry-After"]
