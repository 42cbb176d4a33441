"""Many cases in one go: ticked in a ledger, each done by a command of its own, reported row by row;
and a ledger's filters kept under a name.
"""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.pages.conftest import PASSWORD, Browser, Browsers
from tests.api.pages.page import Form, Page
from tests.api.pages.stories import SPECIALIST, open_case, walk_to
from workflow.commands import Commands
from workflow.store.tables.handles import AUDIT, HISTORY

LEDGER = "/ledgers/rectification/problem"


def ticked(browser: Browser, *cases: int, event: str = "") -> Page:
    """What follows when these cases are ticked, and an event is chosen."""
    page = browser.get(LEDGER)
    form = next(one for one in page.main.all("form") if one.attributes.get("id") == "bulk")
    boxes = [one.attributes["value"] for one in page.main.all("input", form="bulk")]
    assert {str(case) for case in cases} <= set(boxes)
    query = "&".join([*(f"case={case}" for case in cases), *([f"event={event}"] if event else [])])
    return browser.get(f"{form.attributes['action']}?{query}")


def sent(browser: Browser, page: Page, *cases: int, **typed: str) -> Page:
    """The form of the event, sent for these cases."""
    form: Form = page.forms[0]
    values = {**form.values, **{k.replace("fact_", "fact."): v for k, v in typed.items()}}
    return browser.post(form.action, {**values, "case": [str(case) for case in cases]})


def results(page: Page) -> list[str]:
    """What is said of each case."""
    return [one.text for one in page.main.all("td", **{"data-title": "结果"})]


def test_what_several_cases_have_in_common_is_done_on_each(browser: Browsers, duban: Duban) -> None:
    desk, cases = browser(SPECIALIST), [open_case(duban) for _ in range(3)]
    choices = ticked(desk, *cases)
    assert "交办（3 件）" in choices.text
    page = ticked(desk, *cases, event="dispatch")
    report = sent(desk, page, *cases, fact_dispatch_number="督办〔2026〕7号")
    assert "选中 3 件，办理了 3 件。" in report.text
    assert results(report) == ["已办理，现处“待签收”"] * 3
    again = sent(desk, page, *cases, fact_dispatch_number="督办〔2026〕7号")
    assert results(again) == results(report), "the form sent twice acts once"
    with duban.database.reading() as connection:
        rows = select(func.count()).where(HISTORY.c.event == "dispatch")
        assert connection.execute(rows).scalar_one() == 3


def test_what_was_done_by_mistake_is_taken_back_together(browser: Browsers, duban: Duban) -> None:
    desk, cases = browser(SPECIALIST), [open_case(duban) for _ in range(3)]
    report = sent(desk, ticked(desk, *cases, event="dispatch"), *cases)
    browser("xingyi.liaison").do(cases[0], "accept")
    form = report.forms[0]
    assert "撤回这 3 件" in form.element.text
    back = desk.post(form.action, {**form.values, "case": [str(case) for case in cases]})
    assert "选中 3 件，撤回了 2 件，1 件没有撤回" in back.text
    assert results(back).count("已撤回，现处“已入问题台账”") == 2
    assert "没有撤回： 下一环节已经办理，或者这一步不能撤回；请联系下一环节退回" in results(back)
    assert "撤回这" not in back.text


def test_what_one_case_refuses_leaves_the_others_done(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    desk, ready, other = browser(SPECIALIST), open_case(duban), walk_to(duban, "planning", clock)
    page = ticked(desk, ready, other, event="dispatch")
    assert "现处环节不能办理这一步，不在其中" in page.text
    report = sent(desk, page, ready, other, 999)
    assert "选中 3 件，办理了 1 件，2 件没有办理" in report.text
    refused = next(one for one in results(report) if one.startswith("没有办理"))
    assert "现在可以：报送整改方案" in refused


def test_a_signature_on_many_wants_the_password_like_one(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    cases = [walk_to(duban, "first_review", clock) for _ in range(2)]
    desk = browser("zhou-zx.head")
    desk.sign_in()
    clock.advance_to(clock() + timedelta(minutes=20))
    page = ticked(desk, *cases, event="sign_first")
    assert "再次确认是你本人" in page.text
    refused = sent(desk, page, *cases)
    assert "办理了 0 件" in refused.text
    wrong = sent(desk, page, *cases, proof="不是口令")
    assert wrong.status == 403
    assert "口令不对" in wrong.main.one(role="alert").text
    signed = sent(desk, ticked(desk, *cases, event="sign_first"), *cases, proof=PASSWORD)
    assert "办理了 2 件" in signed.text


@pytest.mark.rights
def test_who_would_act_twice_is_in_the_log_also_where_many_are_done_in_one_go(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case, inspector = walk_to(duban, "site_check", clock), browser("zhou-zx.inspector1")
    page = ticked(inspector, case, event="pass_check")
    assert "办理了 1 件" in sent(inspector, page, case, fact_site_record="路灯都亮着").text
    again = sent(inspector, ticked(inspector, case, event="pass_check"), case)
    assert "须由另一人会签" in results(again)[0]
    with duban.database.reading() as connection:
        kept = select(AUDIT.c.subject, AUDIT.c.subject_id, AUDIT.c.data)
        told = connection.execute(kept.where(AUDIT.c.kind == "refusal")).all()
    assert [(one.subject, one.subject_id) for one in told] == [("case", case)]
    assert '"code":"duties_not_separate"' in told[0].data
    assert '"line":"POST:/ledgers/workflow/ledger/bulk"' in told[0].data


def test_whoever_may_do_nothing_is_told_so(browser: Browsers, duban: Duban) -> None:
    case = open_case(duban)
    page = browser("zhou.officer").get(f"{LEDGER}/bulk?case={case}")
    assert "都不由你的岗位办理" in page.text
    assert "没有选中事项" in browser(SPECIALIST).get(f"{LEDGER}/bulk").text
    browser(SPECIALIST).get("/ledgers/rectification/nothing/bulk", status=404)


@pytest.mark.rights
def test_what_is_out_of_scope_is_not_even_tried(
    browser: Browsers, duban: Duban, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    monkeypatch.setattr(Commands, "fire", lambda _, **asked: tried.append(asked["case_id"]))
    case, desk = open_case(duban), browser("wangmo.head")
    form = {"event": "dispatch", **desk.get("/suggestions").forms[0].values}
    pages = [desk.post(f"{LEDGER}/bulk", form | {"case": str(id_)}) for id_ in (case, 10**9)]
    assert pages[0].text == pages[1].text
    assert tried == []


# Views


def test_filters_are_kept_under_a_name_and_forgotten_again(browser: Browsers) -> None:
    desk = browser(SPECIALIST)
    page = desk.get(f"{LEDGER}?opened=overdue&unit=兴义市&group=state")
    kept = desk.post_on(page, page.forms[1].action.rsplit("/", 1)[1], title="兴义逾期")
    assert kept.main.one("select", id="opened").one("option", selected="").text == "已逾期"
    shown = desk.get("/ledgers")
    link = next(one for one in shown.main.all("a") if one.text == "兴义逾期")
    again = desk.get(link.attributes["href"])
    assert again.main.one("select", id="opened").one("option", selected="").text == "已逾期"
    another = page.forms[1].values | {"title": "兴义逾期", "request": "another"}
    refused = desk.client.post(page.forms[1].action, data=another)
    assert "已经有名为“兴义逾期”的视图" in refused.text
    assert "兴义逾期" not in browser("zhou-dc.head").get("/ledgers").text
    gone = desk.post(shown.forms[0].action, shown.forms[0].values)
    assert "兴义逾期" not in gone.text


def test_a_view_of_somebody_else_cannot_be_forgotten(browser: Browsers) -> None:
    mine, other = browser(SPECIALIST), browser("zhou-dc.head")
    page = mine.get(f"{LEDGER}?opened=open")
    mine.post_on(page, page.forms[1].action.rsplit("/", 1)[1], title="未办结的")
    shown = mine.get("/ledgers")
    token = other.get("/ledgers").root.one("input", name="csrf").attributes["value"]
    assert other.client.post(shown.forms[0].action, data={"csrf": token}).status_code == 404
    assert "未办结的" in mine.get("/ledgers").text


@pytest.mark.parametrize("title", ["", "名" * 31])
def test_a_view_needs_a_short_name(title: str, browser: Browsers) -> None:
    desk = browser(SPECIALIST)
    form = desk.get(f"{LEDGER}?opened=open").forms[1]
    assert desk.client.post(form.action, data={**form.values, "title": title}).status_code == 422
