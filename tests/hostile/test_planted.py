"""The corpus is worth what it finds: defects put in on purpose turn it red."""

from collections.abc import Callable

import pytest

from tests.hostile import archives, pictures, raw_requests
from tests.hostile.conftest import Target
from tests.hostile.corpus import Hostile, with_facts
from tests.hostile.test_corpus import acted_upon
from tests.hostile.texts import MARKUP

pytestmark = pytest.mark.hostile

Planted = Callable[[str], Target]


def those(inputs: list[Hostile], *attacks: str) -> list[Hostile]:
    """Some inputs by name."""
    found = [one for one in inputs if one.attacks in attacks]
    assert len(found) == len(attacks)
    return found


def test_a_parser_that_does_not_look_first_is_found(planted: Planted) -> None:
    target = planted("no_look_before_unpacking")
    attacks = ("archive: entities that multiply", "archive: a name that climbs", "archive: macros")
    assert all(target.strike(one) for one in those(archives.INPUTS, *attacks))


def test_a_page_that_believes_what_is_typed_is_found(planted: Planted) -> None:
    desk = planted("pages_believe_what_is_typed").desk
    case = with_facts(description=MARKUP["a script"])(desk).json()["case"]
    assert acted_upon(desk.page(f"/cases/{case}")).startswith("script")


def test_a_file_kept_under_its_own_name_is_found(planted: Planted) -> None:
    target = planted("files_under_their_own_names")
    for one in those(raw_requests.INPUTS, "file name: a name that climbs by back slashes"):
        target.strike(one)
    assert "stray" in "".join(target.strays())


def test_a_body_that_nobody_counts_is_found(planted: Planted) -> None:
    target = planted("bodies_of_any_size")
    (huge,) = those(raw_requests.INPUTS, "body: 200 MB in pieces")
    assert target.strike(huge)
    assert target.seen()["own_kb"] > 300 * 1024


def test_a_refusal_that_leaves_something_behind_is_found(planted: Planted) -> None:
    target = planted("files_kept_before_they_are_looked_into")
    (refused,) = those(pictures.INPUTS, "picture: a GIF")
    assert "left something" in target.strike(refused)
