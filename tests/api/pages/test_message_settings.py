"""消息设置: what somebody chooses is kept, shown, and holds for what is owed from then on."""

from functools import partial

import pytest
from starlette.testclient import TestClient

from api.context import Duban
from tests.api.callers import caller
from tests.api.pages.conftest import Browsers
from tests.api.pages.page import Page

pytestmark = pytest.mark.notify

HERE = "/account/messages"


def settings_on(page: Page) -> dict[str, str]:
    """What the form of the settings shows."""
    return next(form for form in page.forms if form.action == HERE).values


def test_a_choice_is_kept_and_shown(browser: Browsers) -> None:
    liaison = browser("xingyi.liaison")
    assert "消息设置" in liaison.get("/account").text
    page = liaison.get(HERE)
    page = liaison.post_on(
        page, "account/messages", task="sms", told="in_app", begins="9", ends="18"
    )
    assert "设置已保存" in page.text
    chosen = settings_on(page)
    assert (chosen["task"], chosen["reminder"], chosen["told"]) == ("sms", "", "in_app")
    assert (chosen["begins"], chosen["ends"]) == ("9", "18")


@pytest.mark.parametrize(
    "typed", [{"task": "in_app"}, {"reminder": "in_app"}, {"told": "pigeon"}, {"begins": "3"}]
)
def test_what_may_not_be_switched_off_is_refused(browser: Browsers, typed: dict[str, str]) -> None:
    liaison = browser("xingyi.liaison")
    page = liaison.post_on(liaison.get(HERE), "account/messages", **typed)
    assert page.status == 422
    assert "不能这样设置" in page.text or "接收时间应从 8 至 12 点开始" in page.text
    assert settings_on(liaison.get(HERE))["begins"] == "8"


def test_what_was_chosen_beside_it_stands_there_still(browser: Browsers) -> None:
    liaison = browser("xingyi.liaison")
    page = liaison.post_on(
        liaison.get(HERE), "account/messages", task="in_app", reminder="sms", begins="9", ends="18"
    )
    assert page.status == 422
    chosen = settings_on(page)
    assert (chosen["reminder"], chosen["begins"], chosen["ends"]) == ("sms", "9", "18")


def test_what_is_chosen_over_rest_is_read_back(client: TestClient, duban: Duban) -> None:
    liaison = caller(client, duban, "xingyi.liaison")
    assert liaison.get("/preferences").json() == {
        "task": None, "reminder": None, "told": None, "begins": 8, "ends": 20,
    }  # fmt: skip
    wanted = {"task": "sms", "reminder": None, "told": "in_app", "begins": 9, "ends": 17}
    put = partial(client.put, "/api/v1/preferences", headers=liaison.in_person())
    assert put(json=wanted).json() == wanted
    assert liaison.get("/preferences").json() == wanted
    refused = put(json={"reminder": "in_app"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert liaison.get("/preferences").json() == wanted
