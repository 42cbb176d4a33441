"""Every page there is in a real browser, on a wide and on a narrow screen: nothing sticks out, and
nobody is shut out.

The pages are those of a lived-in installation, of each route and each of its questions the fullest,
for each who reads it; so none is left out by forgetting it. With DUBAN_SHOTS a picture of each is
left in that folder (./dev shots).
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.api.browser.served import served
from tests.proof.conftest import Lives, reopened
from tests.proof.visitors import (
    ANYBODY,
    AUDIT,
    COUNTY,
    OFFICE,
    SECURITY,
    SUPERVISOR,
    SYSTEM,
    UNIT,
    House,
    Visit,
)

pytestmark = pytest.mark.browser

WIDE, NARROW = 1440, 390
TALL = 900
NO_PAGES = (".svg", "/handbook.html")
"""A picture stands in a page that shows it; the handbook is downloaded."""
NOWHERE = Visit("absent", "/cases/999999999", SUPERVISOR, 404, 0, ())
"""A page that says that there is none."""

READERS = (SUPERVISOR, COUNTY, UNIT, OFFICE, SYSTEM, SECURITY, AUDIT, ANYBODY)


@pytest.fixture(scope="module")
def house(lives: Lives, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The lived-in installation."""
    copies, life = lives("sqlite")
    life = replace(life, story=reopened(life, copies.make()))
    yield House(life, tmp_path_factory.mktemp("seen"))
    life.story.database.dispose()


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    """Where it answers."""
    with served(house.duban) as found:
        yield found


@pytest.fixture(scope="module")
def pages(house: House) -> list[Visit]:
    """Of each route and question the page with most on it, for each reader; and one of nowhere."""
    found: dict[tuple[str, str, str], Visit] = {}
    for one in house.visits():
        if one.status != 200 or one.route.startswith("/static/") or one.route.endswith(NO_PAGES):
            continue
        key = one.route, one.query, one.reader
        if key not in found or len(found[key].text) < len(one.text):
            found[key] = one
    return [*found.values(), NOWHERE]


def test_every_reader_is_asked(pages: list[Visit]) -> None:
    assert {one.reader for one in pages} == set(READERS)
    print(f"figure: pages seen in a browser at {WIDE} and {NARROW} px = {len(pages)}")


@pytest.mark.parametrize("reader", READERS)
def test_nothing_sticks_out_and_nobody_is_shut_out(
    reader: str, house: House, address: str, pages: list[Visit], chromium: Browser
) -> None:
    faults: list[str] = []
    with at_desk(chromium, address, house.headers.get(reader, {})) as desk:
        for one in (one for one in pages if one.reader == reader):
            answer = desk.goto(address + one.path)
            assert answer is not None
            assert answer.status == one.status, str(one)
            for width in (WIDE, NARROW):
                faults += faults_at(width, desk, one)
    assert faults == []


@contextmanager
def at_desk(chromium: Browser, address: str, headers: dict[str, str]) -> Iterator[Page]:
    """A browser in which somebody has signed in, or nobody."""
    context = chromium.new_context(locale="zh-CN", bypass_csp=True)  # axe comes in as a script
    if cookie := headers.get("Cookie"):
        name, _, value = cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": address}])
    yield context.new_page()
    context.close()


def faults_at(width: int, desk: Page, one: Visit) -> Iterator[str]:
    """What is wrong with the page that is open, so wide."""
    desk.set_viewport_size({"width": width, "height": TALL})
    if folder := os.environ.get("DUBAN_SHOTS"):
        desk.screenshot(
            path=Path(folder) / f"{name_of(one)}-{width}.png", full_page=True, timeout=0
        )
    over = desk.evaluate("document.documentElement.scrollWidth - innerWidth")
    if over > 0:
        yield f"{one} at {width}: {over} px stick out"
    only = {"resultTypes": ["violations"]}
    for violation in Axe().run(desk, options=only).response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            where = [node["target"] for node in violation["nodes"]]
            yield f"{one} at {width}: {violation['id']} at {where}"


def name_of(one: Visit) -> str:
    """What the picture of a page is called: its route, its question, and who reads it."""
    said = f"{one.route} {one.query.replace('兴义市', 'unit')} {one.reader}"
    return re.sub(r"[^\w]+", "-", said).strip("-")
