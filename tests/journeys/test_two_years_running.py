"""意见 三（三）: “对考核排名靠后、履职不力的县、乡党政主要负责人进行约谈”.

Who did poorly in a year and is among the last is proposed for an interview; for two years running,
for criticism in public, one level above it.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifications.rendering import template_keys
from tests.engine.definitions import at
from tests.journeys.assessments import (
    GOOD,
    JUDGED,
    KEEPER,
    LAST,
    POOR,
    SECOND_LAST,
    Round,
    approved,
    to_approval,
)
from tests.journeys.play import COUNTY, Play, a_story
from workflow.folder import SHIPPED
from workflow.store.database import Database

pytestmark = pytest.mark.journey

OFFICE = "zhou-zx.liaison"
NEWLY_POOR = "522326"


@pytest.fixture
def play(database: Database) -> Iterator[Play]:
    with a_story(database, at("2026-11-09 18:00")) as play:
        yield play


def frozen(play: Play, year: int, *poor: str) -> Round:
    """The results of a year in which some counties did poorly."""
    play.until(f"{year}-11-10 09:30")
    round_ = Round(play, year)
    round_.enter(OFFICE, GOOD)
    round_.enter(KEEPER, JUDGED)
    round_.enter(OFFICE, POOR, *poor)
    to_approval(round_)
    approved(round_)
    round_.freeze()
    return round_


def publish_next_year(play: Play, folder: Path) -> None:
    """The scorecard of another year is another file."""
    shutil.copytree(SHIPPED, folder)
    text = (folder / "scorecards" / "rural_2026.yaml").read_text(encoding="utf-8")
    assert text.count("year: 2026") == 1
    later = text.replace("year: 2026", "year: 2027")
    (folder / "scorecards" / "rural_2027.yaml").write_text(later, encoding="utf-8")
    play.catalog.publish(folder, play.now, template_keys())


def proposed(round_: Round, code: str) -> list[tuple[str, int]]:
    """What was proposed because of a county's result, each with its level."""
    play, case = round_.play, round_.case(code)
    return [
        (name, play.case(child).facts["level"])
        for name in ("interview", "criticism")
        for child in play.children(case, name)
    ]


def test_who_is_among_the_last_twice_is_proposed_for_criticism(play: Play, tmp_path: Path) -> None:
    first = frozen(play, 2026, LAST, SECOND_LAST)
    assert proposed(first, LAST) == proposed(first, SECOND_LAST) == [("interview", 2)]
    assert proposed(first, COUNTY) == []

    publish_next_year(play, tmp_path / "definitions")
    play.down_until("2027-11-09 18:00")
    second = frozen(play, 2027, LAST, NEWLY_POOR)
    facts = play.case(second.case(LAST)).facts
    assert (facts["grade"], facts["grade_before"]) == ("一般", "一般")
    assert proposed(second, LAST) == [("criticism", 3)], "not one more interview beside it"
    assert proposed(second, NEWLY_POOR) == [("interview", 2)], "its first poor year"
    assert proposed(second, SECOND_LAST) == [], "it has caught up"
    criticism = play.case(play.child(second.case(LAST), "criticism"))
    assert criticism.state == "proposed", "a person decides"
    assert criticism.facts["reason"] == "连续两年等次一般，且排名在后三位"
