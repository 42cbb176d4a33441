"""办法第八条、第二十条、第二十四条、第二十五条.

公文 of tasks, referrals, tickets, commendations and letters that grow graver: what each says,
under whose number, and what none of them says.
"""

from typing import Any

import pytest
from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH

from api.papers.docx_mark import add_mark
from tests.api.files import picture
from tests.api.pages.test_printed_forms import photo_of
from tests.journeys import test_annual_report as annual_report
from tests.journeys import test_commendation as commendation
from tests.journeys import test_hotline as hotline
from tests.journeys import test_key_task as key_task
from tests.journeys import test_referral as referral
from tests.journeys.desk import Desk
from tests.journeys.play import COUNTY, Play, variation
from tests.journeys.problems import FINDER, first_review, rectifying
from workflow.engine.errors import ConditionNotMet, NotFound, OutOfTurn

pytestmark = pytest.mark.journey


def test_a_lead_is_handed_over_by_a_letter_with_a_receipt(play: Play, desk: Desk) -> None:
    """办法第二十五条：移送函写事实、依据、材料清单，附回执；给号，并写进移送台账。"""
    case = referral.assessed(play)
    play.act(referral.HEAD, case, "approve")
    with pytest.raises(ConditionNotMet, match="请先起草移送函"):
        desk.draft(referral.MAKER, case, "referral_letter")
    written: dict[str, Any] = {key: referral.LETTER[key] for key in ("letter", "materials")}
    play.act(referral.MAKER, case, "write", **written)
    with pytest.raises(NotFound):
        desk.draft(referral.OTHER, case, "referral_letter")
    paper = desk.issue(referral.MAKER, case, "referral_letter")
    assert paper.number == "州督查局移函〔2026〕1号"
    assert "附件：1. 移送材料清单" in paper.text
    assert "　　　2. 移送回执" in paper.text
    assert "\n附件1\n移送材料清单\n照片四张" in paper.text
    assert "接收单位\t" in paper.text
    assert play.case(case).facts["letter_number"] == paper.number
    given = {**referral.LETTER, "letter_number": paper.number}
    assert play.act(referral.MAKER, case, "transfer", **given) == "transferred"


def test_a_ticket_is_pressed_and_answered_without_naming_the_caller(play: Play, desk: Desk) -> None:
    """分类分级实施意见 三（二）：12345、12317；来电人不让承办单位知道。"""
    case = hotline.dispatched(play)
    pressed = desk.issue("xingyi-dc.specialist", case, "hotline_supervision")
    play.act(hotline.UNIT, case, "accept")
    play.act(hotline.UNIT, case, "reply", answer="水管修好，当晚通水")
    answered = desk.issue(hotline.UNIT, case, "hotline_reply")
    assert answered.number == "敬南镇热复〔2026〕1号"
    assert "水管修好，当晚通水" in answered.text
    for paper in (pressed, answered):
        assert "自来水停了九天" in paper.text
        assert "王某" not in paper.text


def test_praise_and_commendation_are_different_documents(play: Play, desk: Desk) -> None:
    """办法第二十四条：没有批准文号的只作通报表扬；公开的文件不含个人信息。"""
    case = commendation.publicity(play)
    play.until("2026-03-07 01:00")
    play.act("zhou.head", case, "grant")
    with pytest.raises(ConditionNotMet, match="通报表扬用通报行文"):
        desk.draft("zhou-zx.officer", case, "commendation_decision")
    paper = desk.issue("zhou-zx.officer", case, "commendation_bulletin")
    assert paper.number == play.case(case).facts["decision_number"] == "黔西南州扬〔2026〕1号"
    assert "敬南镇党委" in paper.text


def test_letters_about_one_matter_grow_graver(play: Play, desk: Desk) -> None:
    """蓝、黄、红：提醒函、催办函、督办函, each with the number, the limit and which one it is."""
    case = rectifying(play)
    play.until("2026-06-02 10:00")
    urging = play.child(case, "urging")
    play.act(FINDER, urging, "issue", form="督办函", letter="请说明原因和下一步打算")
    text = desk.draft(FINDER, urging, "urging_letter").document.text
    assert "关于督办“" in text
    assert "州督办〔2026〕7号" in text
    assert "请明确一名负责同志" in text
    assert "次致函" not in text, "it is the first"


def test_a_task_is_handed_over_in_writing_and_accepted_on_a_sheet(play: Play, desk: Desk) -> None:
    """办法第八条（十四）：重点任务分工落实。交办单写目标、节点、牵头和配合单位；验收表并排写两个数。"""
    named = {"lead": COUNTY, "helper": "522300-GH"}
    case = play.open(key_task.MAKER, "key_task", parties=named, **key_task.INCOME)
    with pytest.raises(OutOfTurn):
        desk.draft(key_task.MAKER, case, "task_notice")
    play.act(key_task.BOSS, case, "issue")
    notice = desk.issue(key_task.MAKER, case, "task_notice")
    assert notice.number == play.case(case).facts["dispatch_number"] == "州督查局函〔2026〕1号"
    assert "目标值：100%" in notice.text
    assert "一季度\t2026年3月31日\t40" in notice.text
    assert "牵头单位：中共兴义市委、兴义市人民政府。配合单位：黔西南州总工会。" in notice.text
    assert "请在2026年3月5日前签收" in notice.text
    assert "实事验收须经群众评议" in notice.text

    play.act(key_task.LEAD, case, "accept")
    play.act(key_task.HEAD, case, "apply", done=100, result="各村年收入全部超过五万元")
    sheet = desk.issue(key_task.MAKER, case, "task_acceptance").text
    assert "目标值\t100%\t已完成\t100%" in sheet
    assert "群众满意率\t\t验收结论\t□通过　□不通过" in sheet, "to be written in by hand"
    record: dict[str, Any] = {"acceptance_record": "随机抽查十村，账目属实", "satisfied": 96.5}
    play.act(key_task.BOSS, case, "pass", **record)
    sheet = desk.issue(key_task.MAKER, case, "task_acceptance").text
    assert "群众满意率\t96.5%\t验收结论\t验收通过" in sheet


def test_a_referral_is_approved_on_a_sheet_that_few_may_read(play: Play, desk: Desk) -> None:
    """办法第二十五条：批准移送以前填审批表；只有列明的人看得到。"""
    case = referral.assessed(play)
    with pytest.raises(NotFound):
        desk.draft(referral.OTHER, case, "referral_approval")
    sheet = desk.issue(referral.MAKER, case, "referral_approval")
    assert sheet.number is None
    assert "移送依据\t销号材料与现场不符，核查记录两份" in sheet.text
    assert "涉及人员\t某某，时任分管负责人" in sheet.text
    assert "□同意移送　□不移送　□退回补充" in sheet.text


def test_a_report_goes_back_with_all_that_it_wants(play: Play, desk: Desk) -> None:
    """办法第二十条：退回补正的，一次说清补什么、到哪天；不影响按时报送。"""
    play.until("2026-10-15 12:00")
    case = annual_report.of_county(play)
    annual_report.submitted(play, case)
    play.act("zhou-bg.officer", case, "receive", received_number="州办收〔2026〕88号")
    play.act("zhou-bg.officer", case, "return", corrections="缺少考核数据，请补在第三部分")
    draft = desk.draft("zhou-bg.liaison", case, "correction_notice")
    assert draft.mistakes == (), "a letter, for an office orders no party and government below"
    paper = desk.issue("zhou-bg.liaison", case, "correction_notice")
    assert "缺少考核数据，请补在第三部分" in paper.text
    assert "收文编号：州办收〔2026〕88号" in paper.text
    assert "请在2026年10月22日前在系统里补正后重报" in paper.text


def test_departments_are_asked_before_anybody_is_named_in_public(play: Play, desk: Desk) -> None:
    """办法第二十四条：公示以前征求意见；函写推荐对象、事迹、期限，附回复单。"""
    case = commendation.nominated(play)
    asked = {**commendation.CHECK, "consulted": "州纪委监委、州委组织部、州公安局"}
    play.act(commendation.ORGANISER, case, "consult", **asked)
    paper = desk.issue(commendation.MAKER, case, "consultation_letter")
    assert "州纪委监委、州委组织部、州公安局：" in paper.text
    assert "敬南镇党委" in paper.text
    assert "推荐单位：中共兴义市委、兴义市人民政府。" in paper.text
    assert "附件：回复单" in paper.text
    play.act(commendation.ORGANISER, case, "no_objection", replies="均无意见")
    with pytest.raises(OutOfTurn):
        desk.draft(commendation.MAKER, case, "consultation_letter")


@variation
def test_an_application_to_sign_off_says_how_many_photos_there_are_or_that_there_are_none(
    play: Play, desk: Desk
) -> None:
    case = first_review(play, photos_before=[photo_of(desk.duban, FINDER, picture())])
    sheet = desk.issue("xingyi.liaison", case, "sign_off_application").text
    assert "整改前图片\t1张，见销号申请单\t整改后图片\t无照片" in sheet


@variation
def test_nobody_below_reports_how_a_letter_was_carried_out(play: Play, desk: Desk) -> None:
    """整治形式主义为基层减负若干规定：一般不要求报送贯彻落实情况。"""
    case = play.open(FINDER, parties={"responsible": COUNTY}, description="请上报贯彻落实情况一份")
    play.act(FINDER, case, "dispatch")
    (mistake,) = desk.draft(FINDER, case, "dispatch_notice").mistakes
    assert "请删去“上报贯彻落实情况”" in mistake


def test_several_issuers_stand_above_each_other_with_the_word_beside_them() -> None:
    """GB/T 9704-2012 7.2.4: 如有“文件”二字，应当置于发文机关名称右侧，上下居中排布."""
    file = Document()
    add_mark(file, ["中共黔西南州委", "黔西南州人民政府", "文件"])
    (table,) = file.tables
    names, word = table.rows[0].cells
    assert [one.text for one in names.paragraphs] == ["中共黔西南州委", "黔西南州人民政府"]
    assert {one.alignment for one in names.paragraphs} == {WD_ALIGN_PARAGRAPH.DISTRIBUTE}
    assert (word.text, word.vertical_alignment) == ("文件", WD_CELL_VERTICAL_ALIGNMENT.CENTER)
    alone = Document()
    add_mark(alone, ["黔西南州督查局", "文件"])
    assert [one.text for one in alone.paragraphs] == ["黔西南州督查局文件"]
