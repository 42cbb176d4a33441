"""公文 on paper (GB/T 9704-2012): what was once wrong when somebody looked at the pages."""

import io
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from api.papers.docx_file import docx_of
from api.papers.values import called_in_title, fact_in_words, rows_of
from workflow.engine.definition import Column, Fact
from workflow.papers.composing import Composed, Envelope, compose
from workflow.papers.template import Template

JOINT = "中共黔西南州委 黔西南州人民政府"
COUNTIES = tuple(f"中共{name}委 {name}人民政府" for name in ("兴义市", "兴仁市", "普安县"))
TABLES = {
    "items": (
        ("事项", "时限"),
        ("修复村口至二组的路灯", "2026年12月31日"),
        ("明确管护人员", "2026年4月1日"),
        ("公布报修电话", "2026年4月1日"),
    )
}
EMU_A_LINE = 24 * 12700


def composed(
    layout: str, body: Any = "现通知如下。", copies: tuple[str, ...] = (), kind: str = "通知"
) -> Composed:
    template = Template.model_validate(
        {"document": "paper", "name": "公文", "kind": kind, "layout": layout,
         "title": "约谈通知书", "body": body}
    )  # fmt: skip
    values: dict[str, Any] = {"issuer": JOINT, "said": "路灯三个月没有修复。"}
    envelope = Envelope(JOINT, COUNTIES[:1], copies, "2026年3月2日")
    return compose(template, values, TABLES, envelope, "")


def drawn(*args: Any, **more: Any) -> Any:
    """A document as a word processor opens it."""
    return Document(io.BytesIO(docx_of(composed(*args, **more))))


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


def test_who_signs_stands_below_what_is_signed_with_room_for_it() -> None:
    """An opinion is written by hand, and a form whose last row stands alone says nothing."""
    rows = [["事项", "路灯"], ["批准单位意见", ""], ["批准人（签字）", "", "日期", ""]]
    (table,) = drawn("form", [{"grid": [["编号", "1号"], *rows]}]).tables
    held = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert held == [None, True, True, None]
    assert [round(row.height.mm) for row in table.rows] == [11, 11, 20, 15]


def test_a_long_title_of_a_form_is_not_left_with_one_character_in_a_line() -> None:
    (short,) = drawn("form", [{"grid": [["编号", "1号"]]}]).tables
    (long,) = drawn("form", [{"grid": [["不参加排名的理由", "无"]]}]).tables
    assert [round(one.columns[0].width.mm) for one in (short, long)] == [34, 38]


def test_a_form_has_more_of_the_page_than_a_letter() -> None:
    heights = [drawn(layout).sections[0].top_margin.mm for layout in ("form", "plain")]
    assert [round(height) for height in heights] == [25, 37]


def test_digits_stand_beside_characters_without_a_gap() -> None:
    """“2026年3月2日”: with gaps the date were not where the seal is put, nor 28 in a line."""
    style = drawn("plain").styles["Normal"].element.pPr
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):
        assert style.find(qn(name)).get(qn("w:val")) == "0"


def test_a_heading_that_goes_on_as_text_is_a_heading_to_its_sign_however_short() -> None:
    said = "（一）核验和计分：由考核办承办。"
    (paragraph,) = [one for one in drawn("plain", said).paragraphs if one.text == said]
    assert [run.text for run in paragraph.runs] == ["（一）核验和计分：", "由考核办承办。"]
    assert paragraph.runs[0].font.name == "楷体_GB2312"
    assert paragraph.runs[1].font.name == "仿宋_GB2312"


def test_a_table_stands_below_what_it_is_called_and_none_of_its_rows_alone() -> None:
    file = drawn("plain", ["红榜：", {"table": "items"}, "请认真整改。"])
    (called,) = [one for one in file.paragraphs if one.text == "红榜："]
    assert called.paragraph_format.keep_with_next
    (table,) = file.tables
    held = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert held == [True, None, True, None]
    aligned = [cell.paragraphs[0].alignment for cell in table.rows[1].cells]
    assert aligned == [WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER]


def test_the_last_page_has_more_to_say_than_one_line() -> None:
    file = drawn("plain", ["请于3月底前整改到位，并公布结果。" * 3, "联系人：韦小兰。"])
    held = [one.text[:3] for one in file.paragraphs if one.paragraph_format.keep_with_next]
    assert held[:2] == ["请于3", "联系人"]


def test_a_report_names_whom_it_is_for_whatever_its_layout() -> None:
    """7.3.2 主送机关: what goes upward is addressed; a plan that is enclosed is not."""
    texts = {
        kind: [one.text for one in drawn("plain", kind=kind).paragraphs]
        for kind in ("报告", "方案")
    }
    assert "中共兴义市委、兴义市人民政府：" in texts["报告"]
    assert "中共兴义市委、兴义市人民政府：" not in texts["方案"]


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


def test_a_table_names_a_joint_office_as_two_and_leaves_empty_what_is_not_there() -> None:
    columns = {
        "unit": Column.model_validate({"title": "单位", "type": "unit", "among": ["county"]}),
        "score": Column.model_validate({"title": "得分", "type": "number"}),
    }
    fact = Fact(title="结果", type="table", columns=columns)
    rows = rows_of(fact, [{"unit": {"unit": 1, "name": "州委办公室 州政府办公室"}}])
    assert rows == (("单位", "得分"), ("州委办公室、州政府办公室", ""))


@pytest.mark.parametrize(
    ("file", "called"),
    [("自查自验报告.pdf", "自查自验报告"), ("3.2会议记录", "3.2会议记录"), ("a.b.docx", "a.b")],
)
def test_a_file_is_called_in_a_document_by_its_name_without_the_ending(
    file: str, called: str
) -> None:
    fact = Fact.model_validate({"title": "佐证", "type": "documents"})
    assert fact_in_words(fact, [{"name": file}]) == [called]


def test_a_number_in_a_document_has_no_gaps_beside_it() -> None:
    """Drafts are prefilled as pages say it: “逾期 3 件”."""
    assert composed("plain", "整改逾期 3 件，占 5.2%。").blocks[0].text == "整改逾期3件，占5.2%。"


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
