"""Every form acts once: it carries an id of its own, and sent twice it has one effect."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from fastapi.routing import APIRoute
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api import pages
from api.app import create_app
from api.context import Duban
from api.gatekeeping.policy import ROUTES, Who
from tests.apart import run_apart
from tests.api.callers import session_headers
from tests.api.pages.conftest import Browsers
from tests.api.pages.page import Form, Page
from tests.api.sheets import HEADER, ROW, xlsx
from workflow.store.people.accounts import person_by_username
from workflow.store.people.forgetting import forget_old
from workflow.store.tables.handles import SENT_FORM, SUGGESTION

LIAISON = "xingyi.liaison"
WORDS = {"kind": "suggestion", "text": "同一份材料不要报两次"}


def suggestions_in(duban: Duban) -> int:
    with duban.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(SUGGESTION)).scalar_one())


def box(browser: Browsers) -> Form:
    return browser(LIAISON).get("/suggestions").forms[0]


def test_sent_again_a_form_has_no_second_effect_and_the_first_answer(
    browser: Browsers, duban: Duban
) -> None:
    form, client = box(browser), browser(LIAISON).client
    answers = [client.post(form.action, data=form.values | WORDS) for _ in range(3)]
    assert suggestions_in(duban) == 1
    assert {(one.status_code, one.headers["location"]) for one in answers} == {
        (303, answers[0].headers["location"])
    }


def test_shown_anew_it_is_another_form(browser: Browsers, duban: Duban) -> None:
    for _ in range(2):
        form = box(browser)
        browser(LIAISON).post(form.action, form.values | WORDS)
    assert suggestions_in(duban) == 2


def test_what_was_refused_may_be_sent_again(browser: Browsers, duban: Duban) -> None:
    form, client = box(browser), browser(LIAISON).client
    wrong = client.post(form.action, data=form.values | WORDS | {"text": "短", "signed": "no"})
    right = client.post(form.action, data=form.values | WORDS)
    assert (wrong.status_code, right.status_code) == (422, 303)
    assert Page(wrong).forms[0].values["signed"] == "no", "nobody is made to sign unawares"
    assert suggestions_in(duban) == 1


def test_who_goes_back_and_corrects_it_sends_another_form(browser: Browsers, duban: Duban) -> None:
    form, client = box(browser), browser(LIAISON).client
    client.post(form.action, data=form.values | WORDS)
    corrected = form.values | WORDS | {"text": "同一份材料一周不要报两次"}
    answers = [client.post(form.action, data=corrected) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert suggestions_in(duban) == 2


def test_another_file_is_another_form(browser: Browsers, duban: Duban) -> None:
    """Whoever picked the wrong one is not shown what became of that."""
    reader = browser("zhou-dc.specialist1")
    form = reader.get("/cases/import?workflow=rectification").forms[0]
    files = [xlsx(HEADER, *[ROW] * rows) for rows in (1, 2)]
    first, second = (
        reader.client.post(form.action, data=form.values, files={"file": ("a.xlsx", content)})
        for content in files
    )
    assert (first.status_code, second.status_code) == (200, 200)
    assert "1 行都可以导入" in first.text
    assert "2 行都可以导入" in second.text


def test_no_page_reads_its_form_a_second_time() -> None:
    """What is read at the door is not there any more behind it: who declares a form waits for it
    for ever.
    """
    behind_the_door = [
        f"POST {route.path}"
        for route in pages.router.routes
        if isinstance(route, APIRoute) and route.body_field is not None
    ]
    assert [one for one in behind_the_door if Who.ANYBODY not in ROUTES[one].who] == []
    assert behind_the_door, "signing in reads its own"


def test_another_process_says_that_it_was_sent(browser: Browsers, duban: Duban) -> None:
    form, client = box(browser), browser(LIAISON).client
    client.post(form.action, data=form.values | WORDS)
    with TestClient(create_app(duban), cookies=dict(client.cookies)) as other:
        again = other.post(form.action, data=form.values | WORDS, follow_redirects=False)
    assert again.status_code == 409
    assert "已经提交过" in again.text
    assert suggestions_in(duban) == 1


def test_anybody_elses_id_is_not_mine(browser: Browsers, duban: Duban) -> None:
    form, other = box(browser), browser("zhou-dc.specialist1")
    theirs = other.get("/suggestions").forms[0].values | {"request": form.values["request"]}
    assert other.client.post(form.action, data=theirs | WORDS).status_code == 303
    assert browser(LIAISON).client.post(form.action, data=form.values | WORDS).status_code == 303
    assert suggestions_in(duban) == 2


def at_once(duban: Duban, path: str, form: Mapping[str, str], times: int) -> list[Response]:
    """The same form sent so many times at the same moment."""

    async def send() -> list[Response]:
        with duban.database.reading() as connection:
            person = person_by_username(connection, LIAISON)
        headers = session_headers(duban, person)
        transport = ASGITransport(app=create_app(duban))
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            sent = (client.post(path, data=form, headers=headers) for _ in range(times))
            return list(await asyncio.gather(*sent))

    return run_apart(send())


def test_eight_clicks_at_once_have_one_effect_and_one_answer(duban: Duban) -> None:
    answers = at_once(duban, "/suggestions", WORDS | {"request": "clicked"}, 8)
    assert suggestions_in(duban) == 1
    assert {one.status_code for one in answers} == {303}


def test_a_secret_that_is_shown_once_is_not_lost_to_a_double_click(duban: Duban) -> None:
    first, second = at_once(duban, "/account/calendar", {"request": "clicked"}, 2)
    assert (first.status_code, first.content) == (200, second.content)


_TEMPLATES = Path(__file__).parents[3] / "api/pages/templates"
_FORM = re.compile(r"<form[^>]* method=\"post\".*?</form>", re.DOTALL)


def test_no_template_has_a_form_without_its_marks() -> None:
    """Also of those that a lived-in installation does not happen to show."""
    forms = {
        (file.name, form): "{{ marks(" in form or "{{ hidden(" in form
        for file in _TEMPLATES.glob("*.html")
        for form in _FORM.findall(file.read_text(encoding="utf-8"))
    }
    bare = {name for (name, _), marked in forms.items() if not marked}
    assert len(forms) > 50
    assert bare == {"sign_in.html", "sign_in_code.html"}  # nobody is signed in there


def test_sent_forms_are_forgotten(duban: Duban) -> None:
    at_once(duban, "/suggestions", WORDS | {"request": "clicked"}, 1)
    with duban.database.unit_of_work() as connection:
        forget_old(connection, duban.settings.sign_in, duban.clock() + timedelta(days=8))
        assert connection.execute(select(SENT_FORM)).all() == []
