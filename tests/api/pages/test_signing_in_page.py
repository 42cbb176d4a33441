"""The sign-in page: it lets in who may, says why not, and sends people where they were going."""

import pytest
from starlette.testclient import TestClient

from api.context import Duban
from tests.api.pages.conftest import PASSWORD, Browsers, give_password
from tests.api.pages.page import Page, faults_of

pytestmark = pytest.mark.rights


@pytest.fixture
def known(duban: Duban) -> str:
    """Somebody with a password; the login name."""
    give_password(duban, "xingyi.liaison")
    return "xingyi.liaison"


@pytest.mark.parametrize(
    "path", ["/", "/cases/1", "/ledgers", "/messages", "/mailbox", "/cases/new"]
)
def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_comes_back(
    path: str, client: TestClient
) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    page = Page(client.get(answer.headers["location"]))
    assert faults_of(page) == []
    assert page.forms[0].values["next"] == path


def test_after_signing_in_one_is_where_one_was_going(client: TestClient, known: str) -> None:
    form = Page(client.get("/sign-in?next=/ledgers%3Fx%3D1")).forms[0]
    answer = client.post(form.action, data=form.values | {"username": known, "password": PASSWORD})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/ledgers?x=1"
    page = Page(client.get("/"))
    assert page.status == 200
    assert page.root.one("header").text.endswith("王建安 退出")


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_to_another_site(elsewhere: str, client: TestClient, known: str) -> None:
    form = Page(client.get("/sign-in", params={"next": elsewhere})).forms[0]
    assert form.values["next"] == "/"
    typed = {"username": known, "password": PASSWORD, "next": elsewhere}
    assert client.post("/sign-in", data=typed).headers["location"] == "/"


def test_a_wrong_password_is_answered_with_the_form_and_a_sentence(
    client: TestClient, known: str
) -> None:
    page = Page(
        client.post("/sign-in", data={"username": known, "password": "x", "next": "/cases/3"})
    )
    assert page.status == 401
    assert faults_of(page) == []
    assert page.main.one(class_="banner").text == "登录名或口令不对"
    assert page.forms[0].values == {"next": "/cases/3", "username": known, "password": ""}


def test_who_tries_too_often_is_told_how_long_to_wait(client: TestClient, known: str) -> None:
    for _ in range(8):
        answer = client.post("/sign-in", data={"username": known, "password": "x"})
    assert answer.status_code == 429
    assert "30 分钟后再试" in Page(answer).main.one(class_="banner").text


def test_signing_out_ends_the_session(browser: Browsers) -> None:
    reader = browser("xingyi.liaison")
    token = reader.get("/").root.one("header").one("input", name="csrf").attributes["value"]
    assert reader.client.post("/sign-out", data={"csrf": token}).status_code == 303
    assert reader.client.get("/").headers["location"] == "/sign-in?next=/"
