"""The schema accepts every shipped file, shorthands included, and refuses what has the wrong shape.

`refused` reads the few words of JSON Schema that ours uses.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workflow.schema import definition_schema
from workflow.yaml_text import read_yaml

pytestmark = pytest.mark.language

FOLDER = Path(__file__).parents[2] / "definitions"
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}


def refused(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> list[str]:
    if "$ref" in schema:
        return refused(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, at)
    if "anyOf" in schema:
        tries = [refused(value, one, root, at) for one in schema["anyOf"]]
        return [] if [] in tries else min(tries, key=len)
    kind = schema["type"]
    if not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool)):
        return [f"{at} is not {kind}"]
    if isinstance(value, dict):
        return [one for found in _members(value, schema, root, at) for one in found]
    if isinstance(value, list):
        inner = [refused(one, schema["items"], root, f"{at}.{n}") for n, one in enumerate(value)]
        return [one for found in inner for one in found]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at} is not one of {schema['enum']}"]
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{at} does not match {schema['pattern']}"]
    return []


def _members(
    value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str
) -> Iterator[list[str]]:
    patterns = schema.get("patternProperties", {})
    for key, inner in value.items():
        fitting = [one for pattern, one in patterns.items() if re.search(pattern, key)]
        one = schema.get("properties", {}).get(key) or next(iter(fitting), None)
        yield refused(inner, one, root, f"{at}.{key}") if one else [f"{at}.{key} is unknown"]
    yield [f"{at} lacks {key}" for key in schema.get("required", ()) if key not in value]


TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_schema_accepts_the_file(name: str) -> None:
    schema = definition_schema()
    assert refused(read_yaml(TEXTS[name], name).tree, schema, schema) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("headline: subject", "headlin: subject"),
        ("title: 延期申请", "title: 5"),
        ("limit: 5 working days", "limit: [ { iss: 5 working days } ]"),
        ("urgency: urgent }\n    - ", "urgency: quick }\n    - "),
        ("by: decider.head\n", "by: decider\n"),
        ("state: requested\n", "state: Requested\n"),
        ("final: true, void: true", "final: yes, void: true"),
    ],
)
def test_the_schema_refuses_what_has_the_wrong_shape(old: str, new: str) -> None:
    text = TEXTS["extension"]
    assert text.count(old) == 1
    schema = definition_schema()
    assert refused(read_yaml(text.replace(old, new), "x").tree, schema, schema)
