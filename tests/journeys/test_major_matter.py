"""六大工程, 治理增效: major matters and important news are reported at once (即时报告)."""

from typing import Any

import pytest

from tests.journeys.play import COUNTY, TOWNSHIP, Play, variation
from workflow.engine.errors import ConditionNotMet, NotYourTurn

pytestmark = pytest.mark.journey

NEWS: dict[str, Any] = {"matter": "暴雨致两处塌方，进村道路中断", "category": "自然灾害"}
NIGHT = "2026-03-07 23:40"
"""A Saturday."""


def told(play: Play, case: int, since: str) -> set[str]:
    return {one.who for one in play.told(case, since=since)}


def reported(play: Play, who: str = "jingnan.liaison", code: str = TOWNSHIP) -> int:
    return play.open(who, "major_matter", parties={"reporter": code}, **NEWS)


def test_reported_at_night_acknowledged_passed_on_and_closed(play: Play) -> None:
    play.until(NIGHT)
    case = reported(play)
    first = play.told(case)
    assert {"xingyi-bg.officer", "xingyi.head"} <= {one.who for one in first}
    assert {one.urgency for one in first} == {"immediate"}
    play.act("xingyi-bg.officer", case, "acknowledge")
    assert "jingnan.liaison" in [one.who for one in play.told(case)]
    play.act("xingyi.head", case, "pass_on")
    assert "zhou.head" in [one.who for one in play.told(case)]
    assert play.marks(case) == ("raised",)
    play.act("xingyi.head", case, "instruct", instruction="转移群众，抢通道路")
    play.act("jingnan.liaison", case, "add", update="已转移十二户")
    play.act("jingnan.head", case, "finish", result="道路抢通，无人员伤亡")
    play.refused(NotYourTurn, "jingnan.head", case, "close", review="属实")
    assert play.act("xingyi-bg.officer", case, "close", review="属实") == "closed"


def test_who_does_not_acknowledge_is_told_of_above_on_a_rest_day(play: Play) -> None:
    play.until(NIGHT)
    case = reported(play)
    assert play.due_words(case) == "30 分钟，自 3月8日 00:40 起，至 3月8日 01:10"
    play.until("2026-03-08 01:00")
    assert {"xingyi-bg.liaison", "xingyi-bg.officer"} <= told(play, case, "2026-03-08 00:50")
    play.until("2026-03-08 01:10")
    assert "xingyi.head" in told(play, case, "2026-03-08 01:10")
    assert play.marks(case) == ()
    play.until("2026-03-08 01:40")
    assert play.marks(case) == ("unacknowledged",)


def test_minutes_do_not_count_while_the_machine_stood_still(play: Play) -> None:
    """Nobody is marked for our outage: the warning goes out first, and then its half hour runs."""
    play.until(NIGHT)
    case = reported(play)
    play.down_until("2026-03-08 06:00")
    play.sweep()
    play.until("2026-03-08 06:29")
    assert play.marks(case) == ()
    play.until("2026-03-08 06:30")
    assert play.marks(case) == ("unacknowledged",)


@variation
def test_a_county_reports_to_the_prefecture_and_goes_no_further(play: Play) -> None:
    case = reported(play, "xingyi.liaison", COUNTY)
    assert play.seat(case, "duty") == "522300-BG"
    play.refused(ConditionNotMet, "zhou.head", case, "pass_on")


@variation
def test_a_false_alarm_is_withdrawn_by_the_head(play: Play) -> None:
    case = reported(play)
    play.refused(NotYourTurn, "jingnan.liaison", case, "withdraw", reason="经核实系误报")
    assert play.act("jingnan.head", case, "withdraw", reason="经核实系误报") == "withdrawn"
