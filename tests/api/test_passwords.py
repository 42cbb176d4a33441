"""Choosing a password: two rule books, one-time and outworn passwords, what a change ends."""

from datetime import timedelta

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import ON_SQLITE, refused
from tests.api.doors import LIAISON, given, me, sign_in, write
from workflow.store.people.password_rules import WeakPassword, check_password
from workflow.store.people.passwords import ONE_TIME_LASTS
from workflow.store.people.profiles import ASVS, DENGBAO3, Profile

pytestmark = pytest.mark.rights

GOOD = "Songshu-shang7"
BY_ASVS = pytest.mark.parametrize("profile", [ASVS], ids=["asvs"])


def change(client: TestClient, csrf: str, new: str, proof: str = "") -> Response:
    return write(client, "/password", csrf, {"new": new, "proof": proof})


# Rules, profile by profile


@pytest.mark.parametrize(
    ("profile", "password", "says"),
    [
        (DENGBAO3, "Ab1-xyz", "还差 1 个"),
        (DENGBAO3, "songshu-shang", "要有三种，现在只有两种"),
        (DENGBAO3, "abc", "还差 5 个，大写字母、小写字母、数字、其他字符要有三种，现在只有一种"),
        (DENGBAO3, "Password1!", "太常见"),
        (DENGBAO3, "1qaz@WSX", "太常见"),
        (DENGBAO3, "Admin@123", "太常见"),
        (DENGBAO3, "P@ssw0rd2026", "太常见"),
        (DENGBAO3, "Woaini1314!", "太常见"),
        (DENGBAO3, "Zhongguo2026", "太常见"),
        (DENGBAO3, "Xingyi@2026", "太常见"),
        (DENGBAO3, "Xingyi.Liaison-77", "不能有自己的登录名或姓名"),
        (DENGBAO3, "王建安-Abc-2077", "不能有自己的登录名或姓名"),
        (DENGBAO3, "Aa1-" + "x" * 300, "不超过 200 个"),
        (DENGBAO3, "Songshu\x00-shang7", "可见字符"),
        (ASVS, "Songshu-shang7", "还差 1 个"),
        (ASVS, "passwordpassword", "太常见"),
        (ASVS, "111111111111111111", "太常见"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_what_it_lacks(
    profile: Profile, password: str, says: str
) -> None:
    with pytest.raises(WeakPassword) as refusal:
        check_password(profile, password, about=(LIAISON, "王建安"))
    assert says in refusal.value.sentence


@pytest.mark.parametrize(
    ("profile", "password"),
    [(DENGBAO3, GOOD), (DENGBAO3, "松鼠-Shang-7"), (ASVS, "songshu zai shu shang")],
)
def test_a_password_that_will_do_is_taken(profile: Profile, password: str) -> None:
    check_password(profile, password, about=(LIAISON, "王建安"))


# Whoever must change first


def test_a_one_time_password_leads_to_the_change_and_nowhere_else(
    client: TestClient, duban: Duban
) -> None:
    once = given(duban, LIAISON, one_time=True)
    csrf = sign_in(client, once).json()["csrf"]
    assert me(client).json()["duty"] == "change_password"
    refused(client.get("/api/v1/cases"), 403, "change_password")
    assert client.get("/").headers["location"] == "/account/password"
    assert client.get("/account").headers["location"] == "/account/password"
    refused(change(client, csrf, "short"), 422, "weak_password")
    assert change(client, csrf, GOOD).status_code == 200
    assert client.get("/api/v1/cases").status_code == 200
    refused(sign_in(client, once), 401, "wrong_password")
    assert sign_in(client, GOOD).status_code == 200


def test_a_one_time_password_ends_unused(
    client: TestClient, duban: Duban, clock: SimulatedClock
) -> None:
    once = given(duban, LIAISON, one_time=True)
    clock.advance_to(clock() + ONE_TIME_LASTS)
    refused(sign_in(client, once), 401, "wrong_password")


def test_after_ninety_days_a_password_is_changed_first(
    client: TestClient, duban: Duban, clock: SimulatedClock
) -> None:
    password = given(duban, LIAISON)
    clock.advance_to(clock() + timedelta(days=89))
    sign_in(client, password)
    assert me(client).json()["duty"] is None
    clock.advance_to(clock() + timedelta(days=1))
    sign_in(client, password)
    refused(client.get("/api/v1/cases"), 403, "change_password")


@BY_ASVS
def test_by_asvs_a_password_is_good_for_years(
    client: TestClient, duban: Duban, clock: SimulatedClock
) -> None:
    password = given(duban, LIAISON)
    clock.advance_to(clock() + timedelta(days=1000))
    sign_in(client, password)
    assert me(client).json()["duty"] is None


# Changing


def test_a_changed_password_ends_the_other_sessions_and_this_cookie(
    client: TestClient, duban: Duban
) -> None:
    password = given(duban, LIAISON)
    with TestClient(create_app(duban)) as elsewhere:
        sign_in(elsewhere, password)
        before = sign_in(client, password)
        assert change(client, before.json()["csrf"], GOOD).status_code == 200
        refused(me(elsewhere), 401, "not_signed_in")
    assert me(client).status_code == 200
    assert client.cookies["duban"] != before.cookies["duban"]


def test_earlier_passwords_do_not_come_again(client: TestClient, duban: Duban) -> None:
    csrf = sign_in(client, given(duban, LIAISON)).json()["csrf"]
    for at in range(7):
        csrf = change(client, csrf, f"{GOOD}-{at}").json()["csrf"]
    refused(change(client, csrf, f"{GOOD}-6"), 422, "weak_password")  # the present one
    refused(change(client, csrf, f"{GOOD}-1"), 422, "weak_password")
    assert change(client, csrf, f"{GOOD}-0").status_code == 200  # five others since


@ON_SQLITE
def test_an_old_session_gives_the_present_password_again(
    client: TestClient, duban: Duban, clock: SimulatedClock
) -> None:
    password = given(duban, LIAISON)
    csrf = sign_in(client, password).json()["csrf"]
    clock.advance_to(clock() + timedelta(minutes=10))
    refused(change(client, csrf, GOOD), 403, "confirmation_needed")
    refused(change(client, csrf, GOOD, proof="wrong"), 403, "wrong_confirmation")
    assert change(client, csrf, GOOD, proof=password).status_code == 200
