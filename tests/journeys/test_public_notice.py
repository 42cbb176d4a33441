"""分类分级实施意见 三（二）：“双销号”.

Between the two signatures everybody may object (公示): an objection dismissed, one upheld, a
holiday in between. Of the cases worth having, its dates and the 调休 Sundays are in
test_due_dates.py.
"""

import pytest

from tests.journeys.play import Play, variation
from tests.journeys.problems import FINDER, MORE_WORK, publicity

pytestmark = pytest.mark.journey


@variation
def test_an_objection_dismissed_leaves_the_notice_as_it_was(play: Play) -> None:
    case = publicity(play)
    due = play.due(case)
    assert due == "2026-03-06"  # Monday to Friday, the first day counts
    play.act(FINDER, case, "dismiss", objection="群众反映一盏不亮", opinion="经查系误报")
    assert (play.state(case), play.due(case)) == ("publicity", due)
    play.until("2026-03-07")
    assert play.state(case) == "second_review"


def test_an_objection_upheld_sends_the_case_back(play: Play) -> None:
    case = publicity(play)
    play.act(FINDER, case, "uphold", objection="群众反映一盏不亮", **MORE_WORK)
    assert play.state(case) == "rectifying"
    assert play.case(case).cycle.counts == {"returns": 1}
    assert play.signatures(case) == [(1, "first", "zhou-zx.head", False)]
    play.until("2026-03-30")
    assert play.state(case) == "rectifying"  # the notice's own timer went with it


@variation
def test_a_notice_over_the_national_day_ends_after_it(play: Play) -> None:
    play.until("2026-09-28 00:30")
    case = publicity(play, due="2026-12-15")
    assert play.due(case) == "2026-10-09"
    assert "扣除国庆节 7 日" in play.due_words(case)
    play.until("2026-10-10 00:00")
    assert play.state(case) == "second_review"
