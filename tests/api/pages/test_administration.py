"""管理: the security administrator appoints, dismisses, disables, ends sessions and resets."""

import json
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from api.context import Duban
from tests.api.callers import API, session_headers
from tests.api.doors import token_of
from tests.api.pages.conftest import Browser, Browsers
from tests.api.test_second_factor import Phone
from workflow.store.offices.administrators import begin_with
from workflow.store.people.accounts import account_of, make_account, person_by_username
from workflow.store.tables.handles import AUDIT

pytestmark = pytest.mark.rights

LIAISON = "xingyi.liaison"


@pytest.fixture
def security(app: FastAPI, duban: Duban) -> Iterator[Browser]:
    """The first administrator, signed in with a second factor, beside two people without posts."""
    with duban.database.unit_of_work() as connection:
        for username, name in (("anquan", "安明"), ("xitong", "席通"), ("shenji", "沈季")):
            make_account(connection, username, name)
        person = person_by_username(connection, "anquan")
        begin_with(connection, person, duban.clock())
    with TestClient(app, follow_redirects=False) as client:
        name, _, token = session_headers(duban, person)["Cookie"].partition("=")
        client.cookies.set(name, token)
        yield Browser(client, "anquan")


def account(duban: Duban, username: str) -> str:
    """Where an account is changed."""
    with duban.database.reading() as connection:
        return f"/administration/accounts/{person_by_username(connection, username)}"


def csrf(browser: Browser, path: str) -> str:
    """The token of the forms of a page."""
    forms = browser.get(path).forms
    return next(form.values["csrf"] for form in forms if "csrf" in form.values)


def test_an_administrator_begins_at_the_administration(security: Browser) -> None:
    assert security.client.get("/").headers["location"] == "/administration"
    page = security.get("/administration")
    assert "你是安全管理员" in page.text
    assert "首次启动" in page.text


def test_who_is_still_to_be_appointed_is_said_until_it_is_done(security: Browser) -> None:
    here = "/administration"
    begun = security.get(here)
    assert "接下来" in begun.text
    assert "任命系统管理员" in begun.main.one("ol").text
    for username, role in (("xitong", "system"), ("shenji", "audit")):
        page = security.post_form(here, "administrators", username=username, role=role)
    assert "接下来" not in page.text


def test_whoever_has_no_account_yet_is_appointed_with_a_new_one(
    security: Browser, duban: Duban
) -> None:
    """Before there is a system administrator nobody else could make one."""
    form = {"csrf": csrf(security, "/administration"), "username": "0001", "role": "system"}
    path = "/administration/administrators"
    assert security.post(path, form).status == 404
    page = security.post(path, {**form, "name": "来新"})
    assert "来新 （0001） 系统管理员" in page.text
    twice = security.post(path, {**form, "name": "来新"})
    assert (twice.status, "已有人使用" in twice.text) == (422, True)
    with duban.database.reading() as connection:
        kinds = list(connection.execute(select(AUDIT.c.kind)).scalars())
    assert kinds.count("person") == 1


def test_security_appoints_and_dismisses(security: Browser, duban: Duban) -> None:
    form = {"csrf": csrf(security, "/administration")}
    path = "/administration/administrators"
    page = security.post(path, {**form, "username": "shenji", "role": "audit"})
    assert "沈季 （shenji） 审计管理员" in page.text
    page = security.post(path, {**form, "username": LIAISON, "role": "audit"})
    assert (page.status, "请先免去任职" in page.text) == (409, True)
    assert page.forms[-1].values["role"] == "audit", "who types the name again appoints the same"
    dismissal = account(duban, "shenji").replace("accounts", "administrators") + "/dismiss"
    assert "安明免去" in security.post(dismissal, form).text
    own = account(duban, "anquan").replace("accounts", "administrators") + "/dismiss"
    assert security.post(own, form).status == 409
    with duban.database.reading() as connection:
        acts = connection.execute(select(AUDIT.c.data).where(AUDIT.c.kind == "right")).scalars()
        assert sum("dismissed" in act for act in acts) == 1


def test_a_disabled_account_is_out_with_the_next_request(
    security: Browser, browser: Browsers, duban: Duban
) -> None:
    liaison, here = browser(LIAISON), account(duban, LIAISON)
    assert liaison.client.get("/").status_code == 200
    form = {"csrf": csrf(security, f"/administration/accounts?find={LIAISON}")}
    assert "已停用" in security.post(here, {**form, "act": "disable"}).text
    assert liaison.client.get("/").status_code == 303
    assert "账号已启用" in security.post(here, {**form, "act": "enable"}).text
    page = security.post(here, {**form, "act": "reset_password"})
    assert re.search(r"一次性口令.*： \w{4}-", page.text)
    assert security.post(account(duban, "anquan"), {**form, "act": "disable"}).status == 422


def test_a_password_that_somebody_else_has_seen_stands_in_the_log(
    security: Browser, app: FastAPI, duban: Duban
) -> None:
    """And whatever let programs in before is worth nothing."""
    headers = {"Authorization": f"Bearer {token_of(duban, LIAISON)}"}
    outside = TestClient(app)
    assert outside.get(f"{API}/me", headers=headers).status_code == 200
    form = {"csrf": csrf(security, f"/administration/accounts?find={LIAISON}")}
    security.post(account(duban, LIAISON), {**form, "act": "reset_password"})
    assert outside.get(f"{API}/me", headers=headers).status_code == 401
    assert {"act": "password-given", "one_time": True} in acts(duban)


def test_who_has_lost_phone_and_recovery_codes_is_let_in_by_the_security_administrator(
    security: Browser, duban: Duban
) -> None:
    Phone(duban, LIAISON)
    here = account(duban, LIAISON)
    form = {"csrf": csrf(security, f"/administration/accounts?find={LIAISON}")}
    done = security.post(here, {**form, "act": "take_off_factor"})
    assert "二次验证已停用" in done.text
    with duban.database.reading() as connection:
        found = account_of(connection, LIAISON)
    assert found is not None
    assert not found.second_factor
    assert {"act": "second-factor-off"} in acts(duban)
    again = security.post(here, {**form, "act": "take_off_factor"})
    assert (again.status, "没有启用二次验证" in again.text) == (422, True)


def acts(duban: Duban) -> list[dict[str, object]]:
    """What was done about rights."""
    query = select(AUDIT.c.data).where(AUDIT.c.kind == "right")
    with duban.database.reading() as connection:
        return [json.loads(data) for data in connection.execute(query).scalars()]
