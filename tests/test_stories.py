"""Every story begins with what it fulfils: which source, and where in it (README.md)."""

import ast
import re
from pathlib import Path

import pytest

STORIES = sorted((Path(__file__).parent / "journeys").glob("test_*.py"))
BEGINS = re.compile(
    r"(实施)?办法( art\. \d+|第[一二三四五六七八九十]+条)"
    r"|(分类分级实施)?意见 [一二三]（[一二三四]）"
    r"|(考核成效及完善)?建议[:：]"
    r"|六大工程, \w{4}"
)
"""An article of the 责任制实施办法, a section of the 意见, the 建议, one of the six 工程."""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem)
def test_a_story_begins_with_the_sentence_of_its_source(story: Path) -> None:
    told = ast.get_docstring(ast.parse(story.read_text(encoding="utf-8")))
    assert told is not None
    assert BEGINS.match(told), told.partition("\n")[0]
