"""What people write is checked, made plain, and refused in one answer with a sentence a fact."""

from typing import Any

import pytest

from tests.engine.definitions import define
from workflow.engine.errors import InvalidInput
from workflow.engine.facts import LONGEST_TEXT, MOST_ROWS, clean, value_of

DEFINITION = define("""
facts:
  words: { title: 文字 }
  short: { title: 短句, min: 2, max: 5 }
  grade: { title: 等级, type: choice, options: [轻, 重] }
  day: { title: 日期, type: date }
  count: { title: 件数, type: integer, min: 0, max: 100 }
  money: { title: 金额, type: number, min: 0 }
  open: { title: 公开, type: yes_no }
  rows:
    title: 明细
    type: table
    columns:
      name: { title: 名称 }
      due: { title: 期限, type: date, optional: true }
      price: { title: 单价, type: number, optional: true }
states:
  start:
    title: 开始
    turn: worker
    events: { finish: { title: 完成, by: worker.clerk, to: end } }
  end: { title: 结束, final: true }
""")

GOOD = [
    ("words", "修路", "修路"),
    ("words", "  两边的空格去掉 \n", "两边的空格去掉"),
    ("words", "一行\r\n二行\t完", "一行\n二行\t完"),
    ("words", "字" * LONGEST_TEXT, "字" * LONGEST_TEXT),
    ("words", "=1+1", "=1+1"),
    ("words", "😀𠮷", "😀𠮷"),
    ("short", "两字", "两字"),
    ("short", "一二三四五", "一二三四五"),
    ("grade", "轻", "轻"),
    ("day", "2026-09-30", "2026-09-30"),
    ("day", "2028-02-29", "2028-02-29"),
    ("day", "20260930", "2026-09-30"),
    ("count", 7, 7),
    ("count", "7", 7),
    ("count", 7.0, 7),
    ("count", 0, 0),
    ("count", 100, 100),
    ("money", 0.5, 0.5),
    ("money", "1234.50", 1234.5),
    ("open", True, True),
    ("open", False, False),
    ("open", "是", True),
    ("open", "否", False),
    ("open", "true", True),
    ("open", "0", False),
    ("rows", [{"name": "甲"}], [{"name": "甲"}]),
    (
        "rows",
        [{"name": "甲", "due": "2026-09-30", "price": "2"}, {"name": "乙", "due": ""}],
        [{"name": "甲", "due": "2026-09-30", "price": 2.0}, {"name": "乙"}],
    ),
]

BAD = [
    ("words", 7, "应为文字"),
    ("words", ["修路"], "应为文字"),
    ("words", "响铃\x07", "控制字符"),
    ("words", "零\x00", "控制字符"),
    ("words", "半个\ud800", "控制字符"),
    ("words", "字" * (LONGEST_TEXT + 1), "4001"),
    ("short", "一", "2 至 5"),
    ("short", "一二三四五六", "2 至 5"),
    ("grade", "中", "轻、重"),
    ("grade", 1, "轻、重"),
    ("grade", ["轻"], "轻、重"),
    ("grade", {}, "轻、重"),
    ("day", "2026-02-29", "没有“2026-02-29”这个日期"),
    ("day", "2026-13-01", "没有"),
    ("day", "明天", "没有"),
    ("day", "9999-12-31", "2000 至 2100"),
    ("day", "1999-12-31", "2000 至 2100"),
    ("day", "2026-W40-3", "没有"),  # weeks of the year are not what anybody means
    ("day", 20260930.5, "没有"),
    ("count", 1.5, "整数"),
    ("count", "七", "数字"),
    ("count", True, "数字"),
    ("count", -1, "0 至 100"),
    ("count", 101, "0 至 100"),
    ("count", "nan", "数字"),
    ("count", "inf", "数字"),
    ("money", -0.01, "不能小于 0"),
    ("money", 1e16, "数字"),
    ("money", [1], "数字"),
    ("money", {}, "数字"),
    ("open", 1, "是或否"),
    ("open", "也许", "是或否"),
    ("open", ["是"], "是或否"),
    ("rows", "甲", "若干行"),
    ("rows", ["甲"], "若干行"),
    ("rows", [{"due": "2026-09-30"}], "第 1 行请填写“名称”"),
    ("rows", [{"name": "甲"}, {"name": "乙", "due": "2026-02-30"}], "第 2 行“期限”"),
    ("rows", [{"name": "甲", "colour": "红"}], "没有“colour”这一栏"),
    ("rows", [{"name": "甲"}] * (MOST_ROWS + 1), "至多 200 行"),
]


@pytest.mark.parametrize(("name", "raw", "kept"), GOOD)
def test_a_good_value_is_kept_plain(name: str, raw: Any, kept: Any) -> None:
    value = value_of(DEFINITION.facts[name], raw)
    assert value == kept
    assert type(value) is type(kept)


@pytest.mark.hostile
@pytest.mark.parametrize(("name", "raw", "words"), BAD)
def test_a_bad_value_is_refused_with_a_sentence(name: str, raw: Any, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        clean(DEFINITION, {name: raw}, needs=[name], may=[])
    (sentence,) = caught.value.data["facts"].values()  # type: ignore[attr-defined]
    assert words in sentence
    assert DEFINITION.facts[name].title in sentence


@pytest.mark.parametrize("nothing", [None, "", "   ", "\n", []])
def test_an_empty_value_counts_as_not_given(nothing: Any) -> None:
    assert clean(DEFINITION, {"words": nothing}, needs=[], may=["words"]) == {}
    with pytest.raises(InvalidInput, match="请填写“文字”"):
        clean(DEFINITION, {"words": nothing}, needs=["words"], may=[])


def test_every_problem_is_told_in_one_answer() -> None:
    given = {"day": "2026-02-29", "count": "很多", "money": 5, "nonsense": 1}
    with pytest.raises(InvalidInput) as caught:
        clean(DEFINITION, given, needs=["words", "day"], may=["count"])
    assert caught.value.data["facts"] == {
        "day": "日期：没有“2026-02-29”这个日期，应写成 2026-09-30 这样",
        "count": "件数：应为数字",
        "money": "这一步不填写“金额”",
        "nonsense": "这一步不填写“nonsense”",
        "words": "请填写“文字”",
    }


@pytest.mark.hostile
def test_a_huge_unknown_name_is_not_repeated_at_length() -> None:
    with pytest.raises(InvalidInput) as caught:
        clean(DEFINITION, {"名" * 100_000: 1}, needs=[], may=[])
    assert len(caught.value.sentence) < 100
