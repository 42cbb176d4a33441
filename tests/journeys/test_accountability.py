"""意见 三（二）: 双台账、双责、双销号和双问. Who mends is asked, and who supervises, too.

No source says what the two questions are; the reading is ours, and its names are YAML.
"""

from typing import Any

import pytest

from tests.journeys.play import Play
from tests.journeys.problems import rectifying
from workflow.engine.errors import ConditionNotMet, NotYourTurn

pytestmark = pytest.mark.journey

WHY: dict[str, Any] = {
    "reason": "三次催办，仍无进展",
    "question_kind": "问效",
    "question_form": "通报",
}


def test_who_mends_is_asked_and_both_ledgers_keep_it(play: Play) -> None:
    case = rectifying(play, due="2026-12-18")
    play.refused(NotYourTurn, "xingyi.head", case, "question", question_target="整改责任", **WHY)
    play.act("zhou-dc.head", case, "question", question_target="整改责任", **WHY)
    asked = play.child(case, "accountability")
    assert play.seat(asked, "asked") == "522301"
    play.act("xingyi.head", asked, "explain", explanation="招标流标两次，现已开工")
    play.refused(ConditionNotMet, "zhou.head", asked, "hold_keeper", decision="督办不力，应予通报")
    play.act("zhou-dc.head", asked, "hold_unit", decision="通报一次，限期整改")
    facts = play.case(case).facts
    assert facts["accounts"] == facts["accounts_unit"] == "通报一次，限期整改"
    assert play.state(case) == "rectifying"


def test_who_supervises_is_asked_by_the_government_alone(play: Play) -> None:
    case = rectifying(play, due="2026-12-18")
    play.act("zhou-dc.head", case, "question", question_target="督办责任", **WHY)
    asked = play.child(case, "accountability")
    play.until("2026-03-20")
    assert play.state(asked) == "weighed", "silence holds nothing up"
    play.refused(NotYourTurn, "zhou-dc.head", asked, "hold_keeper", decision="督办不力，应予通报")
    assert play.act("zhou.head", asked, "hold_keeper", decision="督办不力，约谈") == "recorded"


def test_the_office_refers_and_never_punishes(play: Play) -> None:
    case = rectifying(play, due="2026-12-18")
    wrong = WHY | {"question_kind": "问责", "question_form": "通报"}
    play.act("zhou-dc.head", case, "question", question_target="整改责任", **wrong)
    asked = play.child(case, "accountability")
    play.act("xingyi.head", asked, "explain", explanation="已经着手整改")
    play.refused(ConditionNotMet, "zhou-dc.head", asked, "hold_unit", decision="给予某某处分")
    assert play.act("zhou.head", asked, "lift", decision="说明成立，不作记录") == "dropped"
    assert "accounts" not in play.case(case).facts
