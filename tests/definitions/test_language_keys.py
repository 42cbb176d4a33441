"""The parser, the schema and the documentation know the same language; every example is true."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workflow.engine import built_in
from workflow.engine.checks import BUILT_IN
from workflow.engine.errors import InvalidDefinition
from workflow.engine.guards import STANDING
from workflow.engine.limits import parse_limit
from workflow.engine.parsing import parse
from workflow.engine.sayings import SELECTORS
from workflow.engine.sentences import SENTENCES
from workflow.engine.shape import read_shape
from workflow.engine.terms import parse_moment
from workflow.schema import definition_schema, schema_text
from workflow.yaml_text import read_definition, read_yaml

pytestmark = pytest.mark.language

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
WHOLE: dict[str, Any] = read_yaml(
    (Path(__file__).parent / "repair.yaml").read_text(encoding="utf-8"), "repair.yaml"
).tree | {
    "periodic": [{"on": "10-15", "party": "asker", "among": "county"}],
    "series": {"cause": "what", "level": "cost", "first": 1},
    "confidential": {"seen_by": "asker"},
    "backfill": {"by": "asker.clerk", "into": {"fixing": ["在修"]}, "undone": "dropped"},
    "alike": {"by": "what", "count": "returns"},
    "printed": {"sheet": {"title": "表", "columns": [{"title": "序号", "shows": "row"}]}},
    "tallies": {"late": {"title": "逾期", "of": "repair", "count": "overdue"}},
    "progress": {
        "done": "cost",
        "target": "cost",
        "plan": "stages",
        "by": "until",
        "reach": "figure",
    },
}
WHOLE["opening"]["period"] = {"every": "year"}
WHOLE["states"]["fixing"]["events"]["done"]["burden"] = [
    {"of": "asker", "counts": "forms", "a_week": {"county": 3}, "beyond": "reason"}
]
WHOLE["children"]["purchase"]["monthly"] = {"month": "price", "on": "day 1"}
"""Every part of the language at least once."""
WHOLE["facts"]["stages"]["ranking"] = {"by": "late", "order": "highest"}
WHOLE["facts"]["stages"]["listing"] = {"of": "repair", "by": "figure"}


def rows(section: str) -> list[list[str]]:
    """The rows of the first table in a section, without its head."""
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in cells[1:] if set(row[0]) != {"-"}]


def word(cell: str) -> str:
    return cell.strip("`")


def sections() -> dict[str, str]:
    """The guide's sections by heading, a part of the file by its path: `states.*.events.*`."""
    parts = re.split(r"^##+ (.*)$", GUIDE, flags=re.MULTILINE)
    return {word(head): body for head, body in zip(parts[1::2], parts[2::2], strict=True)}


PARTS = {
    "" if head == "The file" else head: [(word(row[0]), row[2]) for row in rows(body)]
    for head, body in sections().items()
    if head == "The file" or (rows(body) and body.lstrip() and "| key |" in body)
}


def steps(part: str) -> list[str]:
    return part.split(".") if part else []


# What the parser says is allowed


def spoiled(tree: Any, path: list[str], at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Put an unknown key into the first part at `path`; yields where."""
    if not path:
        if isinstance(tree, dict):
            tree["zzz"] = 1
            yield (*at, "zzz")
        return
    step, *rest = path
    members = dict(enumerate(tree)) if isinstance(tree, list) else tree
    for key, inner in members.items() if isinstance(members, dict) else ():
        if step in ("*", key):
            yield from spoiled(inner, rest, (*at, key))


def parser_keys(part: str) -> set[str]:
    tree = copy.deepcopy(WHOLE)
    spoiled_at = next(spoiled(tree, steps(part)))
    places = {spoiled_at[:length]: (1, 1) for length in range(len(spoiled_at) + 1)}
    with pytest.raises(InvalidDefinition) as caught:
        parse(tree, "repair.yaml", places)
    hints = {m.hint.removeprefix("允许：") for m in caught.value.mistakes if m.path[-3:] == "zzz"}
    assert len(hints) == 1
    return set(hints.pop().split(", "))


# What the schema allows


def objects(schema: Any, root: Any) -> Iterator[dict[str, Any]]:
    """The schemas of mappings and lists that a schema may mean; one member stands for its list."""
    if "$ref" in schema:
        yield from objects(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    choices = schema.get("anyOf", [])
    for one in choices:
        if {"type": "array", "items": one} not in choices:
            yield from objects(one, root)
    if "properties" in schema or "patternProperties" in schema or "items" in schema:
        yield schema


def member(schema: dict[str, Any], step: str) -> Any:
    if step != "*":
        return schema.get("properties", {}).get(step, {})
    if "items" in schema:
        return schema["items"]
    (only,) = schema.get("patternProperties", {"": {}}).values()
    return only


def schema_part(part: str) -> dict[str, Any]:
    root = definition_schema()
    found = [root]
    for step in steps(part):
        found = [one for some in found for one in objects(member(some, step), root)]
    (one,) = [one for one in found if "properties" in one]
    assert one["additionalProperties"] is False
    return one


def all_parts(schema: Any, root: Any, at: tuple[str, ...] = ()) -> Iterator[str]:
    """The path of every object with keys of its own that the schema knows."""
    for one in objects(schema, root):
        if "properties" in one:
            yield ".".join(at)
            for key, inner in one["properties"].items():
                yield from all_parts(inner, root, (*at, key))
        elif "items" in one or "patternProperties" in one:
            yield from all_parts(member(one, "*"), root, (*at, "*"))


# They agree


@pytest.mark.parametrize("part", [part for part in PARTS if part != "anytime.*"])
def test_parser_schema_and_guide_know_the_same_keys(part: str) -> None:
    documented = [key for key, _ in PARTS[part]]
    assert len(documented) == len(set(documented))
    assert set(documented) == parser_keys(part) == set(schema_part(part)["properties"])


def test_an_event_of_several_states_has_the_keys_of_an_event_and_from() -> None:
    documented = {key for part in ("states.*.events.*", "anytime.*") for key, _ in PARTS[part]}
    assert documented == parser_keys("anytime.*") == set(schema_part("anytime.*")["properties"])


def test_every_part_of_the_language_has_its_table() -> None:
    root = definition_schema()
    assert {part for part in all_parts(root, root) if not part.startswith("anytime.*.")} == set(
        PARTS
    )


@pytest.mark.parametrize("part", PARTS)
def test_the_guide_says_which_keys_are_required(part: str) -> None:
    required = {key for key, default in PARTS[part] if default == "required"}
    wanted = set(schema_part(part).get("required", ()))
    if part == "anytime.*":
        wanted -= {"title"}
    assert required == wanted


def test_every_meaning_of_a_key_is_told_to_editors_too() -> None:
    for part in PARTS:
        for key, schema in schema_part(part)["properties"].items():
            assert key == "title" or schema.get("description"), f"{part}.{key}"


def test_the_schema_in_the_tree_is_the_generated_one() -> None:
    text = (ROOT / "definitions" / "schema.json").read_text(encoding="utf-8")
    assert text == schema_text(), "run ./dev duban schema"
    assert json.loads(text)["$schema"].startswith("https://json-schema.org/")


# The guide's other tables


def test_every_name_of_conditions_is_documented() -> None:
    (body,) = [body for head, body in sections().items() if head.startswith("If")]
    assert {word(row[0]) for row in rows(body)} == set(STANDING)


def test_every_built_in_event_is_documented() -> None:
    body = sections()["Events every workflow has"]
    assert [word(row[0]) for row in rows(body)] == list(BUILT_IN)
    assert built_in.STEPS.keys() <= set(BUILT_IN)


def test_every_code_is_documented_once() -> None:
    codes = [
        word(row[0]) for body in sections().values() if "| code |" in body for row in rows(body)
    ]
    assert sorted(codes) == sorted(SENTENCES)


def test_every_limit_and_moment_in_the_guide_can_be_read() -> None:
    limits = [head for head in sections() if head.startswith("How long")]
    for row in rows(sections()[limits[0]]):
        for text in row[0].split(", "):
            assert len(parse_limit(word(text))) == 1
    (moments,) = [body for head, body in sections().items() if head.startswith("When")]
    texts = re.findall(r"`(due[^`]*)`", moments)
    assert len(texts) == 7
    for text in texts:
        assert str(parse_moment(text)) == text


def test_every_selector_is_documented() -> None:
    (body,) = [body for head, body in sections().items() if head.startswith("Which units")]
    named = {name for row in rows(body) for name in re.findall(r"`([^`]+)`", row[0])}
    assert named <= set(SELECTORS)
    assert {name for name in SELECTORS if " " not in name} <= named


# The guide's examples

EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, flags=re.MULTILINE | re.DOTALL)


def test_the_complete_example_is_a_definition() -> None:
    definition = read_definition(EXAMPLES[0], "leave.yaml")
    assert definition.title == "请假"


def test_the_mistake_shown_is_the_mistake_told() -> None:
    broken = EXAMPLES[0].rstrip().removesuffix("refused") + "refusd\n"
    with pytest.raises(InvalidDefinition) as caught:
        read_definition(broken, "leave.yaml")
    assert str(caught.value) in GUIDE


@pytest.mark.parametrize("example", EXAMPLES[1:], ids=lambda text: text.split(":")[0])
def test_every_other_example_has_the_right_shape(example: str) -> None:
    """Put in its place in a definition, it is well-formed; its names are its own file's matter."""
    fragment = read_yaml(example, "example").tree
    (key,) = fragment
    tree = copy.deepcopy(WHOLE) | {"series": None, "periodic": []}
    if key == "events":
        tree["states"]["fixing"]["events"] = fragment[key]
    elif key == "when":
        tree["states"]["fixing"]["events"]["done"] |= fragment
    else:
        tree[key] = fragment[key]
    assert read_shape(tree).findings == []
