"""办法第二十四条、第二十五条.

公文 of referrals, tickets, commendations and letters that grow graver: what each says, under whose
number, and what none of them says.
"""

from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH

from api.papers.docx_mark import add_mark
from tests.journeys import test_commendation as commendation
from tests.journeys import test_hotline as hotline
from tests.journeys import test_referral as referral
from tests.journeys.desk import Desk
from tests.journeys.play import COUNTY, Play, variation
from tests.journeys.problems import FINDER, rectifying
from workflow.engine.errors import ConditionNotMet, NotFound

pytestmark = pytest.mark.journey


@pytest.fixture
def desk(play: Play, tmp_path: Path) -> Desk:
    return Desk(play, tmp_path)


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
