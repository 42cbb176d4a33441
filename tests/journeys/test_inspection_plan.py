"""办法第二十一条：“中央农村工作领导小组每年对各省……实施乡村振兴战略开展督查”. A year's inspections
in one plan: approved once, opened month by month, no unit burdened beyond the ceiling without a
reason and a name, and nobody forewarned.
"""

from typing import Any

import pytest

from tests.engine.definitions import at
from tests.journeys.play import COUNTY, TOWNSHIP, Play, a_story, variation
from workflow.cadences import Switching, switch
from workflow.engine.errors import (
    ConditionNotMet,
    InvalidInput,
    NotYourTurn,
    RelationNotAllowed,
)
from workflow.store.database import Database
from workflow.store.lists import queries
from workflow.store.lists.queries import Filter

pytestmark = pytest.mark.journey

PLANNER = "zhou-dc.specialist1"
XINGREN = "522302"
OF_COUNTY = "xingyi-dc.specialist"


def visit(month: int, unit: str, theme: str, kind: str = "明查") -> dict[str, Any]:
    return {"month": month, "unit": unit, "theme": theme, "kind": kind}


VISITS = [
    visit(4, "兴义市", "饮水安全和村道管护", "暗访"),
    visit(4, XINGREN, "村级活动场所"),
    visit(6, "兴义市", "产业项目资金"),
]


def sees(play: Play, who: str, case: int) -> bool:
    with play.database.reading() as connection:
        return case in {
            row["id"] for row in queries.list_cases(connection, play.actor(who), Filter()).rows
        }


def approved(play: Play, visits: list[dict[str, Any]]) -> int:
    case = play.open(PLANNER, "inspection_plan", parties={"host": "522300"}, subject="今年督查计划")
    play.act(PLANNER, case, "submit", visits=visits)
    assert play.act("zhou.officer", case, "approve") == "running"
    return case


def test_a_year_s_plan_opens_its_inspections_month_by_month(database: Database) -> None:
    with a_story(database, at("2026-03-16 09:00")) as play:
        case = approved(play, VISITS)
        assert play.children(case, "inspections") == []
        assert sees(play, "zhou-dc.specialist2", case)
        assert not sees(play, "xingyi.head", case)
        play.until("2026-04-02")
        first, second = play.children(case, "inspections")
        assert [play.state(one) for one in (first, second)] == ["approved", "approved"]
        assert [play.seat(one, "inspected") for one in (first, second)] == [COUNTY, XINGREN]
        facts = play.case(first).facts
        assert facts["authority"] == play.case(case).number
        assert (facts["mode"], facts["visit_on"]) == ("暗访", "2026-04-30")
        assert not sees(play, "xingyi.head", first)
        assert sees(play, "xingren.head", second)
        assert not sees(play, "xingren.head", case)
        play.down_until("2026-07-06 09:00")  # nobody swept in June: the row opens late, and once
        play.sweep()
        play.until("2026-07-07")
        assert len(play.children(case, "inspections")) == 3
        for one in play.children(case, "inspections"):
            play.act("zhou-dc.head", one, "cancel", opinion="并入其他督查")
        assert play.state(case) == "closed"


def test_more_than_one_visit_a_month_needs_a_reason_and_a_name(play: Play) -> None:
    case = play.open(PLANNER, "inspection_plan", parties={"host": "522300"}, subject="今年督查计划")
    twice = [*VISITS, visit(6, "兴义市", "粮食安全")]
    play.act(PLANNER, case, "submit", visits=twice)
    refusal = play.refused(ConditionNotMet, "zhou.officer", case, "approve")
    assert "不止一次" in refusal.sentence
    reason = {"reason": "省里专项部署，两项内容不能合并"}
    play.refused(NotYourTurn, "zhou.officer", case, "approve_beyond", **reason)
    assert play.act("zhou.head", case, "approve_beyond", **reason) == "running"
    assert play.marks(case) == ("beyond",)


@variation
def test_a_plan_is_adjusted_where_it_has_not_been_carried_out(play: Play) -> None:
    case = approved(play, VISITS)
    play.until("2026-04-02")
    changed = [*VISITS[:2], visit(9, "兴义市", "产业项目资金")]
    play.refused(InvalidInput, PLANNER, case, "adjust", visits=changed[1:])
    play.act(PLANNER, case, "adjust", visits=changed)
    play.act("zhou.officer", case, "revise", opinion="九月改为八月")
    refusal = play.refused(ConditionNotMet, "zhou-dc.head", case, "abandon", opinion="不再编制")
    assert "已有督查按这份计划立项" in refusal.sentence
    play.act(PLANNER, case, "submit", visits=changed)
    play.act("zhou.officer", case, "approve")
    play.until("2026-07-01")
    assert len(play.children(case, "inspections")) == 2
    play.until("2026-09-02")
    assert len(play.children(case, "inspections")) == 3


def test_a_county_plans_for_its_townships(database: Database) -> None:
    """“县级以上地方党委和政府”: a county inspects what lies below it; nobody above need know."""
    with a_story(database, at("2026-03-16 09:00")) as play:
        host = {"host": COUNTY}
        case = play.open(
            "xingyi-dc.specialist", "inspection_plan", parties=host, subject="督查计划"
        )
        visits = [visit(4, TOWNSHIP, "饮水安全", "暗访")]
        elsewhere = [visit(4, XINGREN, "饮水安全", "暗访")]
        play.refused(RelationNotAllowed, OF_COUNTY, case, "submit", visits=elsewhere)
        play.act(OF_COUNTY, case, "submit", visits=visits)
        assert play.act("xingyi.officer", case, "approve") == "running"
        play.until("2026-04-02")
        (one,) = play.children(case, "inspections")
        assert play.seat(one, "inspectors") == play.seat(case, "planner")
        assert sees(play, OF_COUNTY, one)
        assert not sees(play, PLANNER, one)
        assert not sees(play, "jingnan.head", one)


@pytest.mark.rights
def test_a_county_is_not_forewarned_of_a_visit_to_its_township(database: Database) -> None:
    with a_story(database, at("2026-03-16 09:00")) as play:
        case = approved(play, [visit(4, TOWNSHIP, "饮水安全", "暗访")])
        play.until("2026-04-02")
        (one,) = play.children(case, "inspections")
        assert play.seat(one, "inspectors") == play.seat(case, "planner")
        assert sees(play, PLANNER, one)
        for who in ("xingyi-dc.head", "xingyi-dc.specialist", "xingyi.head", "jingnan.head"):
            assert not sees(play, who, one), who


def test_a_prefecture_that_wants_a_plan_asks_no_county_for_one(database: Database) -> None:
    with a_story(database, at("2026-12-01 09:00")) as play:
        switched(play, "zhou-dc.head", "522300")
        play.until("2027-01-05")
        (case,) = play.of_workflow("inspection_plan")
        assert play.seat(case, "host") == "522300"
        switched(play, "xingyi-dc.head", COUNTY)
        play.down_until("2028-01-04 09:00")
        play.sweep()
        hosts = [play.seat(one, "host") for one in play.of_workflow("inspection_plan")]
        assert sorted(hosts) == ["522300", "522300", COUNTY]


def switched(play: Play, who: str, place: str) -> None:
    asked = Switching("inspection_plan", "year", play.unit(place), True, "领导小组会议决定")
    switch(play.database, play.catalog, asked, play.actor(who), play.now)


@variation
def test_a_plan_says_how_each_visit_is_made(play: Play) -> None:
    case = play.open(PLANNER, "inspection_plan", parties={"host": "522300"}, subject="今年督查计划")
    play.refused(ConditionNotMet, PLANNER, case, "submit", visits=[visit(4, COUNTY, "饮水", "查")])
