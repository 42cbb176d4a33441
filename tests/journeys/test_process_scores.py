"""建议: “突出平时考核评价的基础性作用”. What counties do in a quarter is marked in that quarter,
and counts on to the end of the year.

Who is equal in everything shares a rank (并列); of two with one total the better in what matters
most (巩固拓展脱贫攻坚成果) is before the other.
"""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.engine.definitions import at
from tests.journeys.assessments import GOOD, JUDGED, KEEPER, Round, approved, to_approval
from tests.journeys.play import COUNTY, Play, a_story, variation
from workflow.measuring.scoring import Known, leaves
from workflow.store.database import Database
from workflow.store.measuring.figures import Entry

pytestmark = pytest.mark.journey

ZX = "zhou-zx.liaison"
ANLONG, XINGREN = "522328", "522302"
QUARTERLY = ("risk_cleared", "toilets", "water_faults")
OF_THE_YEAR = {name: value for name, value in GOOD.items() if name not in QUARTERLY}


@pytest.fixture
def year(database: Database) -> Iterator[Round]:
    """The assessment of 2026, from the first quarter on; its cases open in November."""
    with a_story(database, at("2026-04-14 10:00")) as play:
        yield Round(play)


def enter(year: Round, who: str, period: str, **values: float) -> None:
    """What became known of all counties in one period."""
    play = year.play
    units = [play.unit(code) for code in year.codes()]
    entries = [Entry(name, one, period, value) for name, value in values.items() for one in units]
    year.assessing.enter(
        year.in_force, entries, f"{period} {sorted(values)}", play.actor(who), play.now
    )


def line(year: Round, code: str, name: str) -> tuple[Known, Decimal, int]:
    """How a line of a sheet stands: whether it is known, its points, of how many periods."""
    (one,) = (one for one in leaves(year.sheet(code).lines) if one.path[-1] == name)
    return one.known, one.points, len(one.periods)


def test_points_grow_quarter_by_quarter_and_are_final_in_the_end(year: Round) -> None:
    play: Play = year.play
    assert line(year, COUNTY, "risk_cleared") == (Known.PENDING, Decimal(0), 0)
    enter(year, ZX, "2026-Q1", risk_cleared=80, toilets=95, water_faults=2)
    # 引领示范: 15 × 60 % = 9, of which (80 - 60) / 40 is half
    assert line(year, COUNTY, "risk_cleared") == (Known.PARTIAL, Decimal("4.50"), 1)
    assert line(year, COUNTY, "water") == (Known.PARTIAL, Decimal("6.00"), 1)
    first = year.sheet(COUNTY).standing
    assert (first.settled, first.final) == (Decimal(24), False), "what is not known is not zero"
    assert first.total == Decimal("75.00")

    play.until("2026-07-14 10:00")
    enter(year, ZX, "2026-Q2", risk_cleared=100, toilets=95, water_faults=3)
    assert line(year, COUNTY, "risk_cleared") == (Known.PARTIAL, Decimal("6.75"), 2), "the mean"
    assert line(year, COUNTY, "water") == (Known.PARTIAL, Decimal("3.75"), 2), "the sum"

    play.until("2026-11-10 09:30")
    for quarter in ("2026-Q3", "2026-Q4"):
        enter(year, ZX, quarter, risk_cleared=100, toilets=95, water_faults=0)
    enter(year, ZX, "2026", **OF_THE_YEAR)
    year.enter(KEEPER, JUDGED)
    # the mean is 95: 9 × 35 / 40, half a hundredth up
    assert line(year, COUNTY, "risk_cleared") == (Known.SETTLED, Decimal("7.88"), 4)
    assert year.sheet(COUNTY).standing.final
    to_approval(year)
    approved(year)
    assert all(one.standing.final for one in year.freeze())


@variation
def test_equals_share_a_rank_and_what_matters_most_parts_two_of_one_total(year: Round) -> None:
    year.play.until("2026-11-10 09:30")
    year.enter(ZX, GOOD)
    year.enter(KEEPER, JUDGED)
    ranks = {one.name: one.place.class_rank for one in year.sheets() if one.place}
    assert {*ranks.values()} == {1}, "all of a class did the same"
    # 15 × 40 % × .25 lost in 巩固 by the one, 15 × .1 lost in 乡村治理 by the other
    year.enter(ZX, {"income_growth": 5.5}, XINGREN)
    year.enter(KEEPER, {"governance": 75}, ANLONG)
    totals = {code: year.sheet(code).standing.total for code in (XINGREN, ANLONG)}
    assert totals[XINGREN] == totals[ANLONG]
    before, after = year.sheet(ANLONG).place, year.sheet(XINGREN).place
    assert before is not None
    assert after is not None
    assert before.class_rank < after.class_rank
