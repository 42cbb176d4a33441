"""意见 三（二）: “将减轻村级组织不合理负担纳入基层减负督查重点内容”. The calendar of visits shows
who comes too often (宁波日报 2025: “四不停直折腾”), and keeps what is secret.

Unannounced visits stay invisible to the unit and to everybody outside, in counts and hints too.
"""

from datetime import date

import pytest

from tests.journeys.play import COUNTY, TOWNSHIP, Play
from tests.journeys.problems import first_review
from tests.journeys.test_inspection import MAKER, PLAN, planned
from workflow import visits
from workflow.engine.visits import Planned

pytestmark = pytest.mark.journey

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
CHECKER = "zhou-zx.inspector1"
"""Of the prefecture's lead department, which checks rectifications of the county on site."""
BELOW = "xingyi-dc.specialist"


def at_site_check(play: Play) -> int:
    """A rectification of 兴义市 that two people will look at on site within ten working days."""
    case = first_review(play)
    assert play.act("zhou-zx.head", case, "sign_first") == "site_check"
    return case


def seen(play: Play, who: str) -> list[Planned]:
    with play.database.reading() as connection:
        return visits.planned(connection, play.catalog, play.actor(who), MARCH, APRIL)


def hinted(play: Play, who: str) -> set[tuple[int, str]]:
    """Units and months in which somebody is told that another body comes."""
    with play.database.reading() as connection:
        reader, catalog = play.actor(who), play.catalog
        own = visits.planned(connection, catalog, reader, MARCH, APRIL)
        return visits.others_come(connection, catalog, reader, own, MARCH, APRIL)


def test_two_visits_to_one_unit_in_a_month_are_too_many(play: Play) -> None:
    planned(play, "明查")
    planned(play, "明查", visit_on="2026-04-02")
    assert visits.too_many(seen(play, MAKER), 1) == set()
    planned(play, "明查", visit_on="2026-03-24")
    county = (play.unit(COUNTY), "2026-03")
    for who in (MAKER, "xingyi.head"):
        assert visits.too_many(seen(play, who), 1) == {county}
        assert visits.too_many(seen(play, who), 2) == set()
    assert seen(play, "wangmo.head") == []


def test_places_drawn_are_visited_and_a_cancelled_visit_is_none(play: Play) -> None:
    case = planned(play)
    play.act("zhou-dc.officer", case, "approve")
    play.act(MAKER, case, "draw")
    assert len(seen(play, MAKER)) == 3, "the county and two of its townships"
    play.act("zhou-dc.head", case, "cancel", opinion="与省级督查重复")
    assert seen(play, MAKER) == []


@pytest.mark.rights
def test_an_unannounced_visit_shows_to_nobody_outside(play: Play) -> None:
    at_site_check(play)
    outside = ("xingyi.head", "xingyi.liaison", "xingyi-dc.head", "jingnan.head", "zhou.head")
    before = {who: (seen(play, who), hinted(play, who)) for who in outside}
    case = planned(play)
    play.act("zhou-dc.officer", case, "approve")
    play.act(MAKER, case, "draw")
    assert {who: (seen(play, who), hinted(play, who)) for who in outside} == before
    assert {one.case for one in seen(play, MAKER)} >= {case}


@pytest.mark.rights
def test_who_plans_a_visit_learns_that_another_body_comes_and_no_more(play: Play) -> None:
    check = at_site_check(play)
    assert hinted(play, CHECKER) == set()
    planned(play)
    assert hinted(play, CHECKER) == {(play.unit(COUNTY), "2026-03")}
    assert {one.case for one in seen(play, CHECKER)} == {check}
    assert hinted(play, "zhou-zx.head") == {(play.unit(COUNTY), "2026-03")}
    assert hinted(play, "xingyi.head") == set(), "the unit itself is told nothing"


@pytest.mark.rights
def test_nothing_is_hinted_downwards(play: Play) -> None:
    planned(play, code=TOWNSHIP)
    facts = {**PLAN, "mode": "明查"}
    play.open(BELOW, "inspection", parties={"inspected": TOWNSHIP}, **facts)
    assert len(seen(play, BELOW)) == 1
    assert hinted(play, BELOW) == set(), "the prefecture's visit is no business of the county's"
