"""An annual report, an interview and a substitute's signature, in a browser without scripts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.browser.acting import PHONE, act_on, fill
from tests.api.browser.conftest import Desk, Desks
from tests.api.pages.stories import SPECIALIST, walk_to
from tests.prefecture import Prefecture
from workflow import cadences
from workflow.organising import Organising
from workflow.store.offices.changes import Asked

pytestmark = [pytest.mark.browser, pytest.mark.journey]


REPORT: dict[str, Any] = {
    "overview": "总体平稳",
    "responsibility": "逐级压实",
    "targets": "全部完成",
    "problems": "产业链条短",
    "next_steps": "补链强链",
}


def done(person: Desk) -> Desk:
    """The step was taken."""
    assert "已办理：" in person.text, person.text
    return person


def test_an_annual_report_is_drafted_signed_returned_and_accepted(
    desk: Desks, duban: Duban, clock: SimulatedClock
) -> None:
    clock.advance_to(datetime(2026, 10, 15, 2, tzinfo=UTC))
    cadences.open_periodic(duban.database, duban.catalog, clock())
    liaison = desk("xingyi.liaison", script=False)
    liaison.go("/")
    headline = liaison.page.locator("a.headline", has_text="进展情况报告")
    case = headline.get_attribute("href") or ""
    wrong = act_on(desk, case, "保存草稿", "xingyi.liaison", width=PHONE, overview="总体平稳")
    assert "总体平稳" in done(wrong).text
    done(act_on(desk, case, "提交内审", "xingyi.liaison", **REPORT))
    done(act_on(desk, case, "签发上报", "xingyi.head", width=PHONE, signer="党政主要负责同志"))
    done(act_on(desk, case, "收文", "zhou-bg.liaison", received_number="州办收〔2026〕88号"))
    done(act_on(desk, case, "退回补正", "zhou-bg.liaison", corrections="请补充就业数据"))
    returned = desk("xingyi.officer", script=False)
    returned.go(case)
    assert "请补充就业数据" in returned.text
    done(act_on(desk, case, "重报", "xingyi.officer", problems="产业链条短，就业不稳"))
    accepted = done(act_on(desk, case, "合格", "zhou-bg.liaison"))
    assert accepted.page.locator(".standing .state").inner_text() != "形式审查"


def test_an_interview_is_proposed_approved_held_and_minuted(desk: Desks) -> None:
    maker = desk(SPECIALIST, script=False)
    page = maker.go("/cases/new?workflow=interview")
    page.fill("[name='party.object']", "兴义市")
    for name, value in (
        ("cause", "问题整改〔2026〕99号"),
        ("matter", "整改逾期"),
        ("level", "1"),
        ("trigger", "逾期"),
    ):
        fill(page.locator(f"[name='fact.{name}']"), value)
    page.locator("main button.primary").first.click()
    assert "/cases/" in page.url, maker.text
    case = page.url.removeprefix(maker.address)
    done(act_on(desk, case, "核实成立，报批", SPECIALIST, findings="情况属实，逾期两个月"))
    done(act_on(desk, case, "批准约谈", "zhou.officer", width=PHONE, opinion="同意"))
    meeting: dict[str, Any] = {"place": "州政府三楼会议室", "attendees": "兴义市分管负责人"}
    early = act_on(desk, case, "发出约谈通知", SPECIALIST, meeting_on="2026-03-03", **meeting)
    assert "约谈通知应至少提前 3 个工作日发出" in early.page.get_by_role("alert").first.inner_text()
    assert early.page.locator("[name='fact.place']").first.input_value() == meeting["place"]
    done(act_on(desk, case, "发出约谈通知", SPECIALIST, meeting_on="2026-03-10", **meeting))
    done(act_on(desk, case, "确认", "xingyi.liaison", width=PHONE))
    done(act_on(desk, case, "已举行", SPECIALIST, record="约谈人通报情况，被约谈人表态"))
    items: dict[str, Any] = {
        "items__0__item": "三十日内完成路灯修复",
        "items__0__due": "2026-04-30",
    }
    done(act_on(desk, case, "报送纪要稿", SPECIALIST, minutes="会议要求立即整改", **items))
    issued = done(act_on(desk, case, "印发纪要", "zhou.officer"))
    assert items["items__0__item"] in issued.text


def test_a_substitute_signs_and_both_names_stand_in_the_trail(
    desk: Desks, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "first_review", clock)
    place, asked = Prefecture(duban.database), Asked("away", clock())
    stand_in, head = place.person("zhou-zx.inspector1"), place.person("zhou-zx.head")
    Organising(duban.database).substitute(
        asked, person=stand_in, stands_for=head, reason="外出学习"
    )
    signed = done(act_on(desk, f"/cases/{case}", "同意一次销号", "zhou-zx.inspector1"))
    assert signed.page.locator(".stamp strong", has_text="一次销号").count() == 1
    assert "（代 " in signed.text
