"""What somebody empties in a form is gone from the case, and the history says so."""

from pathlib import Path
from typing import Any

import pytest

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.files import picture
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Form
from tests.api.pages.stories import walk_to
from tests.prefecture import NOW
from workflow.doctor import examine
from workflow.store.casework.cases import read_case

LIAISON = "xingyi.liaison"
LEAVE = Path(__file__).parent / "leave.yaml"
AMEND = """      amend: { title: 修改, by: office.liaison, may: [cause, people, handover] }
      pay: { title: 核定待遇, by: office.liaison, may: paid }
      settle: { title: 定下待遇, by: office.liaison, needs: paid }
"""
OPENED = {
    "fact.cause": "探亲",
    "fact.sort": "年休假",
    "fact.first_day": "2026-03-09",
    "fact.days": "2.5",
    "fact.people": "2",
    "fact.handover.0.work": "收发",
    "fact.handover.0.colleague": "岑国平",
}


@pytest.fixture
def liaison(browser: Browsers) -> Browser:
    """Who works on the case."""
    return browser(LIAISON)


@pytest.fixture
def leave(liaison: Browser, duban: Duban, tmp_path: Path) -> int:
    """A leave asked for, which may be amended."""
    text = LEAVE.read_text(encoding="utf-8").replace("      refuse:", f"{AMEND}      refuse:")
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "leave.yaml").write_text(text, encoding="utf-8")
    duban.catalog.publish(folder, NOW)
    form = liaison.get("/cases/new?workflow=leave_request").forms[0]
    page = liaison.post(form.action, form.values | OPENED)
    return int(page.response.url.path.rsplit("/", 1)[1])


def emptied(form: Form, *starts: str) -> dict[str, str]:
    """What a form sends whose fields so named were emptied."""
    marks = {name for name in form.values if name.endswith(".stood")}
    return {
        name: "" if name.startswith(starts) and name not in marks else value
        for name, value in form.values.items()
    }


def facts_of(duban: Duban, case: int) -> dict[str, Any]:
    """What the case has."""
    with duban.database.reading() as connection:
        return dict(read_case(connection, case)[0].facts)


def test_a_table_whose_last_row_is_removed_is_empty(
    liaison: Browser, duban: Duban, leave: int
) -> None:
    form = liaison.get(f"/cases/{leave}").form("amend")
    page = liaison.post(form.action, emptied(form, "fact.handover", "fact.people"))
    assert "已办理：修改" in page.text
    assert "清空：人数、工作交接" in page.text
    assert "工作交接" in page.main.one("p", class_="missing").text
    assert {*facts_of(duban, leave)} == {"cause", "sort", "first_day", "days"}


def test_a_form_sent_as_it_stood_empties_nothing(
    liaison: Browser, duban: Duban, leave: int
) -> None:
    before = facts_of(duban, leave)
    assert "清空" not in liaison.do(leave, "amend").text
    assert facts_of(duban, leave) == before


def test_a_field_that_cannot_be_emptied_does_not_say_that_it_may_be(
    liaison: Browser, leave: int
) -> None:
    form = liaison.get(f"/cases/{leave}").form("amend").element
    optional = {label.text for label in form.all() if label.tag in ("label", "legend")}
    assert optional == {"事由", "人数 （可不填）", "工作交接 （可不填）"}
    assert "required" in form.one("input", name="fact.cause").attributes


def test_what_has_to_be_there_is_refused_beside_its_field_and_the_rest_stays_emptied(
    liaison: Browser, duban: Duban, leave: int
) -> None:
    form = liaison.get(f"/cases/{leave}").form("amend")
    refused = liaison.post(form.action, emptied(form, "fact.cause", "fact.people"))
    assert refused.status == 422
    (problem,) = [one.text for one in refused.main.all(class_="problem")]
    assert problem == "“事由”是必填的内容，可以改，不能清空"
    again = refused.form("amend")
    assert (again.values["fact.cause"], again.values["fact.people"]) == ("", "")
    page = liaison.post(again.action, again.values | {"fact.cause": "探望父母"})
    assert "清空：人数" in page.text
    facts = facts_of(duban, leave)
    assert (facts["cause"], facts["handover"][0]["work"]) == ("探望父母", "收发")


def test_a_yes_or_a_no_can_be_taken_back_where_it_may_be_left_out(
    liaison: Browser, duban: Duban, leave: int
) -> None:
    page = liaison.get(f"/cases/{leave}")
    answers = {
        event: [label.text for label in page.form(event).element.all("label")]
        for event in ("pay", "settle")
    }
    assert answers == {"pay": ["是", "否", "不填"], "settle": ["是", "否"]}
    assert page.form("pay").values["fact.paid"] == "", "nobody has answered for them"
    liaison.do(leave, "pay", fact_paid="true")
    assert liaison.get(f"/cases/{leave}").form("pay").values["fact.paid"] == "true"
    assert facts_of(duban, leave)["paid"] is True
    assert "清空：带薪" in liaison.do(leave, "pay", fact_paid="").text
    assert "paid" not in facts_of(duban, leave)


def test_a_text_and_the_last_photo_are_taken_out_of_a_report(
    liaison: Browser, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "rectifying", clock)
    form = liaison.get(f"/cases/{case}").form("report_progress")
    typed = form.values | {"fact.progress": "换了一半", "fact.difficulties": "缺零件"}
    photo = {"fact.photos_after": ("路灯.jpg", picture(), "image/jpeg")}
    liaison.client.post(form.action, data=typed, files=photo)
    form = liaison.get(f"/cases/{case}").form("report_progress")
    assert form.values["fact.difficulties"] == "缺零件"
    assert "photos_after" in facts_of(duban, case)
    sent = emptied(form, "fact.difficulties") | {"fact.progress": "零件到了"}
    page = liaison.post(form.action, {k: v for k, v in sent.items() if not k.endswith(".kept")})
    assert "清空：存在困难、整改后照片" in page.text
    assert not {"difficulties", "photos_after"} & {*facts_of(duban, case)}
    assert examine(duban.database, duban.catalog, clock()).clean, "its history gives the same case"
