"""Whatever text there is: it is read, or refused at a place, and nothing crashes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.mistakes import SHIPPED, mistakes_of
from workflow.engine.errors import InvalidDefinition
from workflow.engine.sentences import SENTENCES
from workflow.yaml_text import read_definition

pytestmark = [pytest.mark.language, pytest.mark.hostile]


@pytest.mark.parametrize("name", SHIPPED)
@settings(max_examples=60, deadline=None, print_blob=True)
@given(data=st.data())
def test_a_shipped_file_changed_at_random_is_read_or_refused_with_a_place(
    name: str, data: st.DataObject
) -> None:
    lines = SHIPPED[name].splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at : at + 1] = data.draw(changes(lines[at], lines))
    for mistake in mistakes_of("\n".join(lines)):
        assert mistake.code in SENTENCES
        assert mistake.line >= 1
        assert mistake.column >= 1


WORDS = st.sampled_from(
    ["", "[]", "{}", "null", "true", "0", "-1", "1e999", "due", "[a, b]", "{ a: b }", "&x y", "*x"]
) | st.text(max_size=12)


def changes(line: str, lines: list[str]) -> st.SearchStrategy[list[str]]:
    """A line left out, doubled, moved in, taken from elsewhere, or with another value."""
    key, colon, _ = line.partition(":")
    return st.one_of(
        st.just([]),
        st.just([line, line]),
        st.just(["  " + line]),
        st.sampled_from(lines).map(lambda other: [other]),
        WORDS.map(lambda word: [f"{key}{colon} {word}"]),
        st.sampled_from(line.split() or [""]).flatmap(
            lambda old: WORDS.map(lambda word: [line.replace(old, word) if old else word])
        ),
    )


@settings(max_examples=200, deadline=None, print_blob=True)
@given(text=st.text(max_size=200))
def test_any_text_at_all_is_refused_and_never_crashes(text: str) -> None:
    with pytest.raises(InvalidDefinition):
        read_definition(text, "any")
