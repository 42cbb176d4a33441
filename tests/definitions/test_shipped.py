"""The workflows we ship: each loads, all fit together, and people read Chinese."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workflow.engine.definition import Definition
from workflow.engine.flow import check_paths
from workflow.engine.links import check_links
from workflow.yaml_text import read_definition, read_yaml

pytestmark = pytest.mark.language

FOLDER = Path(__file__).parents[2] / "definitions"
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}
DEFINITIONS = {name: read_definition(text, f"{name}.yaml") for name, text in TEXTS.items()}
CHINESE = re.compile("[\u4e00-\u9fff]")

each = pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)


def test_there_are_workflows() -> None:
    assert len(DEFINITIONS) >= 7


def test_a_file_has_the_name_of_its_workflow() -> None:
    assert {name: one.workflow for name, one in DEFINITIONS.items()} == {n: n for n in DEFINITIONS}


def test_the_files_fit_together() -> None:
    assert check_links(DEFINITIONS) == {}


@each
def test_every_state_is_reached_and_reaches_an_end(definition: Definition) -> None:
    assert list(check_paths(definition)) == []


def titles(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Everything in a file that people read."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from titles(inner, (*path, str(key)))
    elif path[-1] in ("title", "otherwise", "because", "basis") or path[0] in ("roles", "counts"):
        yield ".".join(path), value


@pytest.mark.parametrize("name", TEXTS)
def test_what_people_read_is_chinese(name: str) -> None:
    read = dict(titles(read_yaml(TEXTS[name], name).tree))
    assert len(read) > 10
    assert {path: text for path, text in read.items() if not CHINESE.search(text)} == {}


@pytest.mark.parametrize("name", TEXTS)
def test_titles_tell_states_and_events_apart(name: str) -> None:
    """Two buttons of one state with one title, or two states of one title, cannot be told apart."""
    definition = DEFINITIONS[name]
    for state in definition.states.values():
        shown = [event.title for event in state.events.values()]
        assert len(shown) == len(set(shown))
    shown = [state.title for state in definition.states.values()]
    assert len(shown) == len(set(shown))


@each
def test_every_desk_with_a_limit_has_a_ladder(definition: Definition) -> None:
    """Nothing can be sat on: whose turn it is is reminded (design, sentence 3)."""
    for name, state in definition.states.items():
        if state.turn and state.limit and not any(event.at for event in state.events.values()):
            assert state.ladder, name


@each
def test_nothing_is_declared_in_vain(definition: Definition) -> None:
    used = re.sub(r"#.*", "", TEXTS[definition.workflow])
    for group in ("parties", "facts", "counts", "marks", "children", "ladders"):
        for name, part in getattr(definition, group).items():
            by_itself = group == "marks" and part.when  # it is there to be seen on the case
            assert by_itself or len(re.findall(rf"\b{name}\b", used)) > 1, f"{group}.{name}"
