"""六大工程, 固本强基: weak village branches are put right, eleven kinds of problems; the county
reviews every village's secretary at least once a year. No village needs an account.
"""

from typing import Any

import pytest

from tests.journeys.play import TOWNSHIP, Play
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotYourTurn

pytestmark = pytest.mark.journey

LEAD, OFFICER = "xingyi-zx.liaison", "xingyi-zx.officer"
BY_VILLAGE: dict[str, Any] = {
    "secretaries": [
        {"village": "高卡村", "performance": "带头发展产业，群众认可", "advice": "留任"},
        {"village": "白河村", "performance": "长期不在岗", "advice": "调整"},
    ]
}


def test_a_weak_branch_is_put_right_as_any_problem_is(play: Play) -> None:
    facts: dict[str, Any] = {"source": "软弱涣散整顿", "due": "2026-12-18"}
    case = play.open("xingyi-dc.specialist", parties={"responsible": TOWNSHIP}, **facts)
    play.refused(ConditionNotMet, "xingyi-dc.specialist", case, "dispatch")
    play.refused(InvalidInput, "xingyi-dc.specialist", case, "dispatch", weakness="其他")
    kind = play.catalog.newest("rectification").definition.facts["weakness"].options
    assert len(kind) == 11
    play.act("xingyi-dc.specialist", case, "dispatch", weakness=kind[1])
    assert play.state(case) == "assigned"


def test_the_county_reviews_the_secretaries_and_the_township_reports_once(play: Play) -> None:
    parties = {"township": TOWNSHIP}
    case = play.open(LEAD, "village_review", parties=parties, subject="2026 年度研判")
    play.act("jingnan.liaison", case, "provide", **BY_VILLAGE)
    play.refused(NotYourTurn, "jingnan.head", case, "assess", assessment="都很好", unfit=0)
    play.act(OFFICER, case, "assess", assessment="一名书记不胜任", unfit=1, visited=2)
    play.refused(ConditionNotMet, "xingyi.head", case, "keep")
    assert play.act("xingyi.head", case, "adjust", adjustment="调整白河村书记") == "decided"
