"""实施办法 art. 11（四）: a pool of projects, funds and projects in the open; art. 13: villages."""

from typing import Any

import pytest

from tests.journeys.play import TOWNSHIP, Play, variation
from workflow.engine.errors import ConditionNotMet, NotYourTurn, OutOfTurn

pytestmark = pytest.mark.journey

CLERK, OFFICER, HEAD = "jingnan.liaison", "jingnan.officer", "jingnan.head"
POOL, MANAGER = "xingyi-zx.liaison", "xingyi-zx.officer"
PROJECT: dict[str, Any] = {
    "subject": "甲村机耕道硬化",
    "place": "甲村一组至三组",
    "kind": "乡村建设",
    "content": "硬化机耕道三公里",
    "planned_money": 86.5,
    "starts_on": "2026-05-06",
    "ends_on": "2026-09-30",
}
BOARD = {"where": "村务公开栏和市政府网站"}
WHY = {"stop_ground": "选址与新修编的村庄规划冲突"}


def funded(play: Play) -> int:
    case = play.open(CLERK, "project", parties={"owner": TOWNSHIP}, **PROJECT)
    assert play.act(POOL, case, "enter") == "in_pool"
    play.act(CLERK, case, "disclose_pool", listed_on="2026-03-02", **BOARD)
    assert play.act(POOL, case, "fund") == "funded"
    return case


def test_a_project_is_disclosed_three_times_from_the_pool_to_its_end(play: Play) -> None:
    case = funded(play)
    assert play.due(case) == "2026-03-16"
    early = play.refused(
        ConditionNotMet, CLERK, case, "disclose_money", money_in=80, funded_on="2026-04-01", **BOARD
    )
    assert early.sentence == "公开日期不能晚于今天"
    play.act(CLERK, case, "disclose_money", money_in=80, funded_on="2026-03-02", **BOARD)
    assert (play.state(case), play.due(case)) == ("building", "2026-09-30")
    play.act(CLERK, case, "pay", money_paid=30, winner="某某建筑公司")
    done = {"result": "三公里全部硬化", "keeper": "甲村村民委员会"}
    play.refused(ConditionNotMet, OFFICER, case, "finish", money_paid=86, **done)
    play.act(OFFICER, case, "finish", money_paid=79.2, money_balance=0.8, **done)
    play.act(CLERK, case, "disclose_result", finished_on="2026-03-02", **BOARD)
    assert (play.state(case), play.marks(case)) == ("disclosed", ())


def test_money_that_is_not_disclosed_in_time_is_urged_and_listed(play: Play) -> None:
    case = funded(play)
    play.until("2026-03-17 12:00")
    urging = play.child(case, "urging")
    assert play.case(urging).facts["reason"] == "项目资金逾期没有公开"
    assert play.seat(urging, "sender") == "522301-DC"
    play.until("2026-03-31")
    assert play.marks(case) == ("undisclosed", "bulletin")
    play.act(CLERK, case, "disclose_money", money_in=80, funded_on="2026-03-30", **BOARD)
    assert "undisclosed" in play.marks(case), "what was late stays so"


def test_a_project_that_is_stopped_still_says_what_became_of_its_money(play: Play) -> None:
    """第十一条（四）：“健全乡村振兴资金项目信息公开制度，对乡村振兴资金管理负首要责任”."""
    case = funded(play)
    play.act(CLERK, case, "disclose_money", money_in=80, funded_on="2026-03-02", **BOARD)
    play.act(CLERK, case, "pay", money_paid=30)
    play.refused(NotYourTurn, OFFICER, case, "stop", **WHY)
    play.act(OFFICER, case, "ask_stop", **WHY)
    assert MANAGER in [told.who for told in play.told(case)]
    assert play.act(MANAGER, case, "stop", **WHY) == "stopped"
    assert play.due(case) == "2026-03-16"
    play.until("2026-03-17 12:00")
    urging = play.child(case, "urging")
    assert play.case(urging).facts["reason"] == "项目资金逾期没有公开"
    end: dict[str, Any] = {"money_paid": 30, "stopped_on": "2026-03-17", **BOARD}
    end["money_use"] = "已付款形成路基一公里，其余退回县财政"
    play.refused(ConditionNotMet, CLERK, case, "disclose_stop", money_back=60, **end)
    assert play.act(CLERK, case, "disclose_stop", money_back=50, **end) == "terminated"


@variation
def test_a_project_that_never_had_money_is_taken_out_of_the_pool_at_once(play: Play) -> None:
    case = play.open(CLERK, "project", parties={"owner": TOWNSHIP}, **PROJECT)
    play.act(POOL, case, "enter")
    play.refused(OutOfTurn, MANAGER, case, "stop", **WHY)
    assert play.act(MANAGER, case, "leave", opinion="村庄规划调整，不再实施") == "dropped"


@variation
def test_what_people_say_about_a_project_becomes_a_problem_to_be_put_right(play: Play) -> None:
    case = funded(play)
    who, by = "xingyi-dc.specialist", "2026-05-29"
    play.refused(ConditionNotMet, who, case, "take_up", rectify_by=by)
    play.act(who, case, "complain", complaint="公开栏上的金额与通知不符")
    play.act(who, case, "take_up", rectify_by=by)
    problem = play.case(play.child(case, "rectification"))
    assert problem.facts["description"] == "公开栏上的金额与通知不符"
    assert problem.facts["batch"] == play.case(case).number
