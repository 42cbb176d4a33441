"""Photos that are too much together cost nobody what was typed beside them."""

import pytest
from sqlalchemy import func, select

from api.auth import posted
from api.clock import SimulatedClock
from api.context import Duban
from tests.api.files import picture
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Page, faults_of
from tests.api.pages.stories import SPECIALIST, walk_to
from workflow.store.tables.handles import ATTACHMENT

LIAISON, TYPED = "xingyi.liaison", "管护人员已经到位，上一任答应的路灯也修好了"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that three small pictures pass."""
    monkeypatch.setattr(posted, "MOST_TAKEN", 2 * len(picture()))


def send(desk: Browser, page: Page, event: str, field: str, photos: int) -> Page:
    """Fill a form with a text and pictures, and send it."""
    form = page.form(event) if event else page.forms[-1]
    files = {f"fact.{name}" for name in ("photos_before", "photos_after", "evidence")}
    values = {name: value for name, value in form.values.items() if name not in files}
    values[f"fact.{field.partition('/')[0]}"] = TYPED
    sent = [(f"fact.{field.partition('/')[2]}", (f"{n}.jpg", picture())) for n in range(photos)]
    page = Page(desk.client.post(form.action, data=values, files=sent))
    assert page.status == 303 or faults_of(page) == []
    return page


def kept(duban: Duban) -> int:
    """How many files were taken."""
    with duban.database.reading() as connection:
        query = select(func.count()).select_from(ATTACHMENT)
        return int(connection.execute(query).scalar_one())


def test_the_form_of_a_case_comes_back_with_the_text(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case, desk = walk_to(duban, "rectifying", clock), browser(LIAISON)
    given = ("report_progress", "progress/photos_after")
    page = send(desk, desk.get(f"/cases/{case}"), *given, 3)
    assert page.status == 422
    assert TYPED in page.text
    assert "都没有接收；请少选几个" in page.text
    assert kept(duban) == 0
    assert send(desk, page, *given, 2).status == 303, "with fewer it goes through as it stands"
    assert kept(duban) == 2


def test_the_form_of_a_new_case_comes_back_with_the_text(browser: Browsers, duban: Duban) -> None:
    desk = browser(SPECIALIST)
    page = desk.get("/cases/new?workflow=rectification")
    page = send(desk, page, "", "description/photos_before", 3)
    assert page.status == 422
    assert TYPED in page.text
    assert "都没有接收；请少选几个" in page.text
    assert kept(duban) == 0


def test_a_forged_form_is_refused_and_its_files_are_not_kept(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case, desk = walk_to(duban, "rectifying", clock), browser(LIAISON)
    page = desk.get(f"/cases/{case}")
    sent = [("fact.photos_after", ("a.jpg", picture()))]
    forged = {**page.form("report_progress").values, "csrf": "no", "fact.progress": TYPED}
    answer = desk.client.post(f"/cases/{case}/events", data=forged, files=sent)
    assert answer.status_code == 403
    assert kept(duban) == 0
