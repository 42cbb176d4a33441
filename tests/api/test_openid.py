"""Signing in through a real OpenID provider that runs on this machine, over HTTP.

The provider is django-oauth-toolkit (tests/simulators/openid_server.py says why): what it checks
of us (client, secret, redirect address, PKCE) and what it says of people is its own doing.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx2 import Client, Response
from sqlalchemy import select, update
from starlette.testclient import TestClient

from api.app import create_app
from api.auth.provider import BACK_PAGE
from api.clock import system_clock
from api.context import Duban
from api.gatekeeping import visits
from api.openid import OpenIdProvider
from api.settings import Settings
from tests.api.doors import me
from tests.api.pages.page import Page, faults_of
from tests.simulators.openid_server import CLIENT, PASSWORD, SECRET
from workflow.store.database import Database
from workflow.store.tables.handles import PERSON, TRIP

pytestmark = pytest.mark.rights

BASE = Settings().base_url
WHO = "xingyi.liaison"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The provider, started once."""
    folder = tmp_path_factory.mktemp("provider")
    command = [sys.executable, "-m", "tests.simulators.openid_server", str(folder)]
    with subprocess.Popen(
        [*command, BASE + BACK_PAGE], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port.isdecimal()
        yield f"http://127.0.0.1:{port}/o"
        process.kill()


@pytest.fixture
def duban(sqlite_database: Database, issuer: str) -> Duban:
    """An installation with this provider, at the real time: so are its tokens."""
    provider = OpenIdProvider(issuer, CLIENT, SECRET)
    return Duban.on(sqlite_database, Settings(provider=provider), system_clock)


@pytest.fixture
def client(duban: Duban) -> Iterator[TestClient]:
    """Somebody's browser, at our side."""
    with TestClient(create_app(duban), follow_redirects=False) as client:
        yield client


def at_the_provider(there: str, username: str) -> str:
    """Sign in at the provider, as a browser does; the address it sends the browser back to."""
    with Client() as browser:
        answer = browser.get(there)
        while not (location := answer.headers.get("location", "")).startswith(BASE):
            if location:
                answer = browser.get(str(answer.url.join(location)))
                continue
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)
            assert token, answer.text
            typed = {"username": username, "password": PASSWORD}
            typed["csrfmiddlewaretoken"] = token[1]
            answer = browser.post(str(answer.url), data=typed)
        return location.removeprefix(BASE)


def there_and_back(client: TestClient, username: str = WHO, next_page: str = "/") -> Response:
    there = client.get("/sign-in/provider", params={"next": next_page})
    assert there.status_code == 303, there.text
    return client.get(at_the_provider(there.headers["location"], username))


def refused(answer: Response, status: int) -> str:
    page = Page(answer)
    assert page.status == status, page.text
    assert faults_of(page) == []
    return page.main.one(class_="banner").text


def test_who_signs_in_at_the_provider_is_signed_in_here(client: TestClient) -> None:
    assert "/sign-in/provider?next=/ledgers" in client.get("/sign-in?next=/ledgers").text
    answer = there_and_back(client, next_page="/ledgers")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ledgers")
    assert me(client).json()["name"] == "王建安"


def test_what_was_typed_is_sent_after_signing_in_there_in_a_second_window(
    client: TestClient,
) -> None:
    there_and_back(client)
    form = Page(client.get("/suggestions")).forms[0]
    typed = form.values | {"text": "同一份材料报了三遍", "signed": "yes"}
    client.cookies.clear()  # the session has ended
    asked = Page(client.post(form.action, data=typed, headers={"Origin": BASE}))
    assert (asked.status, faults_of(asked)) == (401, [])
    (second,) = asked.main.all("a", target="_blank")
    again = next(one for one in asked.forms if one.action == form.action)

    early = Page(client.post(again.action, data=again.values, headers={"Origin": BASE}))
    assert early.status == 401
    again = next(one for one in early.forms if one.action == form.action)
    location = client.get(second.attributes["href"]).headers["location"]
    client.get(at_the_provider(location, WHO))
    resumed = Page(client.post(again.action, data=again.values, headers={"Origin": BASE}))
    assert "刚才填写的内容还没有提交" in resumed.text
    sent = next(one for one in resumed.forms if one.action == form.action)
    client.post(sent.action, data=sent.values, headers={"Origin": BASE})
    assert "同一份材料报了三遍" in client.get("/suggestions").text


def test_who_sets_out_too_often_waits_and_leaves_nothing(
    client: TestClient, duban: Duban, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has signed in yet, and each trip is a row here and a question to the provider."""
    monkeypatch.setattr(visits, "MOST_A_MINUTE", 0)
    assert "过于频繁" in refused(client.get("/sign-in/provider"), 429)
    with duban.database.reading() as connection:
        assert connection.execute(select(TRIP)).first() is None


def test_what_we_send_along_is_new_each_time_and_proves_nothing_to_others(
    client: TestClient,
) -> None:
    sent = []
    for _ in range(2):
        location = client.get("/sign-in/provider").headers["location"]
        sent.append({name: one for name, (one,) in parse_qs(urlsplit(location).query).items()})
    assert sent[0]["code_challenge_method"] == "S256"
    assert sent[0]["response_type"] == "code"
    for name in ("state", "nonce", "code_challenge"):
        assert len(sent[0][name]) >= 43
        assert sent[0][name] != sent[1][name]


def test_a_person_without_an_account_is_refused_and_none_is_made(client: TestClient) -> None:
    assert "没有可用的账号" in refused(there_and_back(client, "somebody.else"), 403)
    assert me(client).status_code == 401


def test_who_is_disabled_here_stays_out(client: TestClient, duban: Duban) -> None:
    with duban.database.unit_of_work() as connection:
        who = PERSON.c.username == WHO
        connection.execute(update(PERSON).where(who).values(disabled_at=duban.clock()))
    assert "没有可用的账号" in refused(there_and_back(client), 403)


def test_nobody_is_signed_in_as_somebody_elses_trip(client: TestClient, duban: Duban) -> None:
    there = client.get("/sign-in/provider").headers["location"]
    back = at_the_provider(there, WHO)
    with TestClient(create_app(duban), follow_redirects=False) as victim:
        assert "重新登录" in refused(victim.get(back), 502)
        assert me(victim).status_code == 401


def test_a_way_back_counts_once(client: TestClient) -> None:
    there = client.get("/sign-in/provider").headers["location"]
    back = at_the_provider(there, WHO)
    trip = client.cookies["duban-trip"]
    assert client.get(back).status_code == 303
    client.cookies.set("duban-trip", trip)
    assert "重新登录" in refused(client.get(back), 502)


@pytest.mark.parametrize("column", ["state", "nonce", "verifier"])
def test_an_answer_to_another_question_is_not_believed(
    client: TestClient, duban: Duban, column: str
) -> None:
    there = client.get("/sign-in/provider").headers["location"]
    back = at_the_provider(there, WHO)
    with duban.database.unit_of_work() as connection:
        connection.execute(update(TRIP).values({column: "another" * 8}))
    refused(client.get(back), 502)
    assert me(client).status_code == 401


def test_a_provider_that_calls_itself_otherwise_is_not_believed(
    sqlite_database: Database, issuer: str
) -> None:
    stranger = OpenIdProvider(issuer + "/", CLIENT, SECRET)
    duban = Duban.on(sqlite_database, Settings(provider=stranger), system_clock)
    with TestClient(create_app(duban), follow_redirects=False) as client:
        assert "用口令登录" in refused(client.get("/sign-in/provider"), 502)


def test_a_provider_that_is_away_leaves_the_password(sqlite_database: Database) -> None:
    away = OpenIdProvider("http://127.0.0.1:9", CLIENT, SECRET)
    duban = Duban.on(sqlite_database, Settings(provider=away), system_clock)
    with TestClient(create_app(duban), follow_redirects=False) as client:
        assert "用口令登录" in refused(client.get("/sign-in/provider"), 502)


def test_without_a_provider_there_is_no_such_way(sqlite_database: Database) -> None:
    duban = Duban.on(sqlite_database, Settings(), system_clock)
    with TestClient(create_app(duban), follow_redirects=False) as client:
        assert client.get("/sign-in/provider").status_code == 404
        assert "provider" not in client.get("/sign-in").text


def test_whoever_comes_from_the_provider_confirms_before_signing(
    client: TestClient, tmp_path: Path
) -> None:
    there_and_back(client)
    csrf = me(client).json()["csrf"]
    body = {"name": "报表", "days": 1}
    answer = client.post("/api/v1/tokens", json=body, headers={"X-CSRF-Token": csrf})
    assert answer.json()["code"] == "confirmation_needed"
