"""One problem from 交办 to 批准销号, by forms alone, as eight people fill them."""

from datetime import UTC, datetime

import pytest

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.pages.conftest import Browsers
from workflow import timers

pytestmark = pytest.mark.journey


def opened(browser: Browsers) -> int:
    """A case opened by its form."""
    form = browser("zhou-dc.specialist1").get("/cases/new?workflow=rectification").forms[0]
    page = browser("zhou-dc.specialist1").post(
        form.action,
        form.values
        | {
            "party.responsible": "兴义市",
            "fact.source": "督查",
            "fact.found_on": "2026-03-01",
            "fact.description": "路灯不亮，三个月没有人修",
            "fact.grade": "较重",
            "fact.kind": "限期整改",
            "fact.due": "2026-05-29",
        },
    )
    assert page.status == 200, page.text
    assert page.main.one("h1").text == "路灯不亮，三个月没有人修"
    return int(page.response.url.path.rsplit("/", 1)[1])


def planned(browser: Browsers, case: int) -> None:
    """Dispatched, accepted, planned with two rows of a table, approved, done and applied for."""
    browser("zhou-dc.specialist1").do(case, "dispatch")
    browser("xingyi.liaison").do(case, "accept")
    page = browser("xingyi.liaison").do(
        case,
        "submit_plan",
        fact_goal="路灯全亮",
        fact_measures__0__measure="更换灯具",
        fact_measures__0__owner="岑光明",
        fact_measures__0__due="2026-04-10",
        fact_measures__3__measure="每周巡查",
        fact_measures__3__owner="韦小兰",
        fact_measures__3__due="2026-04-20",
    )
    assert "已办理：报送整改方案" in page.text
    assert "更换灯具 岑光明 2026年4月10日" in page.text
    assert "每周巡查 韦小兰 2026年4月20日" in page.text
    browser("zhou-dc.specialist1").do(case, "approve_plan")
    done = {"fact_result": "全部恢复照明", "fact_finished_on": "2026-03-02"}
    browser("xingyi.liaison").do(case, "apply", **done)
    browser("xingyi.head").do(case, "confirm")


def test_a_problem_is_opened_handed_over_mended_and_closed_by_two_signatures(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case = opened(browser)
    planned(browser, case)
    page = browser("zhou-zx.head").do(case, "sign_first", fact_opinion="整改到位")
    stamps = [stamp.text for stamp in page.main.all(class_="stamp")]
    assert stamps == ["二次销号 尚未签字", "一次销号 州乡村振兴指挥部 陈光贵 2026年3月2日"]
    half = browser("zhou-dc.head").get("/ledgers/rectification/reconciliation")
    assert "已盖 整改台账：一次销号 缺 问题台账：二次销号" in half.text
    page = browser("zhou-zx.inspector1").do(case, "pass_check", fact_site_record="三处都亮着")
    assert "会签：还须另一人办理" in page.text
    second = browser("zhou-zx.inspector2").get(f"/cases/{case}").form("pass_check")
    assert second.values["fact.site_record"] == "三处都亮着"
    browser("zhou-zx.inspector2").do(case, "pass_check")
    clock.advance_to(datetime(2026, 3, 10, 2, tzinfo=UTC))
    timers.fire_all_due(duban.database, duban.catalog, clock())
    page = browser("zhou-dc.head").do(case, "sign_second")
    assert page.main.one(class_="state").text == "已销号"
    assert {stamp.one("strong").text for stamp in page.main.all(class_="stamp")} == {
        "一次销号",
        "二次销号",
    }
    assert all("尚未签字" not in stamp.text for stamp in page.main.all(class_="stamp"))
    half = browser("zhou-dc.head").get("/ledgers/rectification/reconciliation")
    assert "没有需要核对的事项" in half.text
    sentences = [one.text for one in page.main.all(class_="sentence")]
    assert sentences[0] == "州督查局 彭庆云 批准二次销号 转入“已销号”"
    assert sentences[-1] == "州督查局 吴晓恒 发起"
    assert "系统 公示期满无异议 转入“二次销号”" in sentences


def test_refused_input_stays_with_a_sentence_beside_its_field(browser: Browsers) -> None:
    case = opened(browser)
    browser("zhou-dc.specialist1").do(case, "dispatch")
    browser("xingyi.liaison").do(case, "accept")
    page = browser("xingyi.liaison").do(
        case,
        "submit_plan",
        fact_goal="路灯全亮",
        fact_measures__1__measure="更换灯具",
        fact_measures__1__due="2026-02-30",
        fact_funds="三万",
    )
    assert page.status == 422
    form = page.form("submit_plan")
    assert form.values["fact.goal"] == "路灯全亮"
    assert form.values["fact.measures.0.measure"] == "更换灯具"
    assert form.values["fact.measures.0.due"] == "2026-02-30"
    assert form.values["fact.funds"] == "三万"
    problems = [one.text for one in form.element.all(class_="problem")]
    assert problems == ["第 1 行请填写“责任人”", "应为数字"]
    assert "有几处需要改正" in page.text
    described = form.element.one("input", name="fact.funds").attributes
    assert described["aria-invalid"] == "true"
    assert form.element.one(id=described["aria-describedby"]).text == "应为数字"


def test_a_dispute_is_given_to_another_unit_after_choosing_which_was_meant(
    browser: Browsers,
) -> None:
    case = opened(browser)
    browser("zhou-dc.specialist1").do(case, "dispatch")
    browser("xingyi.officer").do(case, "dispute", fact_reason="属于坪东街道职责")
    desk = browser("zhou-dc.specialist1")
    nobody = desk.do(case, "reassign", unit="天上人间", fact_reason="应由街道整改")
    assert "没有找到名为“天上人间”的单位" in nobody.form("reassign").element.text
    page = desk.do(case, "reassign", unit="街道", fact_reason="应由街道整改")
    form = page.form("reassign")
    assert form.values["unit"] == "街道"
    assert form.values["fact.reason"] == "应由街道整改"
    meant = [one.attributes["value"] for one in form.element.all("input", name="unit.pick")]
    assert len(meant) > 2
    page = desk.post(form.action, form.values | {"unit.pick": meant[0]})
    assert page.status == 200
    assert "已办理：改派" in page.text
    assert page.main.one(class_="state").text == "待签收"


def test_a_step_can_be_taken_back_and_work_handed_to_a_colleague(browser: Browsers) -> None:
    case = opened(browser)
    page = browser("zhou-dc.specialist1").do(case, "dispatch")
    assert "take_back" in page.events
    page = browser("zhou-dc.specialist1").do(case, "take_back")
    assert page.main.one(class_="state").text == "已入问题台账"
    browser("zhou-dc.specialist1").do(case, "dispatch")
    form = browser("xingyi.liaison").get(f"/cases/{case}").form("hand_over")
    people = {o.text: o.attributes["value"] for o in form.element.all("option")}
    assert "岑国平（分管负责人）" in people
    assert not any("王建安" in name for name in people), "nobody hands work to themselves"
    page = browser("xingyi.liaison").do(case, "hand_over", person=people["岑国平（分管负责人）"])
    assert "已转办给 岑国平" in page.text


def test_an_event_whose_condition_fails_is_shown_with_the_reason(
    browser: Browsers, clock: SimulatedClock
) -> None:
    case = opened(browser)
    browser("zhou-dc.specialist1").do(case, "dispatch")
    clock.advance_to(datetime(2026, 3, 5, 2, tzinfo=UTC))
    page = browser("xingyi.officer").get(f"/cases/{case}")
    assert "dispute" not in page.events
    closed = [one.text for one in page.main.all(class_="closed")]
    assert closed == ["申请退回 申请退回须在签收时限（交办后 1 个工作日）内提出"]
    assert page.main.one(class_="left").text == "已逾期 2 个工作日"


def test_a_draft_is_kept_without_being_registered(browser: Browsers) -> None:
    desk = browser("zhou-dc.specialist1")
    form = desk.get("/cases/new?workflow=rectification").forms[0]
    values = {
        "party.responsible": "522301",
        "fact.source": "督查",
        "fact.found_on": "2026-03-01",
        "fact.description": "路灯不亮，三个月没有人修",
        "fact.grade": "较重",
        "fact.kind": "限期整改",
        "fact.due": "2026-05-29",
        "draft": "1",
    }
    page = desk.post(form.action, form.values | values)
    assert page.main.one(class_="state").text == "待登记"
    assert "register" in page.events


def test_the_same_form_sent_twice_acts_once(browser: Browsers) -> None:
    case = opened(browser)
    desk = browser("zhou-dc.specialist1")
    form = desk.get(f"/cases/{case}").form("dispatch")
    first = desk.post(form.action, form.values)
    again = desk.post(form.action, form.values)
    assert first.status == again.status == 200
    assert [e.text for e in again.main.all(class_="sentence")].count(
        "州督查局 吴晓恒 交办 转入“待签收”"
    ) == 1
