"""The functions that the guide lists for conditions are those that work."""

from pathlib import Path

import pytest

from workflow.engine.guards import GuardError, Guards
from workflow.yaml_text import read_definition

GUIDE = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
TABLE = GUIDE.split("| function |")[1].split("\n\n")[0]
LISTED = {part for row in TABLE.splitlines()[2:] for part in row.split("|")[1].split("`")[1::2]}
EXAMPLE = read_definition(GUIDE.split("```yaml\n")[1].split("```")[0], "leave.yaml")

WORKING = {
    "size": 'size("路") == 1',
    "contains": '"修路".contains("路")',
    "startsWith": '"修路".startsWith("修")',
    "endsWith": '"修路".endsWith("路")',
    "matches": '"12345".matches("^[0-9]+$")',
    "exists": "[1, 2].exists(one, one == 2)",
    "all": "[1, 2].all(one, one > 0)",
    "exists_one": "[1, 2].exists_one(one, one == 2)",
    "filter": "size([1, 2].filter(one, one > 1)) == 1",
    "map": "[1, 2].map(one, one + 1) == [2, 3]",
    "has": 'has({"k": 1}.k)',
    "int": 'int("3") == 3',
    "double": "double(3) < 3.5",
    "string": 'string(3) == "3"',
    "? :": '(1 > 2 ? "a" : "b") == "b"',
}


def test_the_guide_lists_what_works() -> None:
    assert LISTED == set(WORKING)


@pytest.mark.parametrize("name", WORKING)
def test_a_function_works(name: str) -> None:
    assert Guards(EXAMPLE).holds(WORKING[name], {})


@pytest.mark.parametrize("other", ["lower", "split", "today", "now"])
def test_what_is_not_listed_is_refused(other: str) -> None:
    with pytest.raises(GuardError):
        Guards(EXAMPLE).check(f'{other}("x") == "x"')
