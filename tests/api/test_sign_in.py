"""Signing in and sessions; and nothing but session and token says who somebody is."""

import re
from collections.abc import Iterator
from datetime import timedelta
from time import process_time

import pytest
from sqlalchemy import select, update
from starlette.requests import Request
from starlette.testclient import TestClient

from api.app import create_app
from api.auth import installation
from api.clock import SimulatedClock
from api.context import Duban
from api.settings import Settings
from tests.api.callers import API, ON_SQLITE, Caller, opening, refused
from tests.api.conftest import Rest
from tests.api.doors import LIAISON, given, me, sign_in, token_of
from tests.prefecture import NOW
from workflow.store.database import Database
from workflow.store.people import accounts, passwords
from workflow.store.tables import metadata
from workflow.store.tables.handles import HOLDING, PERSON

pytestmark = pytest.mark.rights


@pytest.fixture
def password(duban: Duban) -> str:
    """The liaison's password."""
    return given(duban, LIAISON)


@pytest.fixture
def https(database: Database, clock: SimulatedClock) -> Iterator[TestClient]:
    """The same installation behind TLS."""
    settings = Settings(base_url="https://duban.example", secure_cookies=True)
    duban = Duban.on(database, settings, clock)
    with TestClient(create_app(duban), base_url="https://duban.example") as client:
        yield client


# The way in


def test_a_password_lets_its_owner_in(client: TestClient, password: str) -> None:
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password)
    refused(me(client), 401, "not_signed_in")
    begun = sign_in(client, password)
    assert begun.status_code == 200
    seen = me(client).json()
    assert seen["name"] == begun.json()["name"]
    assert seen["csrf"] == begun.json()["csrf"]
    assert [post["role"] for post in seen["posts"]] == ["liaison"]


def test_a_new_password_ends_the_sessions_of_the_old_one(
    client: TestClient, duban: Duban, password: str
) -> None:
    sign_in(client, password)
    given(duban, LIAISON)
    refused(me(client), 401, "not_signed_in")
    refused(sign_in(client, password), 401, "wrong_password")


@pytest.mark.parametrize(
    ("username", "password"),
    [
        (LIAISON, "wrong"),
        ("nobody", "wrong"),
        ("zhou.head", ""),  # has no password yet
        (LIAISON, "x" * 100_000),
        ("\x00", "\x00"),
        ("a" * 100_000, "wrong"),
        ("\ud800", "\ud800"),
    ],
    ids=["wrong", "unknown", "none", "long", "nul", "long name", "surrogate"],
)
@ON_SQLITE
def test_every_wrong_sign_in_gets_the_same_answer(
    client: TestClient, username: str, password: str
) -> None:
    text = f'{{"username": "{username}", "password": "{password}"}}'
    answer = client.post(
        f"{API}/sign-in",
        content=text.replace("\x00", "\\u0000").replace("\ud800", "\\ud800").encode(),
        headers={"Content-Type": "application/json"},
    )
    if answer.status_code == 422:  # not a text at all
        refused(answer, 422, "invalid_input")
    else:
        assert refused(answer, 401, "wrong_password") == "登录名或口令不对"
    assert "set-cookie" not in answer.headers


@ON_SQLITE
def test_an_unknown_name_takes_about_as_long_as_a_wrong_password(duban: Duban) -> None:
    given(duban, LIAISON)
    with duban.database.reading() as connection:
        account = accounts.account_of(connection, LIAISON)

    def took(known: accounts.Account | None) -> float:
        began = process_time()
        assert not passwords.password_is_right(known, "wrong", NOW)
        return process_time() - began

    took(None)
    known = min(took(account) for _ in range(5))
    unknown = min(took(None) for _ in range(5))
    assert 0.5 < unknown / known < 2


def test_nothing_but_session_and_token_says_who_somebody_is(
    client: TestClient, duban: Duban
) -> None:
    names = ("X-User", "X-Remote-User", "X-Forwarded-User", "Remote-User", "X-Person-Id", "From")
    for value in ("zhou.head", "1"):
        headers = dict.fromkeys(names, value)
        params = dict.fromkeys(("user", "username", "person", "actor", "as"), value)
        answer = client.get(f"{API}/me", headers=headers, params=params)
        refused(answer, 401, "not_signed_in")
    signed = Caller(client, {"Authorization": "Bearer " + token_of(duban, "jingnan.liaison")})
    signed.headers |= dict.fromkeys(names, "zhou.head")
    assert signed.get("/me").json()["posts"][0]["role"] == "liaison"
    refused(signed.get("/me", username="zhou.head"), 422, "invalid_input")
    refused(signed.post("/cases", opening() | {"actor": "zhou.head"}), 422, "invalid_input")


# Sessions


def test_each_sign_in_makes_a_new_token_and_ends_the_old(client: TestClient, password: str) -> None:
    first = sign_in(client, password).cookies["duban"]
    second = sign_in(client, password).cookies["duban"]
    assert first != second
    assert len(first) >= 43  # 256 bits
    client.cookies.clear()
    client.cookies.set("duban", first)
    refused(me(client), 401, "not_signed_in")


def test_a_token_chosen_by_somebody_else_is_never_taken_over(
    client: TestClient, password: str
) -> None:
    client.cookies.set("duban", "chosen")
    assert sign_in(client, password).cookies["duban"] != "chosen"


def test_signing_out_makes_the_cookie_worthless(client: TestClient, password: str) -> None:
    begun = sign_in(client, password)
    kept = begun.cookies["duban"]
    headers = {"X-CSRF-Token": begun.json()["csrf"]}
    assert client.post(f"{API}/sign-out", headers=headers).status_code == 204
    client.cookies.set("duban", kept)
    refused(me(client), 401, "not_signed_in")


def test_an_idle_session_ends_after_half_an_hour(
    client: TestClient, password: str, clock: SimulatedClock
) -> None:
    sign_in(client, password)
    clock.advance_to(clock() + timedelta(minutes=29))
    assert me(client).status_code == 200
    clock.advance_to(clock() + timedelta(minutes=29))
    assert me(client).status_code == 200
    clock.advance_to(clock() + timedelta(minutes=31))
    refused(me(client), 401, "not_signed_in")


def test_a_busy_session_ends_after_twelve_hours(
    client: TestClient, password: str, clock: SimulatedClock
) -> None:
    begins = clock()
    sign_in(client, password)
    while clock() < begins + timedelta(hours=11, minutes=59):
        assert me(client).status_code == 200
        clock.advance_to(clock() + timedelta(minutes=20))
    clock.advance_to(begins + timedelta(hours=12))
    refused(me(client), 401, "not_signed_in")


def test_who_is_disabled_is_out_with_the_next_request(
    client: TestClient, duban: Duban, password: str
) -> None:
    program = Caller(client, {"Authorization": "Bearer " + token_of(duban, LIAISON)})
    sign_in(client, password)
    assert (me(client).status_code, program.get("/me").status_code) == (200, 200)
    with duban.database.unit_of_work() as connection:
        who = PERSON.c.username == LIAISON
        connection.execute(update(PERSON).where(who).values(disabled_at=duban.clock()))
    refused(me(client), 401, "not_signed_in")
    refused(program.get("/me"), 401, "not_signed_in")
    refused(sign_in(client, password), 401, "wrong_password")


def test_who_loses_a_post_loses_its_rights_with_the_next_request(rest: Rest, duban: Duban) -> None:
    specialist = rest("zhou-dc.specialist1")
    case = specialist.open().json()["case"]
    with duban.database.unit_of_work() as connection:
        person = accounts.person_by_username(connection, "zhou-dc.specialist1")
        ended = update(HOLDING).where(HOLDING.c.person_id == person)
        connection.execute(ended.values(ends_at=duban.clock()))
    refused(specialist.get(f"/cases/{case}"), 404, "not_found")
    refused(specialist.open(), 403, "not_allowed")


def test_the_database_holds_no_password_and_no_token(
    client: TestClient, duban: Duban, password: str
) -> None:
    cookie = sign_in(client, password).cookies["duban"]
    token = token_of(duban, LIAISON)
    with duban.database.reading() as connection:
        text = repr([list(connection.execute(select(t))) for t in metadata.sorted_tables])
    assert not any(secret in text for secret in (password, cookie, token))
    assert "$argon2id$" in text


@ON_SQLITE
def test_behind_tls_the_cookie_is_bound_to_this_host(https: TestClient, duban: Duban) -> None:
    answer = sign_in(https, given(duban, LIAISON))
    name, *attributes = [part.strip() for part in answer.headers["set-cookie"].split(";")]
    assert name.startswith("__Host-duban=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(attributes)
    assert not any(one.lower().startswith("domain") for one in attributes)
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert me(https).status_code == 200


# Writes from elsewhere


def test_a_write_by_session_carries_the_sessions_own_secret(
    client: TestClient, duban: Duban
) -> None:
    csrf = sign_in(client, given(duban, "zhou-dc.specialist1"), "zhou-dc.specialist1").json()
    for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x" * 32}):
        refused(client.post(f"{API}/cases", json=opening(), headers=headers), 403, "forged")
    opened = client.post(f"{API}/cases", json=opening(), headers={"X-CSRF-Token": csrf["csrf"]})
    assert opened.status_code == 201


@ON_SQLITE
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_nobody_is_signed_in_from_another_site(
    client: TestClient, password: str, headers: dict[str, str]
) -> None:
    refused(sign_in(client, password, **headers), 403, "forged")
    assert sign_in(client, password, Origin="http://testserver").status_code == 200


# Every answer


@ON_SQLITE
@pytest.mark.parametrize("path", ["/healthz", "/api/v1/me", "/nowhere", "/api/v1/cases/x"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@ON_SQLITE
def test_an_unexpected_error_says_where_to_look_and_nothing_else(
    duban: Duban, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: Request) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(installation, "duban_of", fail)  # what a route asks for the installation
    with TestClient(create_app(duban)) as client:
        answer = client.post(f"{API}/sign-in", json={"username": "a", "password": "b"})
    assert answer.json()["request_id"] in refused(answer, 500, "failed")
    assert "swordfish" not in answer.text
    assert answer.json()["request_id"] in caplog.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
