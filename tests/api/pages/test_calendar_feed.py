"""A calendar at a secret address: a real parser reads it, nothing personal is in it."""

import re
from datetime import date, datetime, timedelta

import icalendar
import pytest
from starlette.testclient import TestClient

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import caller
from tests.api.pages.conftest import Browser, Browsers
from workflow.store.tables.handles import PERSON

HERE = "/account/messages"


def address(browser: Browser) -> str:
    """The path of a new calendar, as the page shows it once."""
    page = browser.post_on(browser.get(HERE), "account/calendar")
    found = re.search(r"(/calendar/[\w-]{32}\.ics)", page.text)
    assert found is not None, page.text
    assert found[1] not in browser.get(HERE).text
    return found[1]


@pytest.fixture
def assigned(client: TestClient, duban: Duban) -> str:
    """The number of a case that is 兴义市's to accept."""
    opened = caller(client, duban, "zhou-dc.specialist1").open()
    case = opened.json()["case"]
    caller(client, duban, "zhou-dc.specialist1").fire(case, "dispatch")
    return str(opened.json()["number"])


def events(client: TestClient, path: str) -> list[icalendar.Component]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert (calendar["version"], calendar["x-wr-calname"]) == ("2.0", "督办期限")
    return list(calendar.walk("VEVENT"))


def test_a_calendar_program_finds_the_deadline_and_its_alarms(
    browser: Browsers, client: TestClient, assigned: str
) -> None:
    [event] = events(client, address(browser("xingyi.liaison")))
    assert event["summary"] == f"{assigned} 待签收到期"
    assert event.decoded("dtstart") == date(2026, 3, 3)  # one working day after 2 March
    alarms = [alarm.decoded("trigger") for alarm in event.walk("VALARM")]
    assert alarms == [timedelta(hours=-15), timedelta(hours=9)]
    assert event.decoded("dtstamp") > datetime.fromisoformat("2026-03-02T00:00+08:00")


def test_nothing_of_what_the_case_is_about_stands_in_it(
    browser: Browsers, client: TestClient, assigned: str
) -> None:
    del assigned
    body = client.get(address(browser("xingyi.liaison"))).text.replace("\r\n ", "")
    for word in ("路灯", "兴义", "10000000", "@duban.example", "王"):
        assert word not in body
    assert "详情登录后查看" in body


def test_an_address_is_worthless_once_it_is_changed_or_revoked_or_its_owner_disabled(
    browser: Browsers, client: TestClient, duban: Duban, assigned: str
) -> None:
    del assigned
    liaison = browser("xingyi.liaison")
    first, second = address(liaison), address(liaison)
    assert [client.get(path).status_code for path in (first, second)] == [404, 200]
    assert "已作废" in liaison.post_on(liaison.get(HERE), "calendar/revoke").text
    assert client.get(second).status_code == 404
    third = address(liaison)
    disabled = PERSON.update().where(PERSON.c.username == "xingyi.liaison")
    with duban.database.unit_of_work() as connection:
        connection.execute(disabled.values(disabled_at=duban.clock()))
    assert client.get(third).status_code == 404


def test_what_is_done_leaves_the_calendar(
    browser: Browsers, client: TestClient, duban: Duban, assigned: str, clock: SimulatedClock
) -> None:
    del assigned, clock
    path = address(browser("xingyi.liaison"))
    [event] = events(client, path)
    case = int(str(event["uid"]).removeprefix("case-").removesuffix("@duban"))
    caller(client, duban, "xingyi.liaison").fire(case, "accept")
    [event] = events(client, path)
    assert "待签收" not in str(event["summary"])
    assert event.decoded("dtstart") > date(2026, 3, 3)


def test_a_clock_that_stands_ends_no_day(
    browser: Browsers, client: TestClient, duban: Duban, assigned: str
) -> None:
    del assigned
    path = address(browser("xingyi.liaison"))
    [event] = events(client, path)
    case = int(str(event["uid"]).removeprefix("case-").removesuffix("@duban"))
    caller(client, duban, "xingyi.liaison").fire(case, "accept")
    head = caller(client, duban, "zhou-dc.head")
    assert head.fire(case, "suspend", {"reason": "涉法涉诉，等待裁定"}).status_code == 200
    assert events(client, path) == []
    assert head.fire(case, "resume").status_code == 200
    assert len(events(client, path)) == 1


def test_nobody_s_secret_opens_nothing(client: TestClient) -> None:
    for guess in ("x" * 32 + ".ics", "%00.ics", "督" * 40):
        assert client.get(f"/calendar/{guess}").status_code == 404
