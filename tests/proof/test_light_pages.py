"""Every page there is asks the database little and sends little, whoever reads it and
whatever has been lived: in an installation with a year behind it, each page by those who see much.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.proof.conftest import Lives, reopened
from tests.proof.visitors import ANYBODY, House, Visit, routes_of_pages

MOST_STATEMENTS = 12
MOST_AT_FIRST, MOST_LATER = 600_000, 60_000
"""Bytes on the line, headers left out: a page with its style sheet and mark, and any page after."""


@pytest.fixture(scope="module")
def visits(lives: Lives, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Visit]]:
    """Every page, once read by each."""
    copies, life = lives("sqlite")
    life = replace(life, story=reopened(life, copies.make()))
    yield list(House(life, tmp_path_factory.mktemp("house")).visits())
    life.story.database.dispose()


def test_every_page_is_read(visits: list[Visit]) -> None:
    """None fails, and of each route one address at least shows something."""
    assert [str(one) for one in visits if one.status >= 500] == []
    shown = Counter(one.route for one in visits if one.status == 200)
    assert {*routes_of_pages()} - set(shown) == set()
    print(f"figure: pages read = {sum(shown.values())}")


def test_no_page_takes_more_than_a_dozen_statements(visits: list[Visit]) -> None:
    most = Counter({one.route: 0 for one in visits})
    for one in visits:
        most[one.route] = max(most[one.route], len(one.statements))
    for route, count in most.most_common():
        print(f"figure: statements of {route} = {count}")
    assert max(most.values()) > 1, "they are counted"
    heavy = [one for one in visits if len(one.statements) > MOST_STATEMENTS]
    assert [f"{one}: {len(one.statements)}" for one in heavy] == []


def test_no_page_is_heavy(visits: list[Visit]) -> None:
    most = Counter({one.route: 0 for one in visits})
    for one in visits:
        most[one.route] = max(most[one.route], one.size)
    for route, size in most.most_common(8):
        print(f"figure: bytes of {route} = {size}")
    beside = sum(one.size for one in visits if one.route.startswith("/static/"))
    assert beside > 0
    assert max(most.values()) <= MOST_LATER
    assert max(most.values()) + beside <= MOST_AT_FIRST


def test_no_page_needs_a_script(visits: list[Visit]) -> None:
    """What can be done at all can be done with scripts switched off: no page has one."""
    assert [str(one) for one in visits if "<script" in one.text] == []


_FORM = re.compile(r'<form[^>]* method="post"[^>]*>.*?</form>', re.DOTALL)
_MARK = re.compile(r'<input type="hidden" name="(csrf|request)" value="([^"]{8,})">')


def test_every_form_carries_a_token_and_an_id_of_its_own(visits: list[Visit]) -> None:
    """So that nobody else can send it, and sent twice it acts once."""
    wrong, forms = [], 0
    for one in visits:
        marks = [dict(_MARK.findall(form)) for form in _FORM.findall(one.text)]
        if one.reader == ANYBODY:
            continue
        forms += len(marks)
        ids = {mark.get("request") for mark in marks}
        if any(mark.keys() != {"csrf", "request"} for mark in marks) or len(ids) < len(marks):
            wrong.append(str(one))
    print(f"figure: forms on pages = {forms}")
    assert forms > 100
    assert wrong == []
