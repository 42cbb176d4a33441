"""A case of an earlier version stands on every page as the newest version says of its state."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.pages.conftest import Browsers
from tests.api.pages.stories import walk_to
from workflow.folder import SHIPPED
from workflow.timers import fire_due

SETTLED = "    settled: true\n"
LEDGER = "/ledgers/rectification/problem"


@pytest.fixture
def closed(browser: Browsers, duban: Duban, clock: SimulatedClock, tmp_path: Path) -> int:
    """A problem signed off twice under a version that did not say that this settles it; its id."""
    newest = (SHIPPED / "rectification.yaml").read_text(encoding="utf-8")
    assert newest.count(SETTLED) == 1
    _publish(duban, tmp_path / "old", newest.replace(SETTLED, ""))
    case = walk_to(duban, "publicity", clock)
    clock.advance_to(clock() + timedelta(days=14))
    fire_due(duban.database, duban.catalog, clock())
    browser("zhou-dc.head").do(case, "sign_second")
    _publish(duban, tmp_path / "new", newest + "# printed anew\n")
    return case


def _publish(duban: Duban, folder: Path, text: str) -> None:
    folder.mkdir()
    for path in SHIPPED.glob("*.yaml"):
        own = text if path.stem == "rectification" else path.read_text(encoding="utf-8")
        (folder / path.name).write_text(own, encoding="utf-8")
    assert duban.catalog.publish(folder, duban.clock()) == ["rectification"]


def test_what_is_settled_has_its_light_in_lists_sheets_and_on_its_page(
    browser: Browsers, closed: int
) -> None:
    desk = browser("zhou-dc.head")
    listed = desk.get(f"{LEDGER}?opened=closed").main.one("tbody")
    assert listed.one(class_="light").text == "办结"
    assert (
        desk.get(f"/cases/{closed}").main.one(class_="standing").one(class_="light").text == "办结"
    )
    sheet = desk.client.get(f"{LEDGER}/sheet.xlsx?opened=closed").content
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert row[head.index("亮灯")] == "办结"
