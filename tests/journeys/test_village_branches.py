"""六大工程, 固本强基: “常态化排查整顿软弱涣散村党组织”, eleven kinds of problems; the county
reviews every village's secretary at least once a year. No village needs an account.
"""

from typing import Any

import pytest

from tests.journeys.play import TOWNSHIP, Play
from tests.journeys.problems import OF_A_TOWNSHIP, archived
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotYourTurn

pytestmark = pytest.mark.journey

LEAD, OFFICER = "xingyi-zx.liaison", "xingyi-zx.officer"
SUPERVISOR = "xingyi-dc.specialist"
PUT_RIGHT: dict[str, Any] = {
    "goal": "班子配齐建强，工作打开局面",
    "measures": [{"measure": "县里选派第一书记，补选支委", "owner": "罗永辉", "due": "2026-06-30"}],
}
BY_VILLAGE: dict[str, Any] = {
    "secretaries": [
        {"village": "高卡村", "performance": "带头发展产业，群众认可", "advice": "留任"},
        {"village": "白河村", "performance": "长期不在岗", "advice": "调整"},
    ]
}


def test_a_weak_branch_is_put_right_as_any_problem_is(play: Play) -> None:
    """From the list of eleven kinds to the look-back, and nobody of the village has to do it."""
    facts: dict[str, Any] = {"source": "软弱涣散整顿", "due": "2026-12-18"}
    case = play.open(SUPERVISOR, parties={"responsible": TOWNSHIP}, **facts)
    play.refused(ConditionNotMet, SUPERVISOR, case, "dispatch")
    play.refused(InvalidInput, SUPERVISOR, case, "dispatch", weakness="其他")
    kinds = play.catalog.newest("rectification").definition.facts["weakness"].options
    assert len(kinds) == 11
    assert play.act(SUPERVISOR, case, "dispatch", weakness=kinds[1]) == "assigned"
    assert {"jingnan.liaison", "jingnan.officer"} <= {one.who for one in play.told(case)}

    play.act("jingnan.liaison", case, "accept")
    play.act("jingnan.liaison", case, "submit_plan", **PUT_RIGHT)
    assert play.act(SUPERVISOR, case, "approve_plan") == "rectifying"
    assert play.due(case) == "2026-12-18"
    play.until("2026-06-15")
    play.act("jingnan.liaison", case, "report_progress", progress="第一书记到岗，支委补齐")
    done = {"result": "班子配齐，组织生活正常，集体经济有了项目", "finished_on": "2026-09-10"}
    play.until("2026-09-14")
    archived(play, case, OF_A_TOWNSHIP, **done)
    assert play.case(case).facts["weakness"] == kinds[1]
    assert play.marks(case) == ()
    assert play.seat(case, "responsible") == TOWNSHIP, "the township answers for its village"


def test_the_county_reviews_the_secretaries_and_the_township_reports_once(play: Play) -> None:
    parties = {"township": TOWNSHIP}
    case = play.open(LEAD, "village_review", parties=parties, subject="2026 年度研判")
    play.act("jingnan.liaison", case, "provide", **BY_VILLAGE)
    play.refused(NotYourTurn, "jingnan.head", case, "assess", assessment="都很好", unfit=0)
    play.act(OFFICER, case, "assess", assessment="一名书记不胜任", unfit=1, visited=2)
    play.refused(ConditionNotMet, "xingyi.head", case, "keep")
    assert play.act("xingyi.head", case, "adjust", adjustment="调整白河村书记") == "decided"
