"""Two signatures: by two persons of two units, voided by a return, anew in every cycle."""

import pytest

from tests.engine.definitions import (
    CHECK_CLERK,
    CHECKER,
    CLERK,
    KEEP_CLERK,
    KEEPER,
    LEAD,
    SUPERVISION,
    Walk,
    person,
)
from tests.engine.small_workflows import SIGNED, SIGNING
from workflow.engine.case import Actor, Post, Signature
from workflow.engine.errors import DutiesNotSeparate


def signed_once() -> Walk:
    walk = Walk(SIGNING)
    walk.fire("apply", CLERK, note="修好了")
    walk.fire("sign_first", CHECKER)
    return walk


def test_two_persons_of_two_units_close_a_case() -> None:
    walk = signed_once()
    decided = walk.fire("sign_second", KEEPER)
    assert walk.state == "closed"
    assert decided.signed == "second"
    assert walk.case.cycle.signed == {
        "first": Signature(110, LEAD, 3),
        "second": Signature(120, SUPERVISION, 4),
    }


@pytest.mark.rights
def test_one_person_with_both_posts_signs_only_once() -> None:
    both = person(110, (LEAD, "head"), (SUPERVISION, "head"))
    walk = signed_once()
    refusal = walk.refused(DutiesNotSeparate, "sign_second", both)
    assert refusal.sentence == "你已签过“一次销号”，同一人不能签两次"


@pytest.mark.rights
def test_a_substitute_signs_as_himself_not_as_the_one_he_stands_in_for() -> None:
    stands_in = Actor(
        "person", 110, (Post(1, SUPERVISION, "head", holder=120), Post(2, LEAD, "head"))
    )
    signed_once().refused(DutiesNotSeparate, "sign_second", stands_in)


@pytest.mark.rights
def test_one_unit_signs_only_once_even_where_a_definition_would_let_it() -> None:
    """The loader refuses such a definition; the step does too (design, law 9)."""
    walk = Walk(SIGNED.replace("SECOND", "checker.clerk"), checked=False)
    walk.fire("apply", CLERK, note="修好了")
    walk.fire("sign_first", CHECKER)
    refusal = walk.refused(DutiesNotSeparate, "sign_second", CHECK_CLERK)
    assert "两次销号必须由不同单位签字" in refusal.sentence


def test_a_return_voids_the_first_signature_and_the_next_one_counts_anew() -> None:
    walk = signed_once()
    assert walk.fire("return", KEEPER).voided == ("first",)
    assert walk.case.cycle.signed == {}
    walk.fire("apply", CLERK, note="又修了")
    walk.fire("sign_first", CHECKER)
    assert walk.case.cycle.signed["first"].seq == walk.case.seq


def test_a_new_cycle_begins_with_nothing_signed_and_a_cleared_ledger() -> None:
    walk = signed_once()
    walk.fire("sign_second", KEEPER)
    decided = walk.fire("rebound", KEEP_CLERK)
    case = walk.case
    assert (case.cycle.number, case.state, case.cycle.signed, case.cycle.counts) == (
        2,
        "start",
        {},
        {},
    )
    assert case.facts == {"what": "修路"}
    assert decided.voided == ()  # cycle 1 is frozen with the signatures it was closed by
    assert walk.again() == case


def test_what_an_event_gives_survives_what_it_clears() -> None:
    rewriting = SIGNING.replace(
        "next_cycle: true, clears: work", "next_cycle: true, clears: [work, problem], needs: what"
    )
    walk = Walk(rewriting)
    walk.fire("apply", CLERK, note="修好了")
    walk.fire("sign_first", CHECKER)
    walk.fire("sign_second", KEEPER)
    walk.fire("rebound", KEEP_CLERK, what="又坏了")
    assert walk.case.facts == {"what": "又坏了"}
    assert walk.again() == walk.case
