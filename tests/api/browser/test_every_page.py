"""Every page on a wide and on a narrow screen: nothing sticks out, nobody is shut out.

With DUBAN_SHOTS a picture of each is left in that folder (./dev shots).
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.browser.conftest import Desk, Desks
from tests.api.pages.stories import SPECIALIST, open_case, walk_to
from tests.prefecture import Prefecture
from workflow import timers
from workflow.measuring import periods
from workflow.store.measuring.figures import Entry

pytestmark = pytest.mark.browser

WIDE, NARROW = 1440, 390
PATHS = (
    "/",
    "/?show=watched",
    "/?show=done",
    "/boards",
    "/boards/brief",
    "/boards/calendar?day=2026-03-05",
    "/boards/reports",
    "/boards/units?what=opened",
    "/boards/trends?workflow=rectification",
    "/indicators?indicator=grain",
    "/indicators/import",
    "/assessments",
    "/assessments/rural/2026",
    "/assessments/rural/2026/12",
    "/duties",
    "/ledgers",
    "/ledgers/rectification/problem?group=unit",
    "/ledgers/rectification/reconciliation?kind=idle",
    "/ledgers/rectification/problem/bulk?case=1&case=2&case=3",
    "/ledgers/rectification/problem/bulk?case=1&case=2&case=5&event=dispatch",
    "/cases/1",
    "/cases/3",
    "/cases/999",
    "/cases/new",
    "/cases/new?workflow=rectification",
    "/cases/import?workflow=rectification",
    "/messages",
    "/workflows",
    "/workflows/rectification",
    "/workflows/rectification/handbook",
    "/workflows/rectification/versions",
    "/account",
    "/public",
    "/public/6",
    "/boards/burden",
    "/suggestions",
    "/account/substitutes",
)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_nothing_sticks_out_and_nobody_is_shut_out(
    width: int, desk: Desks, duban: Duban, clock: SimulatedClock
) -> None:
    _fill(duban, clock)
    reader = desk(SPECIALIST, width=width)
    faults = [fault for path in PATHS for fault in _faults(reader, path, width)]
    assert faults == []


def _fill(duban: Duban, clock: SimulatedClock) -> None:
    """Cases that are late, due soon, and a long way on."""
    for unit in ("522301", "522302", "522324"):
        open_case(duban, unit=unit)
    walk_to(duban, "publicity", clock)
    clock.advance_to(datetime(2026, 3, 10, 2, tzinfo=UTC))
    timers.fire_all_due(duban.database, duban.catalog, clock())
    open_case(duban, unit="522302")
    walk_to(duban, "publicity", clock)
    _enter_figures(duban)


def _enter_figures(duban: Duban) -> None:
    """Two years of every indicator that one office keeps, for two counties."""
    place, in_force = Prefecture(duban.database), duban.shelf.in_force()
    entries = [
        Entry(name, place.unit(code), period, 70.0 + at + year - 2025)
        for at, code in enumerate(("522301", "522302"))
        for name, one in in_force.indicators.items()
        if one.kept_by == "prefecture.lead"
        for year in (2025, 2026)
        for period in periods.of_year(one.every, year)
    ]
    keeper = place.actor("zhou-zx.officer")
    duban.assessing.enter(in_force, entries, "figures", keeper, duban.clock())


def _faults(reader: Desk, path: str, width: int) -> list[str]:
    page = reader.go(path)
    if folder := os.environ.get("DUBAN_SHOTS"):
        name = re.sub(r"\W+", "-", path).strip("-") or "home"
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    found = []
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if over > 0:
        found.append(f"{path}: {over} px stick out")
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            where = [node["target"] for node in violation["nodes"]]
            found.append(f"{path}: {violation['id']} at {where}")
    return found
