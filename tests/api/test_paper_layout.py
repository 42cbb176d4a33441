"""公文 on paper (GB/T 9704-2012): what was once wrong when somebody looked at the pages."""

import io
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from api.papers.docx_file import docx_of
from api.papers.values import called_in_title
from workflow.papers.composing import Composed, Envelope, compose
from workflow.papers.template import Template

JOINT = "中共黔西南州委 黔西南州人民政府"
COUNTIES = tuple(f"中共{name}委 {name}人民政府" for name in ("兴义市", "兴仁市", "普安县"))
EMU_A_LINE = 24 * 12700


def composed(layout: str, body: str = "现通知如下。", copies: tuple[str, ...] = ()) -> Composed:
    template = Template.model_validate(
        {"document": "paper", "name": "公文", "kind": "通知", "layout": layout,
         "title": "约谈通知书", "body": body}
    )  # fmt: skip
    values: dict[str, Any] = {"issuer": JOINT, "said": "路灯三个月没有修复。"}
    return compose(template, values, {}, Envelope(JOINT, COUNTIES[:1], copies, "2026年3月2日"), "")


def boxed(document: Composed) -> tuple[list[str], int]:
    """The lines of the 版记, and the height of its place in lines."""
    file = Document(io.BytesIO(docx_of(document)))
    (content,) = file.element.body.iter(qn("w:txbxContent"))
    texts = ("".join(t.text for t in p.iter(qn("w:t"))) for p in content.iter(qn("w:p")))
    (extent,) = file.element.body.iter(qn("wp:extent"))
    return [text for text in texts if text], int(extent.get("cy")) // EMU_A_LINE


def test_a_joint_letter_has_the_head_of_the_issuer_who_leads_and_is_signed_by_all() -> None:
    """10.1: 联合行文时，使用主办机关标志."""
    letter = composed("letter")
    head = Document(io.BytesIO(docx_of(letter))).sections[0].first_page_header
    assert head.paragraphs[0].text == "中共黔西南州委"
    assert letter.organ == ("中共黔西南州委", "黔西南州人民政府")
    assert composed("document").mark == JOINT


def test_names_that_take_several_lines_leave_room_for_who_printed_it() -> None:
    lines, height = boxed(composed("document", copies=COUNTIES))
    assert lines[0].startswith("抄送：中共兴义市委、兴义市人民政府，")
    assert lines[1].endswith("2026年3月2日印发")
    assert height == 3


def test_a_row_to_be_signed_is_not_torn_over_two_pages() -> None:
    """A long one may be, or a page would stay empty above it."""
    template = Template.model_validate(
        {"document": "form", "name": "审查表", "kind": "表单", "layout": "form", "title": "审查表",
         "body": [{"grid": [["情况", "路灯不亮。" * 80], ["审查人（签字）", ""]]}]}
    )  # fmt: skip
    form = compose(template, {"issuer": JOINT}, {}, Envelope(JOINT, (), (), ""), "")
    (table,) = Document(io.BytesIO(docx_of(form))).tables
    whole = [row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in table.rows]
    assert whole == [False, True]


def test_minutes_address_nobody_and_go_to_everybody_once() -> None:
    """10.3 纪要: who it is for stands at its foot."""
    minutes = composed("minutes", copies=COUNTIES[:2])
    text = "\n".join(p.text for p in Document(io.BytesIO(docx_of(minutes))).paragraphs)
    assert "兴义市" not in text
    lines, _ = boxed(minutes)
    assert lines[0] == "分送：中共兴义市委、兴义市人民政府，中共兴仁市委、兴仁市人民政府。"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("因{{ said }}，决定约谈。", "因路灯三个月没有修复，决定约谈。"),
        ("{{ said }}。", "路灯三个月没有修复。"),
        ("一是{{ said }}；二是限期办结。", "一是路灯三个月没有修复；二是限期办结。"),
    ],
)
def test_a_sentence_that_somebody_closed_goes_on_as_the_template_goes_on(
    body: str, said: str
) -> None:
    assert composed("document", body).blocks[0].text == said


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("村道路灯损坏，三个月无人修复。", "村道路灯损坏，三个月无人修复"),
        ("村口至二组的路灯共十二盏，其中七盏不亮，三个月来无人修复，群众夜间出行不便",
         "村口至二组的路灯共十二盏，其中七盏不亮，三个月来无人修复"),
        ("修" * 40, "修" * 30),
        ("某村“三保障”（含义务教育、基本医疗，住房安全）政策未落实，群众反映强烈",
         "某村“三保障”（含义务教育、基本医疗，住房安全）政策未落实"),
        ("某村两户的“三保障”没有落实到位（涉及义务教育、基本医疗，住房安全、饮水安全等）",
         "某村两户的“三保障”没有落实到位"),
        ("关于“" + "修" * 40, "关于“" + "修" * 27),
        ("", ""),
    ],
)  # fmt: skip
def test_a_title_calls_a_case_by_whole_clauses(text: str, called: str) -> None:
    assert called_in_title(text) == called
