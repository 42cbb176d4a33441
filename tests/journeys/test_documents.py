"""办法第二十一条：“及时发现和解决存在的问题”.

公文: what a case issues is numbered without gaps and kept as its attachment; what may not be said
is told all at once, and nothing is issued then.
"""

import json
from typing import Any

import pytest
from sqlalchemy import select

from api.papers.docx_file import docx_of
from api.papers.issuing import DocumentRefused
from tests.journeys.desk import Desk
from tests.journeys.play import Play, variation
from tests.journeys.problems import FINDER, PLAN, dispatched, publicity
from workflow.engine.errors import ConditionNotMet, NotYourTurn, OutOfTurn
from workflow.papers.composing import composed_of
from workflow.store.casework.documents import body_of
from workflow.store.database import Database
from workflow.store.plain import dumps
from workflow.store.tables.handles import USE

pytestmark = pytest.mark.journey


def undated(play: Play, **facts: Any) -> int:
    """A problem dispatched without a number, so that its notice gives one."""
    case = play.open(FINDER, **facts)
    play.act(FINDER, case, "dispatch")
    return case


def test_a_problem_is_handed_over_in_writing(play: Play, desk: Desk) -> None:
    """办法第二十一条，督查发现的问题交办责任单位：a letter, for a bureau orders no county."""
    case = undated(play)
    draft = desk.draft(FINDER, case, "dispatch_notice")
    assert draft.mistakes == ()
    assert draft.document.number == "州督查局函〔2026〕　号"  # none is given before it is issued
    paper = desk.issue(FINDER, case, "dispatch_notice")
    assert paper.number == "州督查局函〔2026〕1号"
    assert play.case(case).facts["dispatch_number"] == paper.number
    assert play.events(case)[-1] == "issue_document"
    assert "中共兴义市委、兴义市人民政府：" in paper.text
    assert "村道路灯损坏，三个月无人修复" in paper.text
    assert "2026年5月29日" in paper.text
    assert paper.name.startswith("州督查局函〔2026〕1号 关于交办")
    with play.database.reading() as connection:
        assert connection.execute(select(USE.c.case_id)).scalars().all() == [case]
    again = undated(play, description="安全饮水没有保障到户")
    assert desk.issue(FINDER, again, "dispatch_notice").number == "州督查局函〔2026〕2号"


@variation
@pytest.mark.parametrize("source", ["领导批示", "约谈", "软弱涣散整顿", "自查"])
def test_where_a_problem_comes_from_is_said_as_offices_say_it(
    play: Play, desk: Desk, source: str
) -> None:
    case = play.open(FINDER, source=source)
    play.act(FINDER, case, "dispatch", weakness="集体经济薄弱、服务能力差")
    text = desk.draft(FINDER, case, "dispatch_notice").document.text
    assert f"下列问题（来源：{source}），现交由你单位整改。" in text


def test_a_number_is_given_with_the_issue_or_not_at_all(play: Play, desk: Desk) -> None:
    """〔2026〕N号, no gaps: what is refused gives its number back, and a retry takes no second."""
    first, second = undated(play), undated(play, description="务必" * 300)
    with pytest.raises(NotYourTurn):
        desk.issue("xingyi.liaison", first, "dispatch_notice")
    with pytest.raises(DocumentRefused):
        desk.issue(FINDER, second, "dispatch_notice")
    paper = desk.issue(FINDER, first, "dispatch_notice", request="once")
    assert desk.issue(FINDER, first, "dispatch_notice", request="once") == paper
    assert paper.number == "州督查局函〔2026〕1号"
    with pytest.raises(ConditionNotMet, match="至多签发 1 次"):
        desk.issue(FINDER, first, "dispatch_notice")
    play.act("xingyi.liaison", first, "accept")
    with pytest.raises(OutOfTurn):
        desk.issue(FINDER, first, "dispatch_notice")


def test_every_mistake_is_told_at_once(play: Play, desk: Desk) -> None:
    """整治形式主义为基层减负若干规定: a department orders no party and government below it."""
    case = undated(play, description=f"责令整改，务必到位。{'很长的说明。' * 150}")
    mistakes = desk.draft(FINDER, case, "dispatch_notice").mistakes
    assert len(mistakes) == 1
    assert "“责令”、“务必”" in mistakes[0]
    with pytest.raises(DocumentRefused) as caught:
        desk.issue(FINDER, case, "dispatch_notice")
    assert caught.value.data["mistakes"] == list(mistakes)


def test_a_public_notice_says_nothing_personal(play: Play, desk: Desk) -> None:
    """销号公示 is read by everybody: its items, no personal data."""
    case = dispatched(play)
    play.act("xingyi.liaison", case, "accept", contact="李四")
    play.act(
        "xingyi.liaison", case, "submit_plan", **{**PLAN, "goal": "由李四修复，电话13800138000"}
    )
    play.act("zhou-dc.specialist2", case, "approve_plan")
    publicity(play, case)
    notice = desk.draft(FINDER, case, "sign_off_notice")
    assert "五、完成时限：2026年5月29日前。" in notice.document.text
    assert "审核和现场核查" in notice.document.text
    mistakes = notice.mistakes
    assert [sentence for sentence in mistakes if "手机号" in sentence]
    assert [sentence for sentence in mistakes if "“李四”" in sentence]


def test_a_report_goes_upward_and_asks_for_nothing(play: Play, desk: Desk) -> None:
    """办法第二十条，每年向上级党委和政府报告：上行文，标注签发人，不得夹带请示事项。"""
    play.until("2026-10-15 12:00")
    case = next(
        one for one in play.of_workflow("annual_report")
        if play.seat(one, "reporter") == "522301"
    )  # fmt: skip
    text = {name: f"{name}：各项任务完成。" for name in
            ("overview", "responsibility", "targets", "problems", "next_steps")}  # fmt: skip
    text["next_steps"] = "继续抓好落实。以上当否，请批示。"
    play.act("xingyi.liaison", case, "submit", **text)
    play.act("xingyi.head", case, "issue", signer="张××")
    mistakes = desk.draft("xingyi.liaison", case, "annual_report").mistakes
    assert [sentence[:12] for sentence in mistakes] == ["报告里不得夹带请示事项，"] * 2
    play.act("zhou-bg.liaison", case, "receive")
    play.act("zhou-bg.liaison", case, "return", corrections="请删去请示事项")
    play.act("xingyi.head", case, "resubmit", next_steps="继续抓好落实。")
    paper = desk.issue("xingyi.liaison", case, "annual_report")
    assert "签发人：张××" in paper.text
    assert "关于2026年实施乡村振兴战略进展情况的报告" in paper.text
    assert "中共黔西南州委、黔西南州人民政府：" in paper.text


@variation
def test_the_parts_of_a_report_are_numbered_as_they_stand(play: Play, desk: Desk) -> None:
    play.until("2026-10-15 12:00")
    case = next(
        one for one in play.of_workflow("annual_report")
        if play.seat(one, "reporter") == "522301"
    )  # fmt: skip

    def parts() -> str:
        text = desk.issue("xingyi.liaison", case, "county_congress_report").text
        return "".join(line[0] for line in text.splitlines() if line[1:2] == "、")

    always = ("overview", "responsibility", "targets", "problems", "next_steps")
    play.act("xingyi.liaison", case, "submit", **dict.fromkeys(always, "各项任务完成。"))
    play.act("xingyi.head", case, "issue", signer="张××")
    assert parts() == "一二三四五"
    play.act("zhou-bg.liaison", case, "receive")
    play.until("2026-10-19 10:00")  # a week asks a county for two reports at most
    for more, numbers in (("rectified", "一二三四五六"), ("consolidation", "一二三四五六七")):
        play.act("zhou-bg.liaison", case, "return", corrections="请补充这一部分")
        play.act("xingyi.head", case, "resubmit", **{more: "各项任务完成。"})
        assert parts() == numbers


@variation
def test_the_same_document_is_the_same_bytes(play: Play, desk: Desk, database: Database) -> None:
    case = undated(play)
    paper = desk.issue(FINDER, case, "dispatch_notice")
    assert desk.issued(case, paper.seq).content == paper.content
    with database.reading() as connection:
        title, body = body_of(connection, case, paper.seq) or ("", "")
    kept = composed_of(json.loads(body))
    assert (title, dumps(kept.as_dict())) == (kept.title, body)
    assert docx_of(kept) == paper.content


def test_every_line_of_a_template_is_a_paragraph(play: Play, desk: Desk) -> None:
    """A part that is left out leaves no trace; one that is there is not joined to the next."""
    case = undated(play, place="吴家坪村")
    blocks = [block.text for block in desk.draft(FINDER, case, "dispatch_notice").document.blocks]
    at = blocks.index("村道路灯损坏，三个月无人修复")
    assert blocks[at + 1] == "二、整改要求"
    assert [text[:3] for text in blocks if text.startswith("（")] == ["（一）", "（二）", "（三）"]
    assert all(blocks)
