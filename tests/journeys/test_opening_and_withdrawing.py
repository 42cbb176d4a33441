"""办法第二十一条：“及时发现和解决存在的问题”.

Who opens a case of 问题整改, and what ends it before its time:
草稿, 撤销, 合并.
"""

import pytest

from tests.journeys.play import COUNTY, Play, variation
from tests.journeys.problems import FINDER, rectifying
from workflow.engine.errors import InvalidInput, NotYourTurn, OutOfTurn, RelationNotAllowed

pytestmark = pytest.mark.journey


@variation
@pytest.mark.rights
def test_only_a_supervisor_s_specialist_opens_and_never_against_his_own(play: Play) -> None:
    for wrong in ("xingyi.liaison", "zhou-dc.head", "zhou.head", "wangmo-dc.specialist"):
        with pytest.raises(NotYourTurn):
            play.open(wrong)
    with pytest.raises(RelationNotAllowed):
        play.open(FINDER, parties={"responsible": "522300"})
    with pytest.raises(RelationNotAllowed):  # a reviewer is found in the table, never typed
        play.open(FINDER, parties={"responsible": COUNTY, "reviewer": "522300-GH"})


def test_a_draft_waits_until_it_is_registered_or_thrown_away(play: Play) -> None:
    draft, other = play.open(FINDER, draft=True), play.open(FINDER, draft=True)
    assert (play.state(draft), play.due(draft)) == ("draft", None)
    assert play.act(FINDER, draft, "register") == "registered"
    assert play.act(FINDER, other, "discard") == "discarded"
    play.refused(OutOfTurn, FINDER, draft, "discard")


def test_a_wrong_case_is_withdrawn_with_a_reason_and_nothing_is_deleted(play: Play) -> None:
    case = rectifying(play)
    play.refused(InvalidInput, "zhou-dc.head", case, "withdraw_case")
    play.refused(NotYourTurn, FINDER, case, "withdraw_case", reason="不属于督办范围")
    assert play.act("zhou-dc.head", case, "withdraw_case", reason="不属于督办范围") == "withdrawn"
    assert play.timers(case) == []
    assert play.case(case).facts["description"]


def test_a_duplicate_is_merged_and_one_not_to_be_pursued_is_dropped(play: Play) -> None:
    first, second, third = (play.open(FINDER) for _ in range(3))
    number = play.case(first).number
    assert play.act(FINDER, second, "merge", merged_into=number) == "merged"
    assert play.act("zhou-dc.head", third, "withdraw", reason="线索不实，不予立项") == "withdrawn"
