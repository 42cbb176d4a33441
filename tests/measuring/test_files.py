"""Indicators and scorecards as files: the shipped ones are right, a broken one is told why not."""

import re
import shutil
from pathlib import Path

import pytest

from tests.prefecture import NOW
from workflow.catalog import Catalog
from workflow.engine.errors import InvalidDefinition, Mistake
from workflow.engine.model import Model
from workflow.folder import SHIPPED, InvalidDefinitions, load_folder, load_measures
from workflow.measuring import model
from workflow.measuring.reading import read_folder, read_indicators, read_scorecard

pytestmark = pytest.mark.language

ROOT = Path(__file__).parents[2]
DEFINITIONS = {name: one for name, (one, _) in load_folder(SHIPPED).items()}
MEASURES, REFUSED = read_folder(SHIPPED, DEFINITIONS)
CARD = (SHIPPED / "scorecards" / "rural_2026.yaml").read_text(encoding="utf-8")
LIST = (SHIPPED / "indicators" / "rural.yaml").read_text(encoding="utf-8")


def mistakes(text: str) -> list[Mistake]:
    try:
        read_scorecard(text, "card.yaml", MEASURES.indicators, DEFINITIONS)
    except InvalidDefinition as error:
        return error.mistakes
    return []


def test_the_shipped_files_are_right_and_say_that_they_are_illustrations() -> None:
    assert REFUSED == []
    assert MEASURES.scorecards.keys() == {"rural.2026"}
    said = [(one.title, one.note or "") for one in MEASURES.lists.values() if one.note]
    assert said
    said += [(one.title, one.note or "") for one in MEASURES.scorecards.values()]
    for title, note in said:
        assert "示例" in title
        assert "示例" in note


def test_every_article_that_the_duty_list_rests_on_has_its_duties() -> None:
    """实施办法 第九条至第十三条: from the province to the village."""
    duties = [one.duty for one in MEASURES.indicators.values() if one.duty]
    articles = {duty.article.partition("条")[0] for duty in duties}
    assert articles == {"第九", "第十", "第十一", "第十二", "第十三"}


def test_the_office_that_confirms_sees_the_cases_that_every_rule_speaks_of() -> None:
    """A rule proposes nothing to whoever does not see its evidence."""
    for card in MEASURES.scorecards.values():
        rules = [some.rules.items() for some in (card.deductions, card.bonuses) if some]
        for name, rule in (pair for some in rules for pair in some):
            tables = [party.table for party in DEFINITIONS[rule.workflow].parties.values()]
            for kind in card.among:
                offices = {one for table in tables for one in table.get(kind, ())}
                assert card.kept_by in offices, f"{name}: {rule.workflow} of a {kind}"


@pytest.mark.parametrize(
    ("was", "becomes", "code", "path", "says"),
    [
        ("夯实基础: 40 }", "夯实基础: 39 }", "weights_sum", "parts",
         "“夯实基础”各部分的权重合计为 99"),
        ("引领示范: 25, 重", "引领示范: 25.5, 重", "weights_sum", "parts", "合计为 100.5"),
        ("share: 60, kind: formula, of: risk", "share: 61, kind: formula, of: risk",
         "shares_sum", "parts.consolidation.parts", "合计为 101"),
        ("of: grain,", "of: grian,", "unknown_indicator", "parts.industry.parts.grain.of", "grian"),
        ("per: villages", "per: vilages", "unknown_indicator",
         "parts.industry.parts.collective.per", "vilages"),
        ("none: 90, full: 100", "none: 90, full: 90", "no_scale",
         "parts.industry.parts.grain.full", "不能相同"),
        ("kind: judged, of: governance", "of: governance", "group_or_leaf",
         "parts.governance", "kind 和 of"),
        ("title: 卫生厕所, share: 50", "title: 卫生厕所, weights: { 引领示范: 50 }",
         "weight_or_share", "parts.construction.parts.toilets", "share"),
        ("classes: [引领示范, 重点推进, 夯实基础]", "classes: [引领示范, 重点推进]",
         "unknown_class", "parts.consolidation.weights", "夯实基础"),
        ("mark: ever_overdue", "mark: ever_overdu", "unknown_mark",
         "deductions.rules.overdue.mark", "ever_overdu"),
        ("state: [attended,", "state: [attend,", "unknown_state",
         "deductions.rules.interviewed.state.0", "attend"),
        ("mark: rebounded,", "", "mark_or_state", "deductions.rules.rebound", "只能写一个"),
        ("workflow: pilot", "workflow: pilots", "unknown_workflow",
         "bonuses.rules.promoted.workflow", "pilots"),
        ("ties: [consolidation, people]", "ties: [consolidation, toilets]", "unknown_part",
         "ties.1", "toilets"),
        ("at_least: 70 }", "at_least: 90 }", "grades_order", "grades", "从高到低"),
        ("event: announce", "event: anounce", "no_such_event", "process.event", "anounce"),
        ("exempt: exempted", "exempt: exempt", "unknown_mark", "process.exempt", "exempt"),
        ("workflow: assessment", "workflow: rectification", "not_periodic",
         "process.workflow", "不按日历发起"),
        ("rank: rank, class_rank", "subject: rank, class_rank", "given_type",
         "process.gives.subject", "放不下"),
        ("over: sum", "ovr: sum", "unknown_key", "parts.construction.parts.water.ovr", "ovr"),
        ("kind: survey", "kind: surveys", "bad_choice",
         "parts.people.parts.satisfaction.kind", "surveys"),
        ("points: 0.5, at_most: 4", "points: -1, at_most: 4", "out_of_range",
         "deductions.rules.overdue.points", "超出范围"),
        ("fact: points,", "fact: point,", "unknown_fact", "deductions.rules.questioned.fact",
         "point"),
        ("fact: points,", "fact: grounds,", "not_number_fact", "deductions.rules.questioned.fact",
         "不是数字"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(
    was: str, becomes: str, code: str, path: str, says: str
) -> None:
    assert was in CARD
    text = CARD.replace(was, becomes, 1)
    told = [one for one in mistakes(text) if (one.code, one.path) == (code, path)]
    assert told, mistakes(text)
    assert says in told[0].problem
    assert told[0].line > 1
    assert told[0].column >= 1


def test_an_indicator_stands_in_one_list_and_its_bounds_in_order() -> None:
    with pytest.raises(InvalidDefinition) as caught:
        read_indicators(LIST, "again.yaml", MEASURES.indicators)
    assert {one.code for one in caught.value.mistakes} == {"name_twice"}
    with pytest.raises(InvalidDefinition) as caught:
        read_indicators(LIST.replace("min: -50, max: 100", "min: 50, max: 10"), "l.yaml")
    (mistake,) = caught.value.mistakes
    assert (mistake.code, mistake.path) == ("bad_bounds", "items.income_growth")


def test_a_folder_tells_the_mistakes_of_every_file(tmp_path: Path) -> None:
    for folder, text in (("indicators", LIST.replace("%", "")), ("scorecards", CARD)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidDefinitions) as caught:
        load_measures(tmp_path, DEFINITIONS)
    assert {one.source for one in caught.value.refused} == {"one.yaml"}
    assert len(caught.value.refused) == 2


def test_a_changed_scorecard_is_published_though_no_workflow_has_changed(
    catalog: Catalog, tmp_path: Path
) -> None:
    folder = tmp_path / "definitions"
    shutil.copytree(SHIPPED, folder)
    with (folder / "scorecards" / "rural_2026.yaml").open("a", encoding="utf-8") as card:
        card.write("# 改过\n")
    assert catalog.publish(folder, NOW) == ["rural.2026"]
    assert catalog.publish(folder, NOW) == []


# The guide


TABLES: dict[str, type[Model]] = {
    "A list of indicators": model.Indicators,
    "An indicator": model.Indicator,
    "A duty": model.Duty,
    "A scorecard": model.Scorecard,
    "A line of the tree": model.Part,
    "Deductions and bonuses": model.Rules,
    "A rule": model.Rule,
    "A grade": model.Grade,
    "The process": model.Process,
}


@pytest.mark.parametrize("heading", TABLES)
def test_the_guide_knows_every_key(heading: str) -> None:
    guide = (ROOT / "docs" / "scorecards.md").read_text(encoding="utf-8")
    section = guide.split(f"### {heading}\n")[1].split("\n### ")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", section, re.MULTILINE)
    part = TABLES[heading]
    required = {name for name, default in rows if default == "required"}
    assert [name for name, _ in rows] == list(part.model_fields)
    assert required == {name for name, one in part.model_fields.items() if one.is_required()}
