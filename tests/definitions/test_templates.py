"""Templates of documents: a mistake is told with its line, and every shipped one is used."""

from pathlib import Path

import pytest

from workflow.engine.errors import InvalidDefinition
from workflow.folder import SHIPPED, TEMPLATES, load_folder, load_templates
from workflow.papers.reading import read_template

pytestmark = pytest.mark.language

LETTER = """document: reminder
name: 提醒函
kind: 函
layout: letter
title: 关于{{ facts.matter }}的函
body:
  - 请{{ actor }}联系。
"""


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(InvalidDefinition) as caught:
        read_template(text, "reminder.yaml")
    return [(mistake.line, mistake.code) for mistake in caught.value.mistakes]


def test_a_mistake_in_a_template_has_its_line() -> None:
    assert read_template(LETTER, "reminder.yaml").layout == "letter"
    assert mistakes(LETTER.replace("kind: 函", "kind: 令")) == [(3, "bad_choice")]
    assert mistakes(LETTER.replace("title:", "titel:")) == [(1, "missing_key"), (5, "unknown_key")]
    broken = LETTER.replace("{{ facts.matter }}", "{{ facts.matter")
    assert mistakes(broken) == [(5, "bad_template")]
    assert mistakes(LETTER.replace("请{{ actor }}", "请{% if actor %}")) == [(7, "bad_template")]


@pytest.mark.parametrize(
    ("was", "wrong", "code", "said"),
    [
        ("facts.matter", "facts.mater", "unknown_in_template", "facts.mater"),
        ("{{ actor }}", "{{ case.nubmer }}", "unknown_in_template", "case.nubmer"),
        ("{{ actor }}", "{{ request }}", "unknown_in_template", "request"),
        ("document: reminder", "document: remainder", "unknown_template", "reminder"),
    ],
)
def test_a_template_speaks_of_what_the_case_knows(
    tmp_path: Path, was: str, wrong: str, code: str, said: str
) -> None:
    (tmp_path / TEMPLATES).mkdir()
    urging = (SHIPPED / "urging.yaml").read_text(encoding="utf-8")
    used = urging.replace("  urging_letter:\n", "  reminder:\n")
    (tmp_path / "urging.yaml").write_text(used, encoding="utf-8")
    file = tmp_path / TEMPLATES / "reminder.yaml"
    file.write_text(LETTER, encoding="utf-8")
    assert "urging" in load_folder(tmp_path)
    file.write_text(LETTER.replace(was, wrong), encoding="utf-8")
    with pytest.raises(InvalidDefinition) as caught:
        load_folder(tmp_path)
    (mistake,) = caught.value.mistakes
    assert (mistake.code, mistake.path) == (code, "documents.reminder")
    assert f"“{said}”" in mistake.problem


def test_every_shipped_template_is_used() -> None:
    used = {
        paper.template or name
        for definition, _ in load_folder(SHIPPED).values()
        for name, paper in definition.documents.items()
    }
    templates, refused = load_templates(SHIPPED)
    assert not refused
    assert used == set(templates)
    print(f"figure: document templates = {len(templates)}")
