"""Many cases from one table: preview, commit, the same file again, files that cannot be read."""

import io
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from api.spreadsheets.case_table import UnitNames
from api.spreadsheets.reading import MOST_ROWS
from tests.api.callers import ON_SQLITE, everything, refused
from tests.api.conftest import Rest
from tests.api.sheets import (
    HEADER,
    ROW,
    csv,
    far_corners,
    lying_bomb,
    many_parts,
    one_cell_bomb,
    xlsx,
)
from workflow.store.database import Database

SPECIALIST = "zhou-dc.specialist1"


def changed(**cells: Any) -> list[Any]:
    """A good row with other cells, by column: changed(责任单位="望谟县")."""
    row: list[Any] = list(ROW)
    for title, cell in cells.items():
        row[HEADER.index(title)] = cell
    return row


def test_people_in_a_table_are_called_by_name_and_known_before_it_is_committed(
    rest: Rest,
) -> None:
    liaison = rest("zhou.liaison")
    heads = ["联系领导所在单位", "联系点所在单位", "联系点", "联系领导"]
    name = rest("zhou.head").get("/me").json()["name"]
    wrong = xlsx(heads, ["522300", "522301", "兴义市", "查无此人"])
    right = xlsx(heads, ["522300", "522301", "兴义市", name])
    refused_row = liaison.upload("p.xlsx", wrong, workflow="contact_point").json()["rows"][0]
    assert refused_row["errors"] == {"联系领导": "联系领导：“查无此人”不在可以指定的人员之内"}
    assert liaison.upload("p.xlsx", right, workflow="contact_point").json()["wrong"] == 0
    done = liaison.upload("p.xlsx", right, workflow="contact_point", commit="true").json()
    case = liaison.get(f"/cases/{done['rows'][0]['case']}").json()
    named = next(one for one in case["ledgers"][0]["facts"] if one["name"] == "leaders")["value"]
    assert [(one["username"], one["name"]) for one in named] == [("zhou.head", name)]


@ON_SQLITE
def test_of_which_period_a_case_is_stands_in_a_column_of_its_own(rest: Rest) -> None:
    """No workflow that asks for a period could be opened from a table (0074)."""
    office = rest("zhou-bg.liaison")
    heads = ["报告单位", "期别", "报告名称"]
    without = xlsx(["报告单位", "报告名称"], ["522300", "年度汇总报告"])
    answer = office.upload("r.xlsx", without, workflow="summary_report")
    assert "缺少“期别”" in refused(answer, 422, "unreadable_file")
    wrong = xlsx(heads, ["522300", "去年", "年度汇总报告"], ["522300", "2026年四季度", "汇总"])
    rows = office.upload("r.xlsx", wrong, workflow="summary_report").json()["rows"]
    assert [row["errors"]["期别"] for row in rows] == [
        "没有“去年”这一期",
        "没有“2026年四季度”这一期",
    ]
    later = xlsx(heads, ["522300", "2027年", "年度汇总报告"])
    (row,) = office.upload("r.xlsx", later, workflow="summary_report").json()["rows"]
    assert row["errors"] == {"期别": "期别：2027年还没有开始"}
    right = xlsx(heads, ["522300", "2025年", "年度汇总报告"], ["522300", 2026, "年中汇总报告"])
    done = office.upload("r.xlsx", right, workflow="summary_report", commit="true").json()
    periods = [office.get(f"/cases/{row['case']}").json()["period"] for row in done["rows"]]
    assert periods == [2025, 2026]


def test_a_preview_opens_nothing_and_a_commit_opens_every_row_once(
    rest: Rest, database: Database
) -> None:
    specialist = rest(SPECIALIST)
    other = changed(责任单位="522326", 发现日期=date(2026, 2, 27))
    content = xlsx(HEADER, ROW, other, [])
    before = everything(database)
    preview = specialist.upload("problems.xlsx", content).json()
    assert (preview["committed"], preview["ok"], preview["wrong"]) == (False, 2, 0)
    assert everything(database) == before

    done = specialist.upload("problems.xlsx", content, commit="true").json()
    assert (done["committed"], done["ok"], done["wrong"]) == (True, 2, 0)
    assert [row["row"] for row in done["rows"]] == [2, 3]
    cases = [specialist.get(f"/cases/{row['case']}").json() for row in done["rows"]]
    assert [case["unit"]["name"] for case in cases] == ["兴义市", "望谟县"]
    assert [case["state"] for case in cases] == ["registered", "registered"]
    assert cases[1]["facts"]["found_on"] == "2026-02-27"

    after = everything(database)
    again = specialist.upload("renamed.xlsx", content, commit="true").json()
    assert again["rows"] == done["rows"]
    assert everything(database) == after
    known = specialist.upload("problems.xlsx", content).json()
    assert [row["number"] for row in known["rows"]] == [row["number"] for row in done["rows"]]


def test_one_wrong_row_keeps_all_out_and_each_wrong_cell_is_named(
    rest: Rest, database: Database
) -> None:
    content = xlsx(
        HEADER,
        ROW,
        changed(责任单位="兴仪市", 发现日期="2026-02-30"),
        changed(发现日期="2026-02-30", 问题描述="短", 来源类别="听说"),
        changed(责任单位=None, 问题等级=None),
        changed(责任单位="州督查局"),
    )
    before = everything(database)
    report = rest(SPECIALIST).upload("problems.xlsx", content).json()
    errors = {row["row"]: row["errors"] for row in report["rows"] if not row["ok"]}
    assert (report["ok"], report["wrong"], sorted(errors)) == (1, 4, [3, 4, 5, 6])
    assert set(errors[3]) == {"责任单位"}
    assert errors[3]["责任单位"].startswith("没有“兴仪市”这个单位，是不是“兴")
    assert "“兴义市”" in errors[3]["责任单位"]
    assert set(errors[4]) == {"发现日期", "问题描述", "来源类别"}
    assert "2026-02-30" in errors[4]["发现日期"]
    assert errors[5]["责任单位"] == "请填写“责任单位”"
    assert "本行" in errors[6]
    answer = rest(SPECIALIST).upload("problems.xlsx", content, commit="true")
    assert "4 行有误，一行也没有导入" in refused(answer, 422, "rows_refused")
    assert everything(database) == before


@pytest.mark.parametrize(
    "written",
    ["州委办公室 州政府办公室", "州委办公室、州政府办公室", "州委办公室\n州政府办公室",
     "中共黔西南州委办公室、黔西南州人民政府办公室", "522300-BG"],
)  # fmt: skip
def test_a_joint_office_is_found_however_its_names_are_joined(written: str) -> None:
    """Printed forms and people put a sign between them, the register a gap."""
    office = {
        "id": 5, "code": "522300-BG", "name": "中共黔西南州委办公室 黔西南州人民政府办公室",
        "short_name": "州委办公室 州政府办公室", "level": "prefecture", "kind": "department",
    }  # fmt: skip
    assert UnitNames([office]).find(written, ()) == 5


def test_who_may_not_open_such_cases_is_told_in_every_row(rest: Rest, database: Database) -> None:
    before = everything(database)
    report = rest("xingyi.liaison").upload("problems.xlsx", xlsx(HEADER, ROW)).json()
    assert "不能发起" in report["rows"][0]["errors"]["本行"]
    answer = rest("xingyi.liaison").upload("problems.xlsx", xlsx(HEADER, ROW), commit="true")
    refused(answer, 422, "rows_refused")
    assert everything(database) == before


@ON_SQLITE
def test_the_same_file_from_somebody_else_opens_nothing_twice(
    rest: Rest, database: Database
) -> None:
    content = xlsx(HEADER, ROW)
    first = rest(SPECIALIST).upload("problems.xlsx", content, commit="true").json()
    before = everything(database)
    other = rest("zhou-dc.specialist2").upload("problems.xlsx", content, commit="true").json()
    assert other["rows"] == first["rows"]
    assert everything(database) == before


@ON_SQLITE
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encodings_office_programs_write(rest: Rest, encoding: str) -> None:
    content = csv(HEADER, ROW, encoding=encoding)
    report = rest(SPECIALIST).upload("problems.csv", content).json()
    assert [row["ok"] for row in report["rows"]] == [True], report


@ON_SQLITE
def test_columns_come_in_any_order_and_those_that_may_be_left_out_are(rest: Rest) -> None:
    header = [*HEADER[:1], "来源", *HEADER[2:6], "整改类型", "备忘"]
    answer = rest(SPECIALIST).upload("problems.xlsx", xlsx(header, ROW))
    sentence = refused(answer, 422, "unreadable_file")
    assert "缺少“来源类别”、“整改时限”" in sentence
    assert "“来源”（是不是“来源类别”？）" in sentence
    assert "“备忘”" in sentence
    assert "“整改类型”出现了两次" in sentence


@ON_SQLITE
@pytest.mark.hostile
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空的"),
        (csv(HEADER), "一行也没有"),
        (b"PK\x03\x04 and no more", "读不了"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "旧版 xls"),
        (bytes(range(256)) * 9, "编码"),
        ("责任单位\x00".encode(), "读不了"),
        (csv(*[HEADER] + [ROW] * (MOST_ROWS + 1)), "5,000 行"),
        (csv(HEADER, (*ROW[:-1], "x" * 9000)), "8,000 个字"),
        (csv(["x"] * 300), "200 列"),
        (one_cell_bomb, "太大"),
        (lying_bomb, "太大"),
        (far_corners, "太大"),
        (many_parts, "太大"),
    ],
    ids=[
        "empty", "no rows", "cut xlsx", "old xls", "bytes", "nul", "many rows", "long cell",
        "many columns", "bomb", "lying bomb", "far corners", "many parts",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_gets_one_sentence(
    rest: Rest, database: Database, content: Any, said: str
) -> None:
    sent = content() if callable(content) else content
    before = everything(database)
    answer = rest(SPECIALIST).upload("problems.xlsx", sent, commit="true")
    assert said in refused(answer, 422, "unreadable_file")
    assert everything(database) == before


@ON_SQLITE
def test_what_looks_like_a_formula_stays_text(rest: Rest) -> None:
    row = changed(问题描述="=HYPERLINK(1)")
    done = rest(SPECIALIST).upload("problems.xlsx", xlsx(HEADER, row), commit="true").json()
    facts = rest(SPECIALIST).get(f"/cases/{done['rows'][0]['case']}").json()["facts"]
    assert facts["description"] == "=HYPERLINK(1)"


def test_the_template_tells_which_units_there_are(rest: Rest) -> None:
    """Their codes and names stand on a sheet beside the one that is filled in."""
    answer = rest(SPECIALIST).get("/cases/import/template", workflow="rectification")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names[:2] == ["问题整改", "单位"]
    head, *units = book.get_sheet_by_name("单位").to_python()
    assert head == ["编码", "简称", "全称", "上级"]
    assert ["522301", "兴义市", "中共兴义市委 兴义市人民政府", "黔西南州"] in units
    assert len({code for code, *_ in units}) == len(units)
