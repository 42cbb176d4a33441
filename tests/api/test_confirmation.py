"""A signature wants somebody who has just shown that it is they: by password or by code."""

from datetime import timedelta

import pytest
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import refused, walk
from tests.api.conftest import Rest
from tests.api.doors import HEAD, given, sign_in, write
from tests.api.test_second_factor import Phone
from workflow.store.tables.handles import AUDIT

pytestmark = pytest.mark.rights


@pytest.fixture
def password(duban: Duban) -> str:
    """The signer's password."""
    return given(duban, HEAD)


@pytest.fixture
def case(rest: Rest) -> int:
    """A case that waits for the first signature."""
    return walk(rest, "first_review")


def sign(client: TestClient, csrf: str, case: int, request: str = "one") -> Response:
    body = {"event": "sign_first", "facts": {"opinion": "同意"}, "request": request}
    return write(client, f"/cases/{case}/fire", csrf, body)


def test_who_has_just_signed_in_may_sign(client: TestClient, password: str, case: int) -> None:
    csrf = sign_in(client, password, HEAD).json()["csrf"]
    assert sign(client, csrf, case).status_code == 200


def test_ten_minutes_later_the_password_is_given_again(
    client: TestClient, password: str, case: int, clock: SimulatedClock
) -> None:
    csrf = sign_in(client, password, HEAD).json()["csrf"]
    clock.advance_to(clock() + timedelta(minutes=10))
    sentence = refused(sign(client, csrf, case), 403, "confirmation_needed")
    assert "再次确认是你本人" in sentence
    wrong = write(client, "/session/confirm", csrf, {"proof": "wrong"})
    refused(wrong, 403, "wrong_confirmation")
    refused(sign(client, csrf, case), 403, "confirmation_needed")
    assert write(client, "/session/confirm", csrf, {"proof": password}).status_code == 204
    assert sign(client, csrf, case).status_code == 200


def test_what_signs_nothing_needs_no_confirmation(
    client: TestClient, password: str, case: int, clock: SimulatedClock
) -> None:
    csrf = sign_in(client, password, HEAD).json()["csrf"]
    clock.advance_to(clock() + timedelta(minutes=20))
    body = {"event": "return_first", "facts": {}, "request": "back"}
    answer = write(client, f"/cases/{case}/fire", csrf, body)
    assert answer.json()["code"] != "confirmation_needed"


def test_a_code_confirms_as_well_and_counts_once(
    client: TestClient, duban: Duban, password: str, case: int, clock: SimulatedClock
) -> None:
    csrf = sign_in(client, password, HEAD).json()["csrf"]
    phone = Phone(duban, HEAD)
    clock.advance_to(clock() + timedelta(minutes=15))
    code = phone.code()
    assert write(client, "/session/confirm", csrf, {"proof": code}).status_code == 204
    refused(write(client, "/session/confirm", csrf, {"proof": code}), 403, "wrong_confirmation")
    assert sign(client, csrf, case).status_code == 200


def test_guessing_while_signed_in_is_throttled_too(
    client: TestClient, password: str, clock: SimulatedClock
) -> None:
    csrf = sign_in(client, password, HEAD).json()["csrf"]
    for _ in range(5):
        refused(write(client, "/session/confirm", csrf, {"proof": "x"}), 403, "wrong_confirmation")
    refused(write(client, "/session/confirm", csrf, {"proof": password}), 429, "too_many_tries")


def test_what_was_done_and_refused_stands_in_the_log(
    client: TestClient, duban: Duban, password: str
) -> None:
    sign_in(client, "wrong", HEAD)
    sign_in(client, "wrong", "nobody")
    csrf = sign_in(client, password, HEAD).json()["csrf"]
    write(client, "/session/confirm", csrf, {"proof": password})
    write(client, "/tokens", csrf, {"name": "报表"})
    write(client, "/sign-out", csrf)
    query = select(AUDIT.c.kind, AUDIT.c.outcome, AUDIT.c.person_id, AUDIT.c.address)
    query = query.where(AUDIT.c.address.is_not(None))  # not what made the installation
    with duban.database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(query.order_by(AUDIT.c.seq))]
    ours = [(kind, outcome, person is not None) for kind, outcome, person, _ in rows]
    assert ours == [
        ("sign_in", "refused", True),
        ("sign_in", "refused", False),
        ("sign_in", "done", True),
        ("confirmation", "done", True),
        ("token", "done", True),
        ("sign_out", "done", True),
    ]
    assert {address for *_, address in rows} == {"testclient"}
