"""The second step: a code of the authenticator, once; a recovery code in its place, once."""

from datetime import timedelta

import pyotp
import pytest
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import API, refused
from tests.api.doors import LIAISON, given, me, sign_in
from workflow.store.people import accounts, second_factor
from workflow.store.tables import metadata

pytestmark = pytest.mark.rights


class Phone:
    """Somebody's authenticator."""

    def __init__(self, duban: Duban, username: str = LIAISON) -> None:
        self._clock = duban.clock
        with duban.database.unit_of_work() as connection:
            person = accounts.person_by_username(connection, username)
            secret = second_factor.begin_set_up(connection, duban.sealer, person)
            assert secret is not None
            self._totp, self.secret = pyotp.TOTP(secret), secret
            codes = second_factor.finish_set_up(
                connection, duban.sealer, person, self.code(), self._clock()
            )
        assert codes is not None
        self.recovery_codes = codes

    def code(self, steps: int = 0) -> str:
        """The code shown now, or so many half minutes later."""
        return self._totp.at(self._clock() + timedelta(seconds=30 * steps))


def give(client: TestClient, code: str) -> Response:
    return client.post(f"{API}/sign-in/code", json={"code": code})


@pytest.fixture
def password(duban: Duban) -> str:
    """The liaison's password."""
    return given(duban, LIAISON)


@pytest.fixture
def phone(duban: Duban, clock: SimulatedClock) -> Phone:
    """The liaison's authenticator, set up a while ago."""
    phone = Phone(duban)
    clock.advance_to(clock() + timedelta(minutes=5))
    return phone


def test_password_and_code_let_in_and_the_password_alone_does_not(
    client: TestClient, password: str, phone: Phone
) -> None:
    half = sign_in(client, password)
    assert half.json()["awaits_code"] is True
    refused(me(client), 401, "not_signed_in")
    assert client.get("/").headers["location"].startswith("/sign-in")
    opened = give(client, phone.code())
    assert opened.json()["awaits_code"] is False
    assert me(client).status_code == 200
    assert opened.cookies["duban"] != half.cookies["duban"], "a new session, not the same opened"


def test_a_code_never_counts_twice(
    client: TestClient, duban: Duban, password: str, phone: Phone
) -> None:
    code = phone.code()
    sign_in(client, password)
    assert give(client, code).status_code == 200
    with TestClient(create_app(duban)) as onlooker:
        sign_in(onlooker, password)
        refused(give(onlooker, code), 401, "wrong_code")
        refused(give(onlooker, phone.code(-1)), 401, "wrong_code")  # nor an earlier one
        assert give(onlooker, phone.code(1)).status_code == 200


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_of_another_minute_is_wrong(
    client: TestClient, password: str, phone: Phone, steps: int
) -> None:
    sign_in(client, password)
    refused(give(client, phone.code(steps)), 401, "wrong_code")


@pytest.mark.parametrize("code", ["", "abcdef", "１２３４５６", "1" * 1000, "\u0000", "-1234567"])
def test_what_is_no_code_is_wrong(
    client: TestClient, password: str, phone: Phone, code: str
) -> None:
    sign_in(client, password)
    refused(give(client, code), 401, "wrong_code")


def test_a_recovery_code_counts_once(client: TestClient, password: str, phone: Phone) -> None:
    for status in (200, 401):
        sign_in(client, password)
        assert give(client, phone.recovery_codes[0]).status_code == status


def test_codes_are_throttled_and_the_right_password_does_not_begin_anew(
    client: TestClient, password: str, phone: Phone
) -> None:
    for _ in range(5):
        sign_in(client, password)
        refused(give(client, "000000"), 401, "wrong_code")
    refused(sign_in(client, password), 429, "too_many_tries")


def test_the_second_step_is_taken_within_five_minutes(
    client: TestClient, password: str, phone: Phone, clock: SimulatedClock
) -> None:
    sign_in(client, password)
    clock.advance_to(clock() + timedelta(minutes=5))
    refused(give(client, phone.code()), 401, "not_signed_in")


def test_nobody_takes_the_second_step_without_the_first(client: TestClient, phone: Phone) -> None:
    refused(give(client, phone.code()), 401, "not_signed_in")


def test_a_secret_in_use_is_never_shown_again(duban: Duban, phone: Phone) -> None:
    with duban.database.unit_of_work() as connection:
        person = accounts.person_by_username(connection, LIAISON)
        assert second_factor.secret_being_set_up(connection, duban.sealer, person) is None
        assert second_factor.begin_set_up(connection, duban.sealer, person) is None


def test_recovery_codes_are_kept_as_hashes(duban: Duban, phone: Phone) -> None:
    with duban.database.reading() as connection:
        text = repr([list(connection.execute(select(t))) for t in metadata.sorted_tables])
    assert not any(code in text for code in phone.recovery_codes)
