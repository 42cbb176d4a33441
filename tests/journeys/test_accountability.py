"""意见 三（二）: 双台账、双责、双销号和双问. Who mends is asked, and who supervises, too.

No source says what the two questions are; the reading is ours, and its names are YAML.
"""

from typing import Any

import pytest

from tests.journeys.play import COUNTY, TOWNSHIP, Play, variation
from tests.journeys.problems import dispatched, rectifying
from workflow.engine.errors import ConditionNotMet, NotYourTurn

pytestmark = pytest.mark.journey

WHY: dict[str, Any] = {
    "reason": "三次催办，仍无进展",
    "question_kind": "问效",
    "question_form": "通报",
}
OFFICE = "522300-DC"


def test_who_mends_is_asked_and_both_ledgers_keep_it(play: Play) -> None:
    case = rectifying(play, due="2026-12-18")
    play.refused(NotYourTurn, "xingyi.head", case, "question", **WHY)
    play.act("zhou-dc.head", case, "question", **WHY)
    asked = play.child(case, "accountability")
    assert (play.seat(asked, "asked"), play.seat(asked, "keeper")) == (COUNTY, OFFICE)
    play.act("xingyi.head", asked, "explain", explanation="招标流标两次，现已开工")
    play.refused(ConditionNotMet, "zhou.head", asked, "hold_keeper", decision="督办不力，应予通报")
    play.act("zhou-dc.head", asked, "hold_unit", decision="通报一次，限期整改")
    facts = play.case(case).facts
    assert facts["accounts"] == facts["accounts_unit"] == "通报一次，限期整改"
    assert play.state(case) == "rectifying"


def test_who_supervises_is_asked_by_the_government_and_answers_for_itself(play: Play) -> None:
    """双责: who supervises answers, too. Nobody asks themselves, or explains for another."""
    case = rectifying(play, due="2026-12-18")
    for own in ("zhou-dc.head", "xingyi.head"):
        play.refused(NotYourTurn, own, case, "question_supervisor", **WHY)
    play.act("zhou.head", case, "question_supervisor", **WHY)
    asked = play.child(case, "oversight")
    assert (play.seat(asked, "asked"), play.seat(asked, "keeper")) == (OFFICE, "522300")
    assert play.case(asked).facts["target"] == "督办责任"
    play.refused(NotYourTurn, "xingyi.head", asked, "explain", explanation="整改正在进行")
    play.act("zhou-dc.officer", asked, "explain", explanation="人手不足，已调整力量逐件盯办")
    play.refused(NotYourTurn, "zhou-dc.head", asked, "hold_keeper", decision="督办不力，应予通报")
    assert play.act("zhou.head", asked, "hold_keeper", decision="督办不力，约谈") == "recorded"
    facts = play.case(case).facts
    assert facts["supervisor_accounts"] == facts["supervisor_accounts_unit"] == "督办不力，约谈"
    assert "accounts" not in facts, "the two targets have a place each"


@variation
def test_a_supervisor_that_says_nothing_is_decided_on_all_the_same(play: Play) -> None:
    case = rectifying(play, due="2026-12-18")
    play.act("zhou.officer", case, "question_supervisor", **WHY)
    asked = play.child(case, "oversight")
    play.until("2026-03-20")
    assert play.state(asked) == "weighed", "silence holds nothing up"
    play.refused(NotYourTurn, "zhou-dc.head", asked, "hold_keeper", decision="督办不力，应予通报")
    assert play.act("zhou.head", asked, "hold_keeper", decision="督办不力，约谈") == "recorded"


@variation
def test_an_office_of_a_county_is_judged_by_its_county(play: Play) -> None:
    case = play.open("xingyi-dc.specialist", parties={"responsible": TOWNSHIP})
    play.act("xingyi-dc.specialist", case, "dispatch")
    play.refused(NotYourTurn, "xingyi-dc.head", case, "question_supervisor", **WHY)
    play.act("zhou.head", case, "question_supervisor", **WHY)
    asked = play.child(case, "oversight")
    assert (play.seat(asked, "asked"), play.seat(asked, "above")) == ("522301-DC", COUNTY)
    play.act("xingyi-dc.head", asked, "explain", explanation="已逐件核对，本周到现场")
    assert play.act("xingyi.head", asked, "hold_keeper", decision="督办不力，通报") == "recorded"


@variation
def test_both_sides_may_be_asked_about_one_problem(play: Play) -> None:
    case = dispatched(play, due="2026-12-18")
    play.act("zhou-dc.head", case, "question", **WHY)
    play.act("zhou.head", case, "question_supervisor", **WHY)
    sides = [play.child(case, name) for name in ("accountability", "oversight")]
    assert [play.seat(one, "asked") for one in sides] == [COUNTY, OFFICE]


def test_the_office_refers_and_never_punishes(play: Play) -> None:
    case = rectifying(play, due="2026-12-18")
    wrong = WHY | {"question_kind": "问责", "question_form": "通报"}
    play.act("zhou-dc.head", case, "question", **wrong)
    asked = play.child(case, "accountability")
    play.act("xingyi.head", asked, "explain", explanation="已经着手整改")
    play.refused(ConditionNotMet, "zhou-dc.head", asked, "hold_unit", decision="给予某某处分")
    assert play.act("zhou.head", asked, "lift", decision="说明成立，不作记录") == "dropped"
    assert "accounts" not in play.case(case).facts
