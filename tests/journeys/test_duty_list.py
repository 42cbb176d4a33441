"""实施办法 art. 8 to 13: the duties of each level; art. 11（二）: 每年主持召开党委农村工作会议.

Art. 9（三）, 10（三）, 11（五）: 定点联系; art. 14 and 15: yearly plans of help from outside.
"""

from typing import Any

import pytest

from tests.journeys.play import COUNTY, TOWNSHIP, Play, variation
from workflow.assessing import Assessing
from workflow.engine.errors import ConditionNotMet, NotYourTurn
from workflow.measuring.duties import Fulfilled, standing_of
from workflow.measuring.shelf import Shelf
from workflow.store.measuring import figures

pytestmark = pytest.mark.journey

OFFICE = "xingyi-bg.liaison"


def enter(play: Play, who: str, code: str, **numbers: float) -> None:
    """One number a duty, once."""
    entries = [
        figures.Entry(name, play.unit(code), "2026", value) for name, value in numbers.items()
    ]
    assessing, in_force = Assessing(play.database, play.catalog), Shelf(play.database).in_force()
    assessing.enter(in_force, entries, f"{who} {numbers}", play.actor(who), play.now)


def stands(play: Play, code: str) -> dict[str, tuple[float | None, Fulfilled]]:
    """Of every duty with a number: how far it is reached, and whether that is enough."""
    known = Shelf(play.database).in_force().indicators
    with play.database.reading() as connection:
        rows = figures.of_units(connection, {play.unit(code)}, 2026)
    values = {(row["indicator"], row["period"]): row["value"] for row in rows}
    found = {
        name: standing_of(name, one, one.duty, 2026, values)
        for name, one in known.items()
        if one.duty and (name, "2026") in values
    }
    return {name: (one.reached, one.fulfilled) for name, one in found.items()}


def test_duties_are_counted_once_by_the_office_and_by_the_township(play: Play) -> None:
    enter(play, OFFICE, COUNTY, county_meeting=1, county_studies=3)
    enter(play, OFFICE, COUNTY, county_villages=120, county_visited=30)
    enter(play, "jingnan.liaison", TOWNSHIP, households=2000, households_met=1500)
    assert stands(play, COUNTY) == {
        "county_meeting": (1, Fulfilled.DONE),
        "county_studies": (3, Fulfilled.LACKING),
        "county_visited": (25, Fulfilled.OPEN),  # 原则上, in a term of office
    }
    assert stands(play, TOWNSHIP) == {"households_met": (75, Fulfilled.OPEN)}
    play.until("2026-03-20")
    enter(play, OFFICE, COUNTY, county_studies=4)
    assert stands(play, COUNTY)["county_studies"] == (4, Fulfilled.DONE)
    with play.database.reading() as connection:
        earlier = figures.history(connection, "county_studies", play.unit(COUNTY), "2026")
    assert [(row["value"], row["live"]) for row in earlier] == [(4, 1), (3, None)]


@variation
@pytest.mark.rights
def test_a_duty_is_not_counted_by_whoever_likes(play: Play) -> None:
    for who in ("xingyi.head", "zhou-dc.head", "wangmo.head"):
        with pytest.raises(NotYourTurn):
            enter(play, who, COUNTY, county_meeting=9)
    assert stands(play, COUNTY) == {}


LINK: dict[str, Any] = {"subject": "敬南镇甲村", "leaders": ["xingyi.head"]}


def test_a_contact_point_is_visited_and_its_leader_is_reminded(play: Play) -> None:
    named = {"leader_unit": COUNTY, "point": TOWNSHIP}
    case = play.open("xingyi.liaison", "contact_point", parties=named, **LINK)
    assert play.due(case) == "2026-06-02"
    assert "jingnan.liaison" in {one.who for one in play.told(case)}
    play.until("2026-06-04")
    assert "xingyi.head" in {one.who for one in play.told(case, since="2026-06-02 12:00")}
    visit: dict[str, Any] = {
        "study": "茶园管护缺人，合作社分红推迟",
        "solved": "协调派驻技术员",
        "visits": 1,
    }
    play.refused(ConditionNotMet, "xingyi.head", case, "visit", visited_on="2026-07-01", **visit)
    play.act("xingyi.head", case, "visit", visited_on="2026-06-04", **visit)
    assert play.due(case) == "2026-09-04"
    play.act("xingyi.liaison", case, "hand_on", leaders=["xingyi.officer"])
    play.refused(NotYourTurn, "xingyi.head", case, "visit", visited_on="2026-06-04", **visit)
    assert play.act("xingyi.head", case, "end_link", reason="换届，另行安排") == "ended"


PLAN: dict[str, Any] = {
    "subject": "2026年东西部协作计划",
    "kind": "东西部协作",
    "helper": "东部结对区",
    "plan": "共建加工园区，组织劳务对接，选派教师医生",
    "measure": "万元",
    "target": 3000,
    "nodes": [{"by": "2026-06-30", "reach": 1800}, {"by": "2026-11-30", "reach": 3000}],
}


def test_a_plan_of_help_from_outside_is_agreed_followed_and_summed_up(play: Play) -> None:
    case = play.open("xingyi.liaison", "assistance_plan", parties={"helped": COUNTY}, **PLAN)
    play.act("zhou-zx.liaison", case, "send_back", opinion="请写明劳务对接人数")
    play.act("xingyi.liaison", case, "resubmit", plan="共建加工园区，劳务对接五百人，选派教师医生")
    play.act("zhou-zx.officer", case, "agree")
    assert play.due(case) == "2026-06-30"
    play.until("2026-06-12")
    play.act("xingyi.liaison", case, "report", done=1800, people=12, progress="资金到位，园区开工")
    assert play.due(case) == "2026-11-30"
    play.down_until("2026-11-20")
    play.act("xingyi.head", case, "sum_up", done=3100, summary="资金超额到位，对接劳务六百人")
    assert play.act("zhou-zx.liaison", case, "file") == "filed"
    assert play.marks(case) == ()
