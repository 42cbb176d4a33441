"""The log of refusals is read in words: no code, no method and no path is left over."""

import re
from collections.abc import Iterator

from api.app import create_app
from api.gatekeeping.policy import ROUTES
from api.presenting.places import WORDS, place_in_words
from api.presenting.refusals import REASONS
from workflow.engine.errors import Refusal
from workflow.store.people.duties import Duty

EVERYTHING = create_app
"""What it imports is all there is, so that no kind of refusal is missing."""


def kinds_below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    """Every kind of refusal of the product."""
    for one in kind.__subclasses__():
        yield one
        yield from kinds_below(one)


def test_every_refusal_is_called_something() -> None:
    ours = (one for one in kinds_below(Refusal) if one.__module__.split(".")[0] != "tests")
    codes = {one.code for one in ours} | {str(duty) for duty in Duty}
    assert len(codes) > 25
    assert codes - set(REASONS) == set()
    assert len(set(REASONS.values())) > len(REASONS) - 3


def test_every_place_is_said_in_words() -> None:
    for route in ROUTES:
        method, _, path = route.partition(" ")
        literal = [one for one in path.split("/") if one and "{" not in one and one != "v1"]
        assert set(literal) <= set(WORDS), route
        said = place_in_words(f"{method}:{path.replace('{', '').replace('}', '')}")
        assert not re.search("[A-Za-z_/]", said), said
        assert said.count("›") >= len(literal) - 1
    assert place_in_words("POST:/cases/case_id/issued/seq/void") == "办理：事项 › 签发的公文 › 作废"
    assert place_in_words("GET:/") == "查看：我的待办"
    assert place_in_words("duban run") == "duban run"
