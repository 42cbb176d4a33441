"""A case given to another unit (改派) or rising to the office above (提级)."""

from tests.engine.definitions import (
    CLERK,
    COUNTY,
    COUNTY_SUPERVISION,
    KEEPER,
    LEAD,
    OTHER_COUNTY,
    OTHER_TOWNSHIP,
    STRANGER,
    SUPERVISION,
    TOWNSHIP,
    Walk,
    person,
)
from tests.engine.small_workflows import MOVING
from workflow.engine.errors import InvalidInput, NotYourTurn, RelationNotAllowed

COUNTY_KEEPER = person(130, (COUNTY_SUPERVISION, "head"))


def test_a_case_given_to_another_unit_is_that_unit_s_and_its_parties_follow() -> None:
    walk = Walk(MOVING, unit=TOWNSHIP)
    walk.fire("give", COUNTY_KEEPER, unit=OTHER_TOWNSHIP)
    assert walk.case.unit == OTHER_TOWNSHIP
    walk.fire("give", COUNTY_KEEPER, unit=OTHER_COUNTY)
    case = walk.case
    assert case.unit == OTHER_COUNTY
    assert {name: seat.unit for name, seat in case.parties.items()} == {
        "worker": OTHER_COUNTY,
        "checker": LEAD,
        "keeper": SUPERVISION,
    }
    walk.refused(NotYourTurn, "finish", CLERK)
    walk.refused(NotYourTurn, "give", COUNTY_KEEPER, unit=COUNTY)
    walk.fire("finish", STRANGER)
    assert walk.again() == walk.case


def test_the_unit_must_be_named_and_of_a_kind_that_may_answer() -> None:
    walk = Walk(MOVING)
    assert walk.refused(InvalidInput, "give", KEEPER).data == {"unit": None}
    walk.refused(RelationNotAllowed, "give", KEEPER, unit=SUPERVISION)
    walk.fire("give", KEEPER, unit=OTHER_COUNTY)


def test_rising_goes_one_office_up_and_at_the_top_of_the_row_it_stays() -> None:
    walk = Walk(MOVING, unit=TOWNSHIP)
    walk.fire("raise", COUNTY_KEEPER)
    assert walk.case.parties["keeper"].unit == SUPERVISION
    walk.refused(NotYourTurn, "raise", COUNTY_KEEPER)
    walk.fire("raise", KEEPER)
    assert walk.case.parties["keeper"].unit == SUPERVISION
    county = Walk(MOVING)
    county.fire("raise", KEEPER)
    assert county.case.parties["keeper"].unit == SUPERVISION
