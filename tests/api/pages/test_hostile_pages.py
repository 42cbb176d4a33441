"""What people type, and what addresses say, can neither act nor break a page."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import everything
from tests.api.pages.conftest import Browsers
from tests.api.pages.page import Page, faults_of
from tests.api.pages.stories import SPECIALIST, open_case, walk_to

pytestmark = pytest.mark.hostile

NASTY = "<script>alert(1)</script> \"' onload=alert(1) {{ 7*7 }} <img src=x onerror=alert(1)>"
HIDDEN = "甲<b>乙</b>‮丙"


@pytest.mark.rights
@pytest.mark.parametrize("token", [None, "", "x" * 43])
def test_a_form_without_the_token_of_the_session_is_refused(
    token: str | None, browser: Browsers, duban: Duban
) -> None:
    case = open_case(duban)
    desk = browser(SPECIALIST)
    before = everything(duban.database)
    for path, values in (
        (f"/cases/{case}/events", {"event": "dispatch", "request": "one"}),
        ("/cases/new", {"workflow": "rectification", "request": "two"}),
        ("/sign-out", {}),
    ):
        sent = values | ({"csrf": token} if token is not None else {})
        page = Page(desk.client.post(path, data=sent))
        assert page.status == 403
        assert faults_of(page) == []
    assert everything(duban.database) == before


@pytest.mark.rights
def test_a_case_out_of_scope_is_absent(browser: Browsers, duban: Duban) -> None:
    case = open_case(duban, unit="522301")
    stranger = browser("wangmo.head")
    for path in (f"/cases/{case}", f"/cases/{case}/diagram.svg"):
        page = stranger.get(path, status=404)
        assert "没有这件事项，或不在你的范围内" in page.text
    token = stranger.get("/").root.one("input", name="csrf").attributes["value"]
    values = {"csrf": token, "event": "dispatch", "request": "three"}
    assert stranger.post(f"/cases/{case}/events", values).status == 404
    assert "还没有事项" in stranger.get("/ledgers/rectification/problem").text
    absent = stranger.get(f"/cases/{case + 1000}", status=404)
    assert without_number(absent.text) == without_number(page.text)


def without_number(text: str) -> str:
    """What a page says but for the number of the request, which is another each time."""
    return re.sub(r"编号 [0-9a-f]+", "", text)


def test_what_people_write_is_shown_and_never_obeyed(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "rectifying", clock, description=NASTY, place=HIDDEN)
    liaison = browser("xingyi.liaison")
    form = liaison.get(f"/cases/{case}", chinese=False).form("report_progress")
    typed = form.values | {"fact.progress": NASTY, "fact.percent": '"><script>'}
    refused = Page(liaison.client.post(form.action, data=typed))
    assert refused.form("report_progress").values["fact.percent"] == '"><script>'
    assert refused.form("report_progress").values["fact.progress"] == NASTY
    typed["fact.percent"] = "50"
    assert liaison.client.post(form.action, data=typed).status_code == 303
    for path in ("/", f"/cases/{case}", "/ledgers/rectification/problem", "/messages"):
        shown = liaison.get(path, chinese=False)
        assert not list(shown.root.all("script"))
        assert not list(shown.root.all("b"))
        assert all("onerror" not in one.attributes for one in shown.root.all("img"))
        assert "<script>alert(1)</script>" in shown.text
        assert "{{ 7*7 }}" in shown.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/?after=x", 422),
        ("/?after=2026-01-01~1", 422),
        ("/?after=2026-01-01T00:00:00%2B00:00~99999999999999999999", 422),
        ("/?after=" + "9" * 5000, 422),
        ("/cases/0", 404),
        ("/cases/x", 404),
        ("/cases/99999999999999999999", 404),
        ("/cases/1/diagram.svg", 404),
        ("/cases/new?workflow=nothing", 404),
        ("/cases/new?workflow=" + "x" * 500, 404),
        ("/workflows/nothing", 404),
        ("/workflows/nothing/diagram.svg", 404),
        ("/ledgers/nothing/problem", 404),
        ("/ledgers/rectification/nothing", 404),
        ("/ledgers/circulation/reconciliation", 404),
        ("/ledgers/rectification/problem?state=nothing&opened=nothing", 200),
        ("/ledgers/rectification/problem?unit=%00%FF%25_", 200),
        ("/ledgers/rectification/problem?unit=" + quote("甲" * 900), 200),
        ("/ledgers/rectification/problem?pick=nothing", 200),
        ("/messages?before=x", 422),
        ("/messages?before=99999999999999999999", 422),
        ("/mailbox?way=nothing&to=%00%25", 200),
        ("/mailbox/7/mail", 404),
        ("/nowhere", 404),
        ("/cases/1/events", 405),
    ],
)
def test_a_strange_address_gets_one_sentence(path: str, status: int, browser: Browsers) -> None:
    answer = browser(SPECIALIST).client.get(path)
    assert answer.status_code == status, answer.text[:500]
    page = Page(answer)
    assert not [fault for fault in faults_of(page) if not fault.startswith("English")]
    assert page.text


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"event": "nothing"},
        {"event": "dispatch", "request": ""},
        {"event": "dispatch", "request": "r" * 500},
        {"event": "dispatch", "request": "one", "fact.due": "2026-02-30"},
        {"event": "dispatch", "request": "two", "fact.dispatch_number": "甲" * 5000},
        {"event": "dispatch", "request": "three", "fact.goal": "不归你写"},
        {"event": "dispatch", "request": "four", "fact.measures.0.measure": "不归你写"},
        {"event": "hand_over", "request": "five", "person": "99999999999999999999"},
        {"event": "hand_over", "request": "six", "person": "²"},
        {"event": "rung", "request": "seven"},
        {"event": "recalculate", "request": "eight"},
        {"event": "accept", "request": "nine", "unit": "<b>"},
        {"event": "dispatch\x00", "request": "ten\x00"},
    ],
)
def test_a_strange_form_gets_the_page_again_and_changes_nothing(
    values: dict[str, str], browser: Browsers, duban: Duban
) -> None:
    case = open_case(duban)
    desk = browser(SPECIALIST)
    token = desk.get("/").root.one("input", name="csrf").attributes["value"]
    before = everything(duban.database)
    page = desk.post(f"/cases/{case}/events", values | {"csrf": token})
    assert 400 <= page.status < 500
    assert list(page.main.all(class_="refused"))
    assert everything(duban.database) == before


def test_somebody_who_is_too_late_reads_why(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "plan_review", clock)
    form = browser(SPECIALIST).get(f"/cases/{case}").form("approve_plan")
    clock.advance_to(clock() + timedelta(minutes=5))
    browser("zhou-dc.specialist2").do(case, "approve_plan")
    page = browser(SPECIALIST).post(form.action, form.values)
    assert page.status == 409
    assert "现处于“整改中”" in page.main.one(class_="banner").text
