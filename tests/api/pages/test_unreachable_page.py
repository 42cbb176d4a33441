"""联系不上的人: the system administrator sees whom nothing reaches, and tries an address again."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from starlette.testclient import TestClient

from api.context import Duban
from tests.api.callers import session_headers
from tests.api.pages.conftest import Browser
from tests.notifications.conftest import Desk
from tests.prefecture import Prefecture
from workflow.store.offices import administrators
from workflow.store.outgoing import bad_addresses, reports
from workflow.store.outgoing.reports import Fate, Report
from workflow.store.people.accounts import make_account, person_by_username
from workflow.store.tables.handles import AUDIT, HOLDING

HERE = "/administration/unreachable"
LIAISON = "wangmo.liaison"


@pytest.fixture
def system(app: FastAPI, duban: Duban) -> Iterator[Browser]:
    """A system administrator."""
    with duban.database.unit_of_work() as connection:
        for username, name in (("anquan", "安明"), ("xitong", "席通")):
            make_account(connection, username, name)
        first, person = (person_by_username(connection, who) for who in ("anquan", "xitong"))
        administrators.begin_with(connection, first, duban.clock())
        administrators.appoint(connection, person, "system", by=first, now=duban.clock())
    with TestClient(app, follow_redirects=False) as client:
        name, _, token = session_headers(duban, person)["Cookie"].partition("=")
        client.cookies.set(name, token)
        yield Browser(client, "xitong")


@pytest.fixture
def desk(duban: Duban) -> Desk:
    return Desk(duban.database, Prefecture(duban.database))


def test_a_bad_address_is_shown_with_its_reason_and_cleared(
    system: Browser, duban: Duban, desk: Desk
) -> None:
    desk.change_person(LIAISON, phone="13800138000")
    message = desk.owe(LIAISON, "sms")
    with duban.database.unit_of_work() as connection:
        reports.record_handover(connection, message, "sms", "13800138000", ["a"], duban.clock())
        said = Report("a", Fate.UNDELIVERED, "号码是空号。", address_is_bad=True)
        reports.keep(connection, "sms", [said], duban.clock())
        bad_addresses.mark_bad_addresses(connection, duban.clock())
    page = system.get(HERE)
    assert "望谟县 短信：号码是空号。" in page.text
    assert "13800138000" not in page.text
    assert "标记已清除" in system.post_on(page, "clear").text
    assert "号码是空号" not in system.get(HERE).text
    with duban.database.reading() as connection:
        acts = connection.execute(select(AUDIT.c.subject_id).where(AUDIT.c.kind == "person"))
        assert acts.scalars().all() == [desk.prefecture.person(LIAISON)]


def test_who_has_no_address_at_all_is_shown_once(system: Browser, desk: Desk) -> None:
    desk.change_person(LIAISON, phone=None)
    assert "也没有手机号码" not in system.get(HERE).text
    desk.change_person(LIAISON, email=None)
    assert system.get(HERE).text.count("也没有手机号码") == 1


def test_a_vacant_post_is_shown(system: Browser, duban: Duban, desk: Desk) -> None:
    assert "岗位空缺" not in system.get(HERE).text
    left = update(HOLDING).where(HOLDING.c.person_id == desk.prefecture.person(LIAISON))
    with duban.database.unit_of_work() as connection:
        connection.execute(left.values(ends_at=duban.clock()))
    assert "岗位空缺（1） 望谟县" in system.get(HERE).text
