"""Every page there is in a real browser, on a wide and on a narrow screen: nothing sticks out, and
nobody is shut out.

The pages are those of a lived-in installation, of each route and each of its questions the fullest,
for each who reads it; so none is left out by forgetting it. After them come pages that only a form
leads to. With DUBAN_SHOTS a picture of each is left in that folder (./dev shots).
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that is filled in as far as said and sent by its first button, whatever the browser
    thinks is missing; and how that is answered.
    """

    name: str
    path: str
    reader: str
    status: int
    typed: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} ({self.path} as {self.reader})"


FORMS = (
    Sent(
        "holidays looked at",
        "/administration/holidays",
        SYSTEM,
        200,
        {
            "from.0": "2027-01-01",
            "to.0": "2027-01-03",
            "from.1": "2027-02-05",
            "to.1": "2027-02-13",
            "work.1": "1月30日（周六）、2月20日（周六）上班",
        },
    ),
    Sent(
        "holidays refused",
        "/administration/holidays",
        SYSTEM,
        422,
        {"from.1": "2027-02-13", "to.1": "2027-02-05", "work.3": "5月4日"},
    ),
    Sent(
        "case refused",
        "/cases/new?workflow=rectification",
        SUPERVISOR,
        422,
        {"party.responsible": "城关镇", "fact.description": "坏了"},
    ),
)
"""Forms whose answer no address leads to."""

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
            faults += faults_of(desk, str(one), name_of(one))
        for form in (form for form in FORMS if form.reader == reader):
            assert sent(desk, address, form) == form.status, str(form)
            faults += faults_of(desk, str(form), form.name.replace(" ", "-"))
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


def sent(desk: Page, address: str, form: Sent) -> int:
    """Fill in a form and send it: the status of the answer."""
    desk.goto(address + form.path)
    button = desk.locator("main form .primary").first
    for name, text in form.typed.items():
        desk.fill(f"[name='{name}']", text)
    with desk.expect_navigation() as answered:
        button.evaluate("button => { button.form.noValidate = true; button.click() }")
    assert answered.value is not None
    return answered.value.status


def faults_of(desk: Page, said: str, name: str) -> Iterator[str]:
    """What is wrong with the page that is open, on a wide and on a narrow screen."""
    for width in (WIDE, NARROW):
        yield from (f"{said} at {width}: {fault}" for fault in faults_at(width, desk, name))


def faults_at(width: int, desk: Page, name: str) -> Iterator[str]:
    """The same at one width."""
    desk.set_viewport_size({"width": width, "height": TALL})
    if folder := os.environ.get("DUBAN_SHOTS"):
        desk.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True, timeout=0)
    over = desk.evaluate("document.documentElement.scrollWidth - innerWidth")
    if over > 0:
        yield f"{over} px stick out"
    only = {"resultTypes": ["violations"]}
    for violation in Axe().run(desk, options=only).response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            where = [node["target"] for node in violation["nodes"]]
            yield f"{violation['id']} at {where}"


def name_of(one: Visit) -> str:
    """What the picture of a page is called: its route, its question, and who reads it."""
    said = f"{one.route} {one.query.replace('兴义市', 'unit')} {one.reader}"
    return re.sub(r"[^\w]+", "-", said).strip("-")
