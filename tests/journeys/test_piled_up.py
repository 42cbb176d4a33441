"""办法第二十六条：“履职不力、工作滞后”.

Reminders that have piled up while nobody swept: one round leaves them all out, however many.
"""

import pytest

from tests.journeys.play import Play
from tests.journeys.problems import rectifying
from workflow import timers

pytestmark = pytest.mark.journey


def a_round(play: Play) -> int:
    return timers.fire_due(play.database, play.catalog, play.now)


def test_one_round_leaves_out_what_has_piled_up_and_the_next_says_it_once(play: Play) -> None:
    """Down from 19 May, before T-7, to 3 June, after T+1: three reminders and the limit."""
    case = rectifying(play)
    play.until("2026-05-19")
    play.down_until("2026-06-03 10:00")
    assert a_round(play) == 1
    assert play.settled(case)["collapsed"] == 3
    assert play.timers(case)[0] == ("2026-06-01", "rung:standard", 3)
    before = play.told(case)
    assert a_round(play) == 1
    assert {one.who for one in play.told(case)[len(before) :]} == {"xingyi.officer", "xingyi.head"}
    assert a_round(play) == 0


def test_reminders_that_have_not_come_due_are_not_left_out(play: Play) -> None:
    """Down over T-7 and T-3 only: T-1 is still to come."""
    case = rectifying(play)
    play.until("2026-05-19")
    play.down_until("2026-05-26 10:00")
    assert a_round(play) == 1
    assert play.settled(case)["collapsed"] == 1
    assert a_round(play) == 1
    assert play.rungs(case) == [("2026-05-26", 1)]
    assert play.timers(case)[0] == ("2026-05-28", "rung:standard", 2)
