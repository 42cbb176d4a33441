"""Throttling: failures cost time by account and by address, and strangers lock nobody out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import ON_SQLITE, refused
from tests.api.doors import LIAISON, given, me, sign_in
from workflow.store.people import throttling
from workflow.store.people.profiles import ASVS, DENGBAO3, PROFILES

pytestmark = pytest.mark.rights

BY_ASVS = pytest.mark.parametrize("profile", [ASVS], ids=["asvs"])
EITHER = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)


@pytest.fixture
def password(duban: Duban) -> str:
    """The liaison's password."""
    return given(duban, LIAISON)


@BY_ASVS
def test_after_five_failures_an_account_waits_ever_longer_but_never_for_good(
    client: TestClient, password: str, clock: SimulatedClock
) -> None:
    for _ in range(5):
        refused(sign_in(client, "wrong"), 401, "wrong_password")
    waits: list[int] = []
    for _ in range(12):
        answer = sign_in(client, password)  # the right one does not help either
        refused(answer, 429, "too_many_tries")
        waits.append(int(answer.headers["retry-after"]))
        clock.advance_to(clock() + timedelta(seconds=waits[-1]))
        refused(sign_in(client, "wrong"), 401, "wrong_password")
    assert waits == sorted(waits)
    assert (waits[0], waits[1], waits[-1]) == (1, 2, 300)
    clock.advance_to(clock() + timedelta(seconds=302))
    assert sign_in(client, password).status_code == 200
    for _ in range(5):  # success begins anew
        refused(sign_in(client, "wrong"), 401, "wrong_password")


@EITHER
def test_an_address_that_tries_many_names_waits_too(client: TestClient, password: str) -> None:
    for at in range(30):
        refused(sign_in(client, "wrong", f"somebody{at}"), 401, "wrong_password")
    refused(sign_in(client, "wrong", "somebody else"), 429, "too_many_tries")
    refused(sign_in(client, password), 429, "too_many_tries")


@pytest.mark.race
def test_tries_at_the_same_moment_do_not_slip_through(duban: Duban) -> None:
    def attempt(at: int) -> bool:
        counted = throttling.counters(DENGBAO3, LIAISON, f"10.0.0.{at}", None)
        with duban.database.unit_of_work() as connection:
            return throttling.begin_try(connection, counted, duban.clock()) is None

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(40))) == 5


@EITHER
def test_failures_are_forgotten(client: TestClient, clock: SimulatedClock) -> None:
    for _ in range(5):
        sign_in(client, "wrong")
    clock.advance_to(clock() + timedelta(hours=2))
    for _ in range(5):
        refused(sign_in(client, "wrong"), 401, "wrong_password")


def test_after_five_failures_an_account_is_locked_for_half_an_hour_and_then_open_again(
    client: TestClient, password: str, clock: SimulatedClock
) -> None:
    for _ in range(5):
        refused(sign_in(client, "wrong"), 401, "wrong_password")
    answer = sign_in(client, password)
    assert "分钟后再试" in refused(answer, 429, "too_many_tries")
    assert int(answer.headers["retry-after"]) == 30 * 60
    clock.advance_to(clock() + timedelta(minutes=29))
    refused(sign_in(client, password), 429, "too_many_tries")
    clock.advance_to(clock() + timedelta(minutes=1))
    assert sign_in(client, password).status_code == 200
    for _ in range(5):  # all five again
        refused(sign_in(client, "wrong"), 401, "wrong_password")


@EITHER
def test_a_stranger_cannot_lock_out_whoever_signs_in_where_they_have_before(
    client: TestClient, duban: Duban, password: str
) -> None:
    assert sign_in(client, password).status_code == 200
    with TestClient(create_app(duban)) as stranger:
        for at in range(40):  # the account, and the address that the office shares
            sign_in(stranger, "wrong", LIAISON if at % 2 else f"somebody{at}")
        refused(sign_in(stranger, password), 429, "too_many_tries")
    assert sign_in(client, password).status_code == 200


def test_a_known_browser_waits_for_its_own_failures(client: TestClient, password: str) -> None:
    sign_in(client, password)
    for _ in range(5):
        refused(sign_in(client, "wrong"), 401, "wrong_password")
    refused(sign_in(client, password), 429, "too_many_tries")


@ON_SQLITE
def test_a_browser_is_known_for_the_one_who_signed_in_there(
    client: TestClient, duban: Duban, password: str
) -> None:
    other = given(duban, "xingyi.head")
    sign_in(client, password)
    for _ in range(5):
        refused(sign_in(client, "wrong", "xingyi.head"), 401, "wrong_password")
    refused(sign_in(client, other, "xingyi.head"), 429, "too_many_tries")
    assert me(client).status_code == 200
