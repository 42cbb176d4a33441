"""Tokens for programs: made by their owner, within a scope, until a day; never a signature."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import API, ON_SQLITE, Caller, opening, refused, walk
from tests.api.conftest import Rest
from tests.api.doors import LIAISON, given, me, sign_in, token_of, write
from workflow.store.people.tokens import Scope

pytestmark = pytest.mark.rights


@pytest.fixture
def password(duban: Duban) -> str:
    """The liaison's password."""
    return given(duban, LIAISON)


def program(client: TestClient, token: str) -> Caller:
    return Caller(client, {"Authorization": f"Bearer {token}"})


def test_a_token_is_made_by_its_owner_and_ends(
    client: TestClient, password: str, clock: SimulatedClock
) -> None:
    headers = {"X-CSRF-Token": sign_in(client, password).json()["csrf"]}
    made = client.post(f"{API}/tokens", json={"name": "报表", "days": 7}, headers=headers)
    assert made.status_code == 201
    client.cookies.clear()
    report = program(client, made.json()["token"])
    (listed,) = report.get("/tokens").json()
    assert (listed["name"], listed["scope"]) == ("报表", "read")
    assert listed["used_at"] is not None
    clock.advance_to(clock() + timedelta(days=7))
    refused(report.get("/me"), 401, "not_signed_in")


def test_a_deleted_token_is_worth_nothing(client: TestClient, duban: Duban, password: str) -> None:
    report = program(client, token_of(duban, LIAISON))
    csrf = sign_in(client, password).json()["csrf"]
    path = f"{API}/tokens/program"
    assert client.delete(path, headers={"X-CSRF-Token": csrf}).status_code == 204
    client.cookies.clear()
    refused(report.get("/me"), 401, "not_signed_in")


@ON_SQLITE
@pytest.mark.parametrize("header", ["Bearer junk", "Bearer ", "Basic eDp5", "Bearer é"])
def test_a_wrong_authorization_lets_nobody_in(client: TestClient, header: str) -> None:
    raw = [(b"Authorization", header.encode("latin-1"))]
    answer = client.get(f"{API}/me", headers=raw)
    refused(answer, 401, "not_signed_in")


def test_a_token_that_reads_writes_nothing(client: TestClient, duban: Duban) -> None:
    specialist = "zhou-dc.specialist1"
    reader = program(client, token_of(duban, specialist, scope=Scope.READ))
    assert reader.get("/cases").status_code == 200
    refused(reader.post("/cases", opening()), 403, "not_allowed")
    writer = program(client, token_of(duban, specialist, name="register"))
    assert writer.post("/cases", opening()).status_code == 201


def test_no_token_makes_or_deletes_tokens_ends_sessions_or_confirms(
    client: TestClient, duban: Duban
) -> None:
    writer = program(client, token_of(duban, LIAISON))
    for path, body in (
        ("/tokens", {"name": "another"}),
        ("/password", {"new": "x"}),
        ("/session/confirm", {"proof": "x"}),
    ):
        refused(writer.post(path, body), 403, "not_allowed")
    for path in ("/tokens/program", "/sessions/others"):
        refused(client.delete(API + path, headers=writer.headers), 403, "not_allowed")


def test_no_token_signs_off(rest: Rest) -> None:
    case = walk(rest, "first_review")
    head = rest("zhou-zx.head")
    sentence = refused(
        head.fire_by_token(case, "sign_first", {"opinion": "同意"}), 403, "not_by_programs"
    )
    assert "不能由程序" in sentence
    assert head.get(f"/cases/{case}").json()["state"] == "first_review"
    assert head.fire(case, "sign_first", {"opinion": "同意"}).status_code == 200


def test_a_token_is_made_in_a_fresh_session(
    client: TestClient, password: str, clock: SimulatedClock
) -> None:
    csrf = sign_in(client, password).json()["csrf"]
    clock.advance_to(clock() + timedelta(minutes=10))
    refused(write(client, "/tokens", csrf, {"name": "报表"}), 403, "confirmation_needed")
    assert write(client, "/session/confirm", csrf, {"proof": password}).status_code == 204
    assert write(client, "/tokens", csrf, {"name": "报表"}).status_code == 201


@ON_SQLITE
@pytest.mark.parametrize("days", [0, -1, 367, 10**9])
def test_a_token_never_lasts_for_good(client: TestClient, password: str, days: int) -> None:
    csrf = sign_in(client, password).json()["csrf"]
    refused(write(client, "/tokens", csrf, {"name": "报表", "days": days}), 422, "invalid_input")
    assert me(client).status_code == 200
