"""A step that only people named on the case can take is refused where it may be nobody's, and
nowhere else: a file is never refused for what its author has provided for.
"""

import pytest

from tests.definitions.mistakes import REPAIR, SHIPPED, changed, told
from tests.definitions.test_between_files import EXTENSION, ONE_CHILD, ORDER, links
from workflow.engine.links import check_links
from workflow.yaml_text import read_definition

pytestmark = [pytest.mark.language, pytest.mark.hostile]

SIGNED = "        title: 初验合格\n        by: fixer.head\n"
HANGING = changed(REPAIR, (SIGNED, SIGNED.replace("head", "crew")))
"""In the state `checking` only the crew can act, whom `man` in the state before may have named."""
HERE = ("nobody_named", "states.checking.events.sign_first.by")
REASSIGN = "  reassign:\n"


def test_a_step_of_people_whom_nobody_need_have_named_is_refused() -> None:
    assert told(HANGING) == [HERE]


@pytest.mark.parametrize(
    ("was", "provided"),
    [
        ("needs: cost", "needs: [cost, crew]"),
        ("when: days_left >= 0", "when: days_left >= 0 && size(crew) > 0"),
        ("by: fixer.crew", "by: [fixer.crew, fixer.head]"),
        (
            REASSIGN,
            "  call: { title: 叫人, by: fixer.head, needs: crew, from: checking }\n" + REASSIGN,
        ),
        (
            REASSIGN,
            "  forget: { title: 作罢, by: asker.head, from: checking, to: dropped }\n" + REASSIGN,
        ),
        (
            REASSIGN,
            "  pass: { title: 期满, at: due, from: checking, to: dropped }\n" + REASSIGN,
        ),
        (
            "  checking:\n    title: 初验\n",
            "  checking:\n    title: 初验\n    hand_over: fixer.clerk\n",
        ),
    ],
    ids=["needed", "asked", "a post", "named later", "given up", "the clock", "handed over"],
)
def test_what_is_provided_for_is_not_refused(was: str, provided: str) -> None:
    assert told(changed(HANGING, (was, provided))) == []


def test_whoever_was_named_is_of_the_unit_that_was_there_then() -> None:
    """Re-assigned, the case is another office's, and the crew of the first one is not theirs."""
    named = changed(HANGING, ("needs: [what, grade]", "needs: [what, grade, crew]"))
    assert told(named) == [HERE]
    before, _ = named.split(REASSIGN)
    assert told(before) == []


def test_what_a_step_may_leave_empty_names_nobody() -> None:
    assert told(changed(HANGING, ("may: due, to: fixing", "may: [due, crew], to: fixing"))) == [
        HERE
    ]


BY_HAND = changed(
    ORDER,
    (
        "  item: { title: 物品 }\n",
        "  item: { title: 物品 }\n"
        "  hands: { title: 经手人, type: people, among: buyer.clerk, opener: true }\n",
    ),
    ("opening: { state", "opening: { by: buyer.clerk, state"),
    ("by: buyer.clerk, to: approved", "by: buyer.hands, to: approved"),
)
"""Whoever opens a purchase goes on with it."""


def test_a_case_that_another_case_opens_has_no_opener() -> None:
    lost = [("nobody_named", "states.asked.events.buy.by")]
    assert read_definition(BY_HAND, "purchase").workflow == "purchase", "opened by hand it is right"
    assert links(ONE_CHILD, BY_HAND, extension=EXTENSION) == lost
    given = changed(ONE_CHILD, ("{ item: row.material }", "{ item: row.material, hands: crew }"))
    assert links(given, BY_HAND, extension=EXTENSION) == []
    shared = changed(BY_HAND, ("by: buyer.hands", "by: [buyer.hands, buyer.clerk]"))
    assert links(ONE_CHILD, shared, extension=EXTENSION) == []


def test_an_opener_of_another_post_is_not_named() -> None:
    elsewhere = changed(
        BY_HAND,
        ("{ clerk: 经办人 }", "{ clerk: 经办人, head: 负责人 }"),
        ("by: buyer.clerk, state", "by: buyer.head, state"),
    )
    assert told(elsewhere) == [("nobody_named", "states.asked.events.buy.by")]


def test_a_referral_that_others_propose_went_on_to_nobody() -> None:
    """第二十五条: proposed by a look-back it has no readers, and only readers could send it."""
    text = SHIPPED["referral.yaml"]
    asked = "when: size(readers) > 0, otherwise: 请先列明知情人员，由他们起草、送出移送函, "
    before = changed(
        text,
        (asked, ""),
        (
            "from: [lead, assessed, approved, transferred, receipted, inquiring, inquired, "
            "fed_back]\n    tell: sender.readers",
            "from: lead\n    tell: sender.readers",
        ),
    )
    texts = SHIPPED | {"referral.yaml": before}
    definitions = [read_definition(text, name) for name, text in texts.items()]
    found = check_links({one.workflow: one for one in definitions})
    assert {(one.code, one.path) for one in found["referral"]} == {
        ("nobody_named", ("states", "approved", "events", name, "by"))
        for name in ("write", "transfer")
    }
    assert found.keys() == {"referral"}
