"""意见 三（二）: “双销号”. Two units sign, and what sends back voids the signature.

Of the cases worth having: one person may not sign both. (One unit may not either, for
no table that the loader accepts can bring it about: test_signatures.py.)
"""

import pytest

from tests.journeys.play import COUNTY, Play, variation
from tests.journeys.problems import MORE_WORK, SEEN, checked, first_review, publicity
from workflow.engine.errors import DutiesNotSeparate, NotYourTurn

pytestmark = pytest.mark.journey


@variation
def test_low_risk_skips_the_site_check(play: Play) -> None:
    case = first_review(play, grade="一般")
    assert play.act("zhou-zx.head", case, "sign_first", skip_site_check=True) == "publicity"


def test_low_risk_and_internal_skips_both(play: Play) -> None:
    case = first_review(play, grade="一般", internal_only=True)
    assert play.act("zhou-zx.head", case, "sign_first", skip_site_check=True) == "second_review"


@variation
def test_what_is_not_low_risk_is_checked_whatever_the_reviewer_says(play: Play) -> None:
    case = first_review(play, internal_only=True)
    assert play.act("zhou-zx.head", case, "sign_first", skip_site_check=True) == "site_check"
    checked(play, case)
    assert play.state(case) == "second_review"  # internal only: no public notice


def test_a_failed_site_check_voids_the_first_signature(play: Play) -> None:
    case = first_review(play)
    play.act("zhou-zx.head", case, "sign_first")
    play.act("zhou-zx.inspector1", case, "fail_check", site_record="三组仍不亮灯", **MORE_WORK)
    assert play.signatures(case) == [(1, "first", "zhou-zx.head", True)]  # one inspector is none
    play.refused(DutiesNotSeparate, "zhou-zx.inspector1", case, "fail_check")
    assert play.act("zhou-dc.inspector1", case, "fail_check") == "rectifying"
    assert play.signatures(case) == [(1, "first", "zhou-zx.head", False)]
    assert play.case(case).cycle.counts == {"returns": 1}
    first_review(play, case)
    play.act("zhou-zx.head", case, "sign_first")
    assert play.signatures(case)[1:] == [(1, "first", "zhou-zx.head", True)]


@variation
@pytest.mark.rights
def test_an_inspector_does_not_belong_to_the_unit_inspected(play: Play) -> None:
    case = first_review(play)
    play.act("zhou-zx.head", case, "sign_first")
    play.give_post("zhou-zx.inspector1", COUNTY, "officer")
    play.refused(DutiesNotSeparate, "zhou-zx.inspector1", case, "pass_check", **SEEN)


@pytest.mark.rights
def test_one_person_never_signs_both_sides(play: Play) -> None:
    """Nor as a substitute, nor through a second post."""
    case = publicity(play, internal_only=True)
    play.stand_in("zhou-zx.head", "zhou-dc.head")
    refusal = play.refused(DutiesNotSeparate, "zhou-zx.head", case, "sign_second")
    assert refusal.sentence == "你已签过“一次销号”，同一人不能签两次"
    play.give_post("zhou-zx.head", "522300-DC", "head")
    play.refused(DutiesNotSeparate, "zhou-zx.head", case, "sign_second")
    assert play.act("zhou-dc.head", case, "sign_second") == "closed"


@variation
@pytest.mark.rights
def test_only_the_reviewer_signs_first_and_only_the_supervisor_second(play: Play) -> None:
    case = first_review(play)
    for wrong in ("zhou-dc.head", "zhou-zx.officer", "xingyi.head", "xingyi-zx.head", "zhou.head"):
        play.refused(NotYourTurn, wrong, case, "sign_first")


def test_a_second_review_that_sends_back_voids_the_first_signature(play: Play) -> None:
    case = publicity(play, internal_only=True)
    assert play.act("zhou-dc.officer", case, "return_second", **MORE_WORK) == "rectifying"
    assert play.signatures(case) == [(1, "first", "zhou-zx.head", False)]
