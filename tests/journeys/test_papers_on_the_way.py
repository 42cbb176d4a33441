"""办法第二十四条、第二十五条, 意见 二（三）: the papers on the way to an adjusted task, a referral
and a commendation: each is printed where it is filled in, and says later what was decided.
"""

from typing import Any

import pytest

from tests.journeys import test_commendation as commendation
from tests.journeys import test_key_task as key_task
from tests.journeys import test_referral as referral
from tests.journeys.desk import Desk
from tests.journeys.play import Play, variation
from workflow.engine.errors import ConditionNotMet, NotFound, OutOfTurn

pytestmark = pytest.mark.journey


def test_an_adjustment_is_approved_on_a_sheet_with_both_plans(play: Play, desk: Desk) -> None:
    """意见 二（三）：目标和节点要改的，原来的和申请的并排写，批准以前仍按原定节点办理。"""
    case = key_task.under_way(play)
    play.act(key_task.LEAD, case, "report", done=25)
    asked: dict[str, Any] = {"new_target": 95, "new_nodes": key_task.LATER}
    play.act(key_task.OFFICER, case, "adjust", reason="汛期影响项目施工", **asked)
    adjustment = play.child(case, "adjustment")
    sheet = desk.issue(key_task.MAKER, adjustment, "adjustment_form")
    assert sheet.number is None
    assert "原目标值\t100%\t调整后的目标值\t95%" in sheet.text
    assert "申请时已完成\t25%" in sheet.text
    assert "原定节点\t一季度（2026年3月31日前）：40%\n半年" in sheet.text
    assert "调整后的节点\t半年（2026年7月31日前）：60%\n年底" in sheet.text
    assert "□同意调整　□不予调整" in sheet.text
    play.act(key_task.BOSS, adjustment, "approve", opinion="同意，按调整后的节点办理")
    kept = desk.issue(key_task.MAKER, adjustment, "adjustment_form").text
    assert "已批准：同意，按调整后的节点办理" in kept
    assert "原目标值\t100%\t调整后的目标值\t95%" in kept, "the task itself says 95 by now"


def test_a_node_that_asks_for_nothing_yet_says_nought(play: Play, desk: Desk) -> None:
    """意见 二（三）：节点逐个写明应完成多少，还不要求的写 0。"""
    case = key_task.under_way(play)
    first, *later = key_task.LATER
    nodes = [{**first, "reach": 0}, *later]
    asked: dict[str, Any] = {"new_target": 95, "new_nodes": nodes}
    play.act(key_task.OFFICER, case, "adjust", reason="汛期影响项目施工", **asked)
    sheet = desk.issue(key_task.MAKER, play.child(case, "adjustment"), "adjustment_form")
    assert "调整后的节点\t半年（2026年7月31日前）：0%\n年底" in sheet.text


def test_a_lead_is_registered_on_a_sheet_that_few_may_read(play: Play, desk: Desk) -> None:
    """办法第二十五条：线索先登记，只写事实；报不报批移送，由主要负责人定。"""
    case = referral.lead(play)
    with pytest.raises(NotFound):
        desk.draft(referral.OTHER, case, "lead_register")
    sheet = desk.issue(referral.MAKER, case, "lead_register").text
    assert "线索来源\t虚假整改\t来源事项编号\t无" in sheet
    assert "涉及人员\t某某，时任分管负责人" in sheet
    assert "□报批移送　□继续了解　□不作线索处理" in sheet


def test_the_other_side_is_asked_once_by_a_letter(play: Play, desk: Desk) -> None:
    """办法第二十五条：满三个月只问询一次，不设期限，不催办。"""
    case = referral.receipted(play)
    play.until("2026-06-03")
    with pytest.raises(OutOfTurn):
        desk.draft(referral.MAKER, case, "inquiry_letter")
    play.act(referral.MAKER, case, "inquire", inquiry="烦请告知办理进展")
    draft = desk.draft(referral.MAKER, case, "inquiry_letter")
    assert draft.mistakes == ()
    paper = desk.issue(referral.MAKER, case, "inquiry_letter")
    assert paper.number == play.case(case).facts["inquiry_number"] == "州督查局问函〔2026〕1号"
    assert "州督移〔2026〕1号" in paper.text
    assert "烦请告知办理进展" in paper.text
    assert "不设答复期限" in paper.text
    with pytest.raises(ConditionNotMet):
        desk.draft(referral.MAKER, case, "inquiry_letter")


@variation
def test_who_waits_on_sends_no_letter(play: Play, desk: Desk) -> None:
    case = referral.receipted(play)
    play.until("2026-06-03")
    play.act(referral.HEAD, case, "wait")
    with pytest.raises(ConditionNotMet, match="不发函"):
        desk.draft(referral.MAKER, case, "inquiry_letter")


def test_who_is_proposed_is_written_down_and_examined(play: Play, desk: Desk) -> None:
    """办法第二十四条：推荐表由推荐单位填，审查表由承办单位填；先打印，后存档。"""
    case = commendation.begun(play)
    play.act(commendation.ORGANISER, case, "begin")
    blank = desk.issue("xingyi.liaison", case, "nomination_form").text
    assert "推荐对象\t\t" in blank, "to be written in by hand"
    merits: dict[str, Any] = {"nominee": "敬南镇党委", "merits": "全年问题整改按期销号，群众满意"}
    play.act("xingyi.officer", case, "nominate", **merits)
    form = desk.issue("xingyi.liaison", case, "nomination_form").text
    assert "通报表扬推荐表" in form
    assert "推荐对象\t敬南镇党委" in form
    sheet = desk.issue(commendation.MAKER, case, "examination_form").text
    assert "逾期未销号的问题\t□无　□有：" in sheet
    play.act(commendation.ORGANISER, case, "consult", **commendation.CHECK)
    kept = desk.issue(commendation.MAKER, case, "examination_form").text
    assert "逾期未销号的问题\t无" in kept
    assert "审查意见\t无逾期未销号问题，无移送" in kept


def test_what_turns_out_untrue_is_revoked_in_public(play: Play, desk: Desk) -> None:
    """办法第二十四条：事后发现不实的，由原决定单位撤销，另编文号，原文号留着。"""
    case = commendation.publicity(play)
    play.until("2026-03-09")
    play.act("zhou.head", case, "grant", decision_number="州通〔2026〕2号")
    with pytest.raises(OutOfTurn):
        desk.draft("zhou-zx.officer", case, "revocation_decision")
    play.act("zhou.head", case, "revoke", ground="事后查明事迹材料不实，予以撤销")
    paper = desk.issue("zhou-zx.officer", case, "revocation_decision")
    facts = play.case(case).facts
    assert paper.number == facts["revocation_number"] == "黔西南州撤〔2026〕1号"
    assert facts["decision_number"] == "州通〔2026〕2号"
    assert "“2025年度乡村振兴先进集体”通报表扬（州通〔2026〕2号）" in paper.text
    assert "事后查明事迹材料不实" in paper.text
