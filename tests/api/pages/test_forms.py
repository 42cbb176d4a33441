"""Every form of every page: it carries the token of its session, is refused without it, and acts
once however often it is sent.
"""

import pytest

from api.clock import SimulatedClock
from api.context import Duban
from api.gatekeeping.policy import ROUTES
from tests.api.callers import everything
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Page
from tests.api.pages.stories import SPECIALIST, walk_to
from workflow.store.casework.cases import history_of

pytestmark = [pytest.mark.hostile, pytest.mark.rights]

_AT_THE_DOOR = "/sign-in"
"""Nobody is signed in there yet."""

PAGES = [
    path
    for method, _, path in (route.partition(" ") for route in ROUTES)
    if method == "GET" and "{" not in path and not path.startswith(("/api", _AT_THE_DOOR))
]
ACTS = ("/cases/new", "/events")
"""What acts on cases names its request, so that a double click is one act."""


def pages_of(desk: Browser, *more: str) -> list[Page]:
    """Every page without a parameter that this person may read, and some more."""
    answers = [desk.client.get(path) for path in (*PAGES, *more)]
    html = [one for one in answers if one.headers.get("content-type", "").startswith("text/html")]
    return [Page(one) for one in html if one.status_code == 200]


@pytest.mark.parametrize("who", [SPECIALIST, "xingyi.liaison"])
def test_every_form_carries_its_token_and_is_refused_without(
    browser: Browsers, duban: Duban, clock: SimulatedClock, who: str
) -> None:
    case = walk_to(duban, "rectifying", clock)
    desk = browser(who)
    pages = pages_of(desk, f"/cases/{case}", "/cases/new?workflow=rectification")
    forms = {(form.action, form.values.get("event", "")): form
             for page in pages for form in page.forms
             if form.element.attributes.get("method", "").lower() == "post"}  # fmt: skip
    assert len(pages) > 10
    assert len(forms) >= 4
    before = everything(duban.database)
    for (action, _), form in forms.items():
        assert form.values.get("csrf"), action
        assert form.values.get("request") or not action.endswith(ACTS), action
        bare = {name: value for name, value in form.values.items() if name != "csrf"}
        for forged in (bare, bare | {"csrf": "x" * 43}):
            assert desk.client.post(action, data=forged).status_code == 403, action
    assert everything(duban.database) == before


def test_a_double_click_is_one_act(browser: Browsers, duban: Duban, clock: SimulatedClock) -> None:
    case = walk_to(duban, "rectifying", clock)
    desk = browser("xingyi.liaison")
    form = desk.get(f"/cases/{case}").form("report_progress")
    typed = form.values | {"fact.progress": "灯已换好一半", "fact.percent": "50"}
    with duban.database.reading() as connection:
        rows = len(history_of(connection, case))
    first, second = (desk.client.post(form.action, data=typed) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    with duban.database.reading() as connection:
        assert len(history_of(connection, case)) == rows + 1
