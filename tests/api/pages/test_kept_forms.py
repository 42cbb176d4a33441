"""Whoever types for longer than a session lasts signs in again and sends what was typed."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from api.auth.kept_form import MOST_KEPT, KeptForm
from api.clock import SimulatedClock
from api.context import Duban
from api.gatekeeping.limits import LARGEST_BODY
from tests.api.files import picture
from tests.api.pages.conftest import PASSWORD, Browser, Browsers
from tests.api.pages.page import Form, Page, faults_of
from tests.api.pages.stories import walk_to

OURS = {"Origin": "http://testserver"}
LIAISON = "xingyi.liaison"
TYPED = {"fact.progress": "换了十二盏灯，\n还有三盏等零件"}


@pytest.fixture
def desk(browser: Browsers) -> Browser:
    """The liaison's."""
    return browser(LIAISON)


@pytest.fixture
def report(desk: Browser, duban: Duban, clock: SimulatedClock) -> Form:
    """The form of a progress report that stood open for longer than the session lasted."""
    case = walk_to(duban, "rectifying", clock)
    form = desk.get(f"/cases/{case}").form("report_progress")
    clock.advance_to(clock() + timedelta(minutes=40))
    return form


def sent(client: TestClient, form: Form, **more: object) -> Page:
    """What the form is answered with."""
    page = Page(client.post(form.action, data=form.values | TYPED, headers=OURS, **more))  # type: ignore[arg-type]
    assert faults_of(page) == []
    return page


def signed_in(client: TestClient, page: Page, password: str = PASSWORD) -> Page:
    """The answer to the sign-in form of a page."""
    (form,) = page.forms
    given = form.values | {"username": LIAISON, "password": password}
    found = Page(client.post(form.action, data=given, headers=OURS))
    assert faults_of(found) == []
    return found


def test_what_was_typed_is_sent_after_signing_in_again(desk: Browser, report: Form) -> None:
    asked = sent(desk.client, report)
    assert asked.status == 401
    assert "刚才的内容还没有提交，也没有丢" in asked.text
    wrong = signed_in(desk.client, asked, password="x")
    assert wrong.status == 401
    resumed = signed_in(desk.client, wrong)
    assert "刚才填写的内容还没有提交" in resumed.text
    (form,) = resumed.forms
    done = desk.post(form.action, form.values)
    assert "已办理：" in done.text
    assert "换了十二盏灯" in done.text


def test_who_has_signed_in_in_another_window_sends_it_from_there(
    desk: Browser, report: Form
) -> None:
    desk.sign_in()
    resumed = sent(desk.client, report)
    assert resumed.status == 403
    form = next(one for one in resumed.forms if one.action == report.action)
    assert "换了十二盏灯" in desk.post(form.action, form.values).text


def test_the_longest_that_is_kept_may_be_sent_again() -> None:
    """Packed, it is a field of the form by which one signs in."""
    kept = KeptForm("/cases/1", (("fact.progress", "灯" * MOST_KEPT),))
    assert len(urlencode({"kept": kept.packed()})) < LARGEST_BODY
    assert KeptForm.unpacked(kept.packed()) == kept


def test_files_have_to_be_chosen_again_and_nothing_is_done_without_them(
    desk: Browser, report: Form
) -> None:
    photo = {"fact.photos_after": ("路灯.jpg", picture(), "image/jpeg")}
    resumed = signed_in(desk.client, sent(desk.client, report, files=photo))
    assert "选过的照片和文件没有保留" in resumed.text
    (form,) = resumed.forms
    page = desk.post(form.action, form.values)
    assert page.status == 422
    shown = page.form("report_progress")
    assert "登录过期时选的文件没有保留，请重新选择" in shown.element.text
    assert shown.values["fact.progress"].splitlines() == TYPED["fact.progress"].splitlines()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {**OURS, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_what_no_page_of_ours_sent_is_not_kept(
    headers: dict[str, str], desk: Browser, report: Form
) -> None:
    answer = desk.client.post(report.action, data=report.values | TYPED, headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/")


def test_no_secret_is_kept(desk: Browser, clock: SimulatedClock) -> None:
    (form,) = desk.get("/account/password").forms
    clock.advance_to(clock() + timedelta(minutes=40))
    given = form.values | {"new": "Songshu-shang7", "repeated": "Songshu-shang7"}
    assert desk.client.post(form.action, data=given, headers=OURS).status_code == 303


@pytest.mark.parametrize(
    "kept", ["x", "W10=", "WyIvL2V2aWwuZXhhbXBsZSIsIFtdXQ==", "WyIvIiwgWzFdXQ=="]
)
def test_what_was_never_packed_is_taken_for_nothing(kept: str, desk: Browser) -> None:
    given = {"username": LIAISON, "password": PASSWORD, "kept": kept}
    assert desk.client.post("/sign-in", data=given).status_code == 303
