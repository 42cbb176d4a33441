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
