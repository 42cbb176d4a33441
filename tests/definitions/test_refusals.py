"""A broken definition is refused whole: every mistake with its place, code, sentence and hint.

`broken.yaml` lists ways to break `repair.yaml`, one each; here is what needs more than one line.
"""

import re
from pathlib import Path

import pytest

from tests.definitions.mistakes import REPAIR, SHIPPED, changed, mistakes_of, told
from workflow.engine.errors import InvalidDefinition
from workflow.engine.parsing import MOST_MISTAKES
from workflow.engine.sentences import SENTENCES
from workflow.folder import InvalidDefinitions, load_folder
from workflow.yaml_text import MAX_CHARACTERS, read_definition, read_yaml

pytestmark = [pytest.mark.language, pytest.mark.hostile]

HERE = Path(__file__).parent
BROKEN_TEXT = (HERE / "broken.yaml").read_text(encoding="utf-8")
BROKEN: list[dict[str, str]] = read_yaml(BROKEN_TEXT, "broken.yaml").tree
ARROW = "←"
SPARE = "bad" + "_value"
"""The code of whatever pydantic may come to refuse one day."""

DRAFT = "    title: 待报\n"
DROP = "drop: { title: 放弃, by: asker.clerk, to: dropped }"
REASON = "  reason: { title: 理由 }\n"
WHEN = "        when: days_left >= 0\n"


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: f"{case['code']}-{case['path']}")
def test_a_mistake_is_told_with_its_place_a_sentence_and_a_hint(case: dict[str, str]) -> None:
    text = changed(REPAIR, (case["was"], case["is"]))
    lines = [at for at, line in enumerate(text.splitlines(), 1) if ARROW in line]
    mistakes = mistakes_of(text.replace(ARROW, ""))
    assert [(m.code, m.path) for m in mistakes] == [(case["code"], case["path"])]
    (mistake,) = mistakes
    assert case["says"] in mistake.problem
    assert case.get("hint", "") in mistake.hint
    assert mistake.line >= 1
    assert lines in ([], [mistake.line])


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("true" + " && true" * 60, "too_long"),
        ("(" * 150 + "true" + ")" * 150, "condition_too_deep"),
    ],
)
def test_a_condition_stays_small(condition: str, code: str) -> None:
    here = "states.fixing.events.done.when"
    assert told(changed(REPAIR, ("days_left >= 0", condition))) == [(code, here)]


def test_a_condition_of_a_limit_stays_small() -> None:
    text = changed(REPAIR, ("{ is: by due }", f"{{ is: by due, when: '{'1' * 401}' }}"))
    assert told(text) == [("too_long", "states.checking.limit.1.when")]


def test_a_notice_without_a_template_is_refused_where_templates_are_known(tmp_path: Path) -> None:
    text = SHIPPED["urging.yaml"]
    (tmp_path / "urging.yaml").write_text(changed(text, ("notice: urged", "notice: urgd")))
    assert load_folder(tmp_path).keys() == {"urging"}
    with pytest.raises(InvalidDefinition) as refused:
        load_folder(tmp_path, notices={"urged", "told"})
    (mistake,) = refused.value.mistakes
    assert (mistake.code, mistake.line > 1) == ("unknown_notice", True)
    assert "是否想写 urged" in mistake.hint


def test_a_notice_that_would_show_nothing_is_not_published(tmp_path: Path) -> None:
    """A version that is in force is read still: cases stand in it."""
    title = "    title: 待签发\n"
    text = changed(SHIPPED["urging.yaml"], (title, f"{title}    public: true\n"))
    assert read_definition(text, "urging.yaml").states["drafted"].public
    (tmp_path / "urging.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidDefinition) as refused:
        load_folder(tmp_path)
    (mistake,) = refused.value.mistakes
    assert (mistake.code, mistake.path) == ("nothing_public", "states.drafted.public")
    shown = changed(text, ("title: 催办事项, lines", "title: 催办事项, public: true, lines"))
    (tmp_path / "urging.yaml").write_text(shown, encoding="utf-8")
    assert load_folder(tmp_path).keys() == {"urging"}


def test_what_the_cases_break_is_right_by_itself() -> None:
    assert read_definition(REPAIR, "repair.yaml").workflow == "repair"


def test_every_code_is_produced_by_some_test() -> None:
    tests = (*HERE.glob("test_*.py"), HERE.parent / "measuring" / "test_files.py")
    said = [re.findall(r'"(\w+)"', path.read_text(encoding="utf-8")) for path in tests]
    produced = {case["code"] for case in BROKEN}.union(*said)
    assert SENTENCES.keys() - produced == {SPARE}


def test_every_sentence_is_chinese_and_one_sentence() -> None:
    for sentence in SENTENCES.values():
        assert any("\u4e00" <= character <= "\u9fff" for character in sentence)
        assert "。" not in sentence


# Several mistakes, and how they are told


def test_what_gives_its_period_up_is_not_taken_back() -> None:
    """Another case may be of it by then."""
    drop, dropped = "to: dropped }", "final: true, void: true }"
    taken_back = changed(
        REPAIR, (f"by: asker.clerk, {drop}", f"by: asker.clerk, {drop[:-2]}, take_back: true }}")
    )
    assert mistakes_of(taken_back) == []
    freed = changed(taken_back, (dropped, "final: true, void: true, frees_period: true }"))
    assert told(freed) == [("bad_take_back", "states.draft.events.drop.take_back")]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = changed(
        REPAIR,
        ("anchor: asker", "anchor: askr"),
        ("returns: 退回次数", "retruns: 退回次数"),
        ("    hand_over: fixer.clerk\n", "    handover: fixer.clerk\n"),
        ("to: checking\n", "to: cheking\n"),
        ("cost > 1000.0", "costs > 1000.0"),
        ("at: due + 5 working days", "at: due - 5 working days"),
        ("    needs_signed: [first", "    title: 重复\n    needs_signed: [first"),
    )
    mistakes = mistakes_of(text)
    assert [(m.code, m.path) for m in mistakes] == [
        ("unknown_party", "anchor"),
        ("unknown_word", "marks.costly.when"),
        ("ladder_order", "ladders.desk.2.at"),
        ("unknown_word", "proposals.again.when"),
        ("unknown_key", "states.fixing.handover"),
        ("unknown_state", "states.fixing.events.done.to"),
        ("unknown_count", "states.auditing.events.return.adds"),
        ("key_twice", ""),
    ]
    assert [m.line for m in mistakes] == sorted(m.line for m in mistakes)


def test_a_mistake_prints_as_editors_expect_it() -> None:
    with pytest.raises(InvalidDefinition) as caught:
        read_definition(REPAIR.replace("anchor: asker", "anchor: askr"), "repair.yaml")
    assert str(caught.value) == (
        "repair.yaml:5:1: anchor: 没有“askr”这个参与方"
        "（允许：asker, auditor, fixer；是否想写 asker？） [unknown_party]"
    )


def test_a_misspelled_group_does_not_hide_what_is_wrong_inside_it() -> None:
    text = changed(REPAIR, ("\nladders:\n", "\nladers:\n"), ("mark: late", "mark: lat"))
    assert told(text) == [
        ("unknown_key", "laders"),
        ("unknown_mark", "laders.desk.2.mark"),
    ]


def test_a_group_of_the_wrong_kind_is_all_that_is_told() -> None:
    cut = REPAIR[: REPAIR.index("states:\n")] + "states: none\n"
    assert told(cut) == [("not_mapping", "states")]


def test_more_mistakes_than_anybody_reads_are_cut() -> None:
    events = "".join(f"      event_{at}: {{ title: 一, to: nowhere }}\n" for at in range(2000))
    mistakes = mistakes_of(changed(REPAIR, (f"      {DROP}\n", f"      {DROP}\n{events}")))
    assert len(mistakes) == MOST_MISTAKES + 1
    assert mistakes[0].code == "too_many_mistakes"


def test_a_definition_without_a_final_state_is_told_only_that() -> None:
    text = REPAIR.replace("final: true", "final: false").replace(", void: true", "")
    codes = told(text)
    assert ("no_final_state", "states") in codes
    assert "no_end" not in {code for code, _ in codes}


def test_a_calendar_names_one_party_only() -> None:
    periodic = """periodic:
  on: 10-15
  party: asker
  among: county
  facts: { what: '"年报"', grade: '"轻"' }

opening:
"""
    second = "  witness: { title: 见证单位 }\n\nfacts:\n"
    text = REPAIR.replace("opening:\n", periodic)
    assert read_definition(text, "x").cadence("year")
    both = changed(text, ("\nfacts:\n", second))
    assert told(both) == [("calendar_cannot_name", "parties.witness")]


def test_a_series_needs_its_cause_and_level_from_the_start() -> None:
    level = "  level: { title: 级次, type: integer }\n"
    series = "series: { cause: what, level: level, first: 1 }\n\nopening:\n"
    text = changed(REPAIR, (REASON, REASON + level), ("opening:\n", series))
    assert told(text) == [("series_not_needed", "series.level")]


def test_a_definition_too_large_to_search_is_told_so() -> None:
    many = "".join(f"  side_{at}: {{ title: 签, stamps: work }}\n" for at in range(7))
    text = changed(REPAIR, ("sign_offs:\n", f"sign_offs:\n{many}"))
    assert told(text) == [("too_many_parts", "sign_offs")]


# What may look wrong and is right


def test_nobodys_turn_is_fine_where_a_child_is_awaited() -> None:
    waiting = (
        "  waiting:\n    title: 等候\n    events:\n"
        "      go: { title: 继续, on: extension.approved, to: dropped }\n  dropped:"
    )
    text = REPAIR.replace("  dropped:", waiting).replace(DROP, DROP.replace("dropped", "waiting"))
    assert read_definition(text, "repair.yaml").states["waiting"].turn is None


def test_yes_no_on_and_off_are_words() -> None:
    text = REPAIR.replace("[轻, 重]", "[轻, 重, no, yes, on, off, y]")
    text = text.replace("title: 理由", "title: no")
    definition = read_definition(text, "repair.yaml")
    assert definition.facts["grade"].options == ("轻", "重", "no", "yes", "on", "off", "y")
    assert definition.facts["reason"].title == "no"
    assert definition.states["fixing"].events.keys() == {"extend", "pause", "man", "done"}
    assert read_yaml("on: off\nno: yes\n", "x").tree == {"on": "off", "no": "yes"}


def test_a_text_inside_a_condition_is_not_taken_for_a_name() -> None:
    condition = """        when: reason != "children.nobody" && reason != 'x in marks'\n"""
    assert read_definition(REPAIR.replace(WHEN, condition), "x").workflow == "repair"


# Text that is not a definition at all


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "hint"),
    [
        ("", "empty_file", 1, 1, ""),
        ("# 只有注释\n", "empty_file", 1, 1, ""),
        ("---\n", "empty_file", 1, 1, ""),
        ("一段文字", "not_mapping", 1, 1, ""),
        ("- a\n- b\n", "not_mapping", 1, 1, ""),
        ("42", "not_mapping", 1, 1, ""),
        ("\ufeff- a\n", "not_mapping", 1, 1, ""),
        ("a: 1\n---\nb: 2\n", "several_documents", 2, 1, ""),
        ("a: b: c\n", "yaml_syntax", 1, 5, "冒号"),
        ("a: 'x\n", "yaml_syntax", 2, 1, "引号"),
        ("a:\n\t- b\n", "yaml_syntax", 2, 1, "制表符"),
        ("a: [1, 2\nb: 3\n", "yaml_syntax", 2, 2, "括号"),
        ("a: 1\n  b: 2\n", "yaml_syntax", 2, 4, "冒号"),
        ("a: \x07\n", "bad_character", 1, 4, ""),
        ("a: 1\nb: \ud800\n", "bad_character", 2, 4, ""),
        ("[a, b]: c\n", "key_not_word", 1, 1, ""),
        ("? {a: b}\n: c\n", "key_not_word", 1, 3, ""),
        ("a: &x 1\nb: *x\n", "alias", 2, 4, ""),
        ("a: *x\n", "alias", 1, 4, ""),
        ("a:\n  b: !!python/object/apply:os.system [id]\n", "tag", 2, 6, ""),
        ("a: !include secret.yaml\n", "tag", 1, 4, ""),
        ("x" * (MAX_CHARACTERS + 1), "too_long_file", 0, 0, ""),
        ("[" * 10_000, "too_deep", 1, 21, ""),
        ("{a: " * 10_000, "too_deep", 1, 81, ""),
        ("- " * 10_000, "too_deep", 1, 41, ""),
        ("? " * 10_000, "key_not_word", 1, 3, ""),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_text_that_is_no_definition_is_refused_at_its_place(
    text: str, code: str, line: int, column: int, hint: str
) -> None:
    mistake = next(mistake for mistake in mistakes_of(text) if mistake.code == code)
    assert (mistake.line, mistake.column) == (line, column)
    assert hint in mistake.hint


def test_a_bomb_of_aliases_stays_small() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{at}: &a{at} [*a{at - 1}, *a{at - 1}]\n" for at in range(1, 100)
    )
    assert {code for code, _ in told(bomb)} == {"alias"}


def test_a_key_that_stands_twice_counts_once() -> None:
    assert told(changed(REPAIR, (DRAFT, DRAFT + "    title: 5\n"))) == [("key_twice", "")]


def test_a_ranking_fills_columns_that_can_hold_it() -> None:
    tallies = "tallies:\n  late: { title: 逾期, of: repair, count: overdue }\n\nopening:\n"
    table = """  worst:
    title: 黑榜
    type: table
    columns:
      unit: { title: 单位, type: number }
      late: { title: 逾期 }
    ranking: { by: late, order: highest }
"""
    text = changed(REPAIR, ("opening:\n", tallies), (REASON, REASON + table))
    assert told(text) == [
        ("not_rankable", "facts.worst.columns.unit.type"),
        ("not_rankable", "facts.worst.columns.late"),
    ]


def test_a_listing_is_put_in_order_by_its_columns() -> None:
    table = """  others:
    title: 各单位
    type: table
    columns: { unit: { title: 单位 } }
    listing: { of: repair, by: [unit, rank] }
"""
    text = changed(REPAIR, (REASON, REASON + table))
    assert told(text) == [("unknown_column", "facts.others.listing.by.1")]


def test_a_file_in_another_encoding_is_told_how_to_save_it(tmp_path: Path) -> None:
    (tmp_path / "repair.yaml").write_bytes(REPAIR.encode("gb18030"))
    with pytest.raises(InvalidDefinitions) as refused:
        load_folder(tmp_path)
    (mistake,) = refused.value.mistakes
    assert (mistake.code, "另存为 UTF-8" in mistake.hint) == ("not_utf8", True)


def test_a_comma_that_tears_a_condition_apart_is_told_to_need_quotes() -> None:
    torn = "{ is: by due, when: days_left > 1 && matches(reason, reason) }"
    mistakes = mistakes_of(changed(REPAIR, ("{ is: by due }", torn)))
    assert "单引号" in {one.code: one.hint for one in mistakes}["unknown_key"]
