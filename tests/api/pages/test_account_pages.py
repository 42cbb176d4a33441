"""The account's pages, and a signature confirmed in the form it stands in; no script anywhere."""

import re
from datetime import timedelta

import pyotp
import pytest

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.doors import given
from tests.api.pages.conftest import PASSWORD, Browser, Browsers, give_password
from tests.api.pages.page import Page
from tests.api.pages.stories import walk_to

pytestmark = pytest.mark.rights

HEAD = "zhou-zx.head"


def test_a_signature_is_confirmed_in_its_own_form_and_nothing_typed_is_lost(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "first_review", clock)
    desk = browser(HEAD)
    desk.sign_in()
    form = desk.get(f"/cases/{case}").form("sign_first")
    assert "proof" not in form.values, "the session is fresh"
    clock.advance_to(clock() + timedelta(minutes=11))
    page = desk.post(form.action, form.values | {"fact.opinion": "整改到位"})
    assert page.status == 403
    form = page.form("sign_first")
    assert "再次确认是你本人" in form.element.text
    assert form.values["fact.opinion"] == "整改到位"
    page = desk.post(form.action, form.values | {"proof": "wrong"})
    form = page.form("sign_first")
    assert "口令不对" in form.element.text
    assert form.values["fact.opinion"] == "整改到位"
    assert form.values["proof"] == ""
    page = desk.post(form.action, form.values | {"proof": PASSWORD})
    assert page.status == 200
    assert "一次销号 州乡村振兴指挥部 陈光贵" in page.text


def test_a_one_time_password_is_changed_before_anything_else(
    browser: Browsers, duban: Duban
) -> None:
    desk = browser("xingyi.head")
    once = given(duban, "xingyi.head", one_time=True)
    typed = {"username": "xingyi.head", "password": once}
    assert desk.client.post("/sign-in", data=typed).status_code == 303
    assert desk.client.get("/ledgers").headers["location"] == "/account/password"
    asked = desk.get("/account/password")
    assert not list(asked.main.all("a")), "there is nowhere else to go"
    form = asked.forms[0]
    weak = desk.post(form.action, form.values | {"new": "abc", "repeated": "abc"})
    assert "至少 8 个字符" in weak.main.one(class_="banner").text
    new = {"new": "Songshu-shang7", "repeated": "Songshu-shang8"}
    assert "不一样" in desk.post(form.action, form.values | new).text
    new["repeated"] = new["new"]
    assert "口令已更换" in desk.post(form.action, form.values | new).text


def test_a_second_factor_is_set_up_and_asked_for_and_given_up(
    browser: Browsers, clock: SimulatedClock
) -> None:
    desk = browser("xingyi.liaison")
    assert desk.get("/account/second-factor").main.one("a").attributes["href"] == "/account"
    page = desk.post_form("/account/second-factor", "begin")
    secret = page.main.one("code").text
    assert page.main.one("img", class_="qr").attributes["src"].startswith("data:image/svg+xml")
    wrong = desk.post_on(page, "finish", code="000000")
    assert wrong.main.one("code").text == secret, "still being set up"
    done = desk.post_on(wrong, "finish", code=pyotp.TOTP(secret).at(clock()))
    assert len(list(done.main.all("li"))) == 8
    assert secret not in desk.get("/account/second-factor").response.text
    clock.advance_to(clock() + timedelta(minutes=45))
    typed = {"username": "xingyi.liaison", "password": PASSWORD, "next": "/account"}
    step = Page(desk.client.post("/sign-in", data=typed)).forms[0]
    code = {"code": pyotp.TOTP(secret).at(clock())}
    answer = desk.client.post(step.action, data=step.values | code)
    assert answer.headers["location"] == "/account"
    assert "二次验证已启用" in desk.get("/account").text
    assert "二次验证已停用" in desk.post_form("/account/second-factor", "remove").text


def test_sessions_are_listed_and_the_others_ended(browser: Browsers, duban: Duban) -> None:
    desk = browser("xingyi.liaison")
    desk.client.cookies.clear()
    desk.sign_in()
    page = desk.get("/account")
    assert page.text.count("本次登录") == 1
    assert "其他地方的登录都已退出" in desk.post_on(page, "sessions/end").text
    assert not any(form.action.endswith("/end") for form in desk.get("/account").forms)


def test_a_token_is_shown_once_listed_and_made_worthless(browser: Browsers) -> None:
    desk = browser("xingyi.liaison")
    page = desk.post_form("/account", "tokens", name="报表", days="30")
    assert re.search(r"duban_[\w-]{43}", page.text)
    page = desk.get("/account")
    assert "duban_" not in page.text
    assert "报表 只能查看" in page.text
    assert "令牌已作废" in desk.post_on(page, "tokens/delete").text
    assert "报表" not in desk.get("/account").text


@pytest.mark.parametrize("days", ["0", "", "367", "x", "99999", "00019999", "1" * 5000])
def test_a_token_without_an_end_is_refused(browser: Browsers, days: str) -> None:
    given = {"name": "报表", "scope": "write", "days": days}
    page = browser("xingyi.liaison").post_form("/account", "tokens", **given)
    assert page.status == 422
    assert "有效期应为 1 至 366 天" in page.text
    form = next(one for one in page.forms if one.action.endswith("/tokens"))
    assert given.items() <= form.values.items(), "nobody types it twice"


def test_whoever_may_have_no_token_is_offered_none(system: Browser) -> None:
    page = system.get("/account")
    assert "有任职岗位的人才能生成令牌" in page.text
    assert not [form for form in page.forms if form.action.endswith("/tokens")]


def test_nobody_with_an_outworn_password_reads_on(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    desk = browser("xingyi.liaison")
    clock.advance_to(clock() + timedelta(days=90))
    desk.sign_in()
    assert desk.client.get("/").headers["location"] == "/account/password"
    give_password(duban, "xingyi.liaison")
    desk.sign_in()
    assert desk.client.get("/").status_code == 200
