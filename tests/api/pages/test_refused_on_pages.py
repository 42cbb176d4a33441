"""A page that says what was refused is a refusal like any other to whoever counts them."""

from api.context import Duban
from tests.api.pages.conftest import Browsers

SPECIALIST = "zhou-dc.specialist1"


def counted(duban: Duban) -> dict[str, float]:
    """How often what was refused, by code."""
    read = duban.database.meters.read().items()
    return {dict(labels)["code"]: times for (name, labels), times in read if name == "refusals"}


def test_what_a_page_refuses_is_counted_by_its_code(browser: Browsers, duban: Duban) -> None:
    someone = browser(SPECIALIST)
    form = someone.get("/cases/new?workflow=rectification").forms[0]
    assert counted(duban) == {}
    assert someone.post(form.action, form.values).status == 422
    assert counted(duban) == {"invalid_input": 1}

    typed = {"username": SPECIALIST, "password": "not it"}
    assert someone.client.post("/sign-in", data=typed).status_code == 401
    assert counted(duban) == {"invalid_input": 1, "wrong_password": 1}

    views = "/ledgers/rectification/problem/views"
    assert someone.post(views, form.values | {"title": ""}).status == 422
    assert counted(duban) == {"invalid_input": 2, "wrong_password": 1}


def test_all_that_is_wrong_with_a_new_case_is_told_at_once(browser: Browsers) -> None:
    someone = browser(SPECIALIST)
    form = someone.get("/cases/new?workflow=rectification").forms[0]
    typed = {"party.responsible": "天上人间", "fact.source": "督查", "fact.description": "坏了"}
    page = someone.post(form.action, form.values | typed)
    assert page.status == 422
    assert [one.text for one in page.main.all(class_="problem")] == [
        "没有找到名为“天上人间”的单位，请核对名称或编码",
        "请填写“发现日期”",
        "应为 5 至 1000 个字，现为 2 个",
        "请填写“问题等级”",
        "请填写“整改类型”",
        "请填写“整改时限”",
    ]
    assert "有几处需要改正" in page.main.one(class_="banner").text
