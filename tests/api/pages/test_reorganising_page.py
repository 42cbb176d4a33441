"""合并、划转、撤销 on a page: first a look at what becomes of cases and posts, then the act."""

import pytest
from sqlalchemy import select

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.pages.conftest import Browser
from tests.api.pages.page import Page
from tests.api.pages.stories import open_case
from workflow import following
from workflow.store.tables.handles import UNIT

pytestmark = pytest.mark.rights

HERE = "/administration/organisation"
TOWNSHIP, COUNTY = "522301100", "522301"


def page_of(duban: Duban, code: str) -> str:
    """Where a unit is re-organised."""
    with duban.database.reading() as connection:
        id_ = connection.execute(select(UNIT.c.id).where(UNIT.c.code == code)).scalar_one()
    return f"/administration/units/{id_}/reorganise"


def until(duban: Duban, code: str) -> object:
    """When a unit was closed."""
    with duban.database.reading() as connection:
        return connection.execute(select(UNIT.c.until).where(UNIT.c.code == code)).scalar_one()


def send(browser: Browser, page: Page, kind: str, act: str = "look", **typed: str) -> Page:
    """Send the form of a kind."""
    form = next(
        one for one in page.forms if (one.values.get("kind"), one.values.get("act")) == (kind, act)
    )
    return browser.post(form.action, form.values | typed)


def test_a_merger_is_looked_at_done_once_and_taken_back(system: Browser, duban: Duban) -> None:
    here = page_of(duban, TOWNSHIP)
    assert "合并、划转或撤销" in system.get(here.removesuffix("/reorganise")).text
    looked = send(system, system.get(here), "merge", other="黄草街道")
    assert "涉及事项 0 件，其中未办结 0 件。现在还没有办理" in looked.text
    assert "到此为止的任职" in looked.text
    assert until(duban, TOWNSHIP) is None
    done = send(system, looked, "merge", "do")
    assert "“敬南镇”于2026年3月2日并入“黄草街道”" in done.text
    assert until(duban, TOWNSHIP) is not None
    undo = next(form for form in done.forms if "undo" in (form.action or ""))
    assert "撤销变更" in system.post(undo.action, undo.values).text
    assert until(duban, TOWNSHIP) is None


def test_open_cases_are_counted_and_follow(
    system: Browser, duban: Duban, clock: SimulatedClock
) -> None:
    open_case(duban, unit="522302")
    here = page_of(duban, "522302-BG")
    looked = send(system, system.get(here), "move", other="522301")
    assert "划归“兴义市”" in looked.text
    send(system, looked, "move", "do")
    following.follow_all(duban.database, duban.catalog, clock())
    page = system.get(here.removesuffix("/reorganise"))
    assert "兴义市" in page.text.split("组织机构")[1]


def test_what_cannot_be_is_said_before_it_is_done(system: Browser, duban: Duban) -> None:
    here = page_of(duban, COUNTY)
    below = send(system, system.get(here), "dissolve")
    assert "下面还有" in below.text
    assert not any(form.values.get("act") == "do" for form in below.forms)
    nowhere = send(system, system.get(here), "merge", other="没有这个单位")
    assert (nowhere.status, "没有找到" in nowhere.text) == (422, True)
    assert send(system, system.get(here), "move", other="").status == 422
    system.get("/administration/units/999999/reorganise", status=404)


def test_several_units_of_a_name_are_offered(system: Browser, duban: Duban) -> None:
    here = page_of(duban, TOWNSHIP)
    page = send(system, system.get(here), "merge", other="街道")
    assert page.status == 422
    form = next(one for one in page.forms if one.values.get("kind") == "merge")
    assert "other.pick" in form.values
    assert "现在还没有办理" in system.post(form.action, form.values | {"other.pick": COUNTY}).text
