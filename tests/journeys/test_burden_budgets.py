"""减负 (责任制实施办法 第十九条: 防止频繁报送数据材料、过度留痕): a unit is asked so often a week
and no more, unless somebody says why under their own name.
"""

from pathlib import Path

import pytest

from tests.definitions.mistakes import SHIPPED, changed
from tests.journeys.play import TOWNSHIP, Play
from tests.prefecture import NOW
from workflow.engine.burden import OverBudget
from workflow.store.outgoing import burden

pytestmark = pytest.mark.journey

SPECIALIST = "xingyi-dc.specialist"
REASON = "汛期隐患，等不到下周"


@pytest.fixture
def narrow(play: Play, tmp_path: Path) -> Play:
    """A prefecture that asks a township for two things a week."""
    for name, text in SHIPPED.items():
        if name == "rectification.yaml":
            text = changed(text, ("township: 30", "township: 2"))
        (tmp_path / name).write_text(text, encoding="utf-8")
    play.catalog.publish(tmp_path, play.now)
    return play


def handed_over(play: Play, **facts: str) -> int:
    case = play.open(SPECIALIST, parties={"responsible": TOWNSHIP})
    play.act(SPECIALIST, case, "dispatch", **facts)
    return case


def test_beyond_its_budget_a_unit_is_asked_only_with_a_reason_and_a_name(narrow: Play) -> None:
    for _ in range(2):
        handed_over(narrow)
    third = narrow.open(SPECIALIST, parties={"responsible": TOWNSHIP})
    refused = narrow.refused(OverBudget, SPECIALIST, third, "dispatch")
    assert "已经要这个单位办 2 件" in refused.sentence
    assert "兴义市督查局 2 件" in refused.sentence
    assert "每周的预算是 2 件" in refused.sentence
    assert "超预算理由" in refused.sentence
    assert narrow.act(SPECIALIST, third, "dispatch", over_budget=REASON) == "assigned"
    with narrow.database.reading() as connection:
        unit = narrow.unit(TOWNSHIP)
        whose = burden.of_people(unit, burden.people_of(connection, unit, narrow.now))
        reasons = {("rectification", "dispatch"): "over_budget"}
        (kept,) = burden.beyond(connection, NOW, whose, reasons)
    assert (kept.reason, kept.person) == (REASON, narrow.person(SPECIALIST))
    assert narrow.doctor().clean


def test_the_week_begins_anew_on_monday(narrow: Play) -> None:
    for _ in range(2):
        handed_over(narrow)
    narrow.until("2026-03-09")
    assert narrow.state(handed_over(narrow)) == "assigned"
