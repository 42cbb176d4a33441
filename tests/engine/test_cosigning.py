"""An event that several must fire (会签): it counts with the last of them, and not before."""

import pytest

from tests.engine.definitions import (
    CHECK_CLERK,
    CHECK_CLERK_2,
    CHECKER,
    CLERK,
    COUNTY,
    KEEP_CLERK,
    KEEPER,
    LEAD,
    SUPERVISION,
    Walk,
    person,
    told,
)
from tests.engine.small_workflows import SIGNING
from workflow.engine.case import Cosigner
from workflow.engine.errors import DutiesNotSeparate, InvalidInput

COSIGNED = """
facts: { record: { title: 记录 }, wanted: { title: 要求 } }
marks: { passed: 核查过 }
states:
  start:
    title: 核查
    turn: checker
    limit: 5 working days
    events:
      pass:
        title: 合格
        by: [checker.clerk, keeper.clerk]
        needs: record
        may: wanted
        cosign: 2
        mark: passed
        tell: worker.head
        to: next
      fail:
        title: 不合格
        by: [checker.clerk, keeper.clerk]
        needs: [record, wanted]
        cosign: 3
        to: end
      call_off: { title: 取消核查, by: checker.head, to: next }
  next:
    title: 下一步
    turn: worker
    events:
      again: { title: 再查, by: worker.clerk, to: start }
      finish: { title: 完成, by: worker.clerk, to: end }
  end: { title: 结束, final: true }
"""


def test_the_second_of_two_different_people_makes_it_count() -> None:
    walk = Walk(COSIGNED)
    due = walk.case.due
    first = walk.fire("pass", CHECK_CLERK, record="看过")
    assert first.partial
    assert (walk.state, walk.case.due, walk.case.marks) == ("start", due, ())
    assert (first.notices, first.timers, first.arrived) == ((), None, False)
    assert walk.case.stay.cosigned == {"pass": (Cosigner(111, LEAD, 1110),)}
    assert walk.case.cycle.fired == {}
    second = walk.fire("pass", KEEP_CLERK)
    assert not second.partial
    assert (walk.state, walk.case.marks) == ("next", ("passed",))
    assert told(second) == [(COUNTY, "head")]
    assert walk.case.stay.cosigned == {}
    assert walk.case.cycle.fired == {"pass": 1}
    assert walk.again() == walk.case


@pytest.mark.rights
def test_the_same_person_does_not_count_twice() -> None:
    walk = Walk(COSIGNED)
    walk.fire("pass", CHECK_CLERK, record="看过")
    both = person(111, (SUPERVISION, "clerk"))
    for again in (CHECK_CLERK, both):
        refusal = walk.refused(DutiesNotSeparate, "pass", again, record="又看过")
        assert refusal.sentence == "你已办理过“合格”，须由另一人会签"


def test_what_the_first_wrote_stands_unless_the_second_writes_it_anew() -> None:
    walk = Walk(COSIGNED)
    walk.fire("pass", CHECK_CLERK, record="看过", wanted="再补照片")
    walk.fire("pass", CHECK_CLERK_2, wanted="不用补了")
    assert walk.case.facts == {"what": "修路", "record": "看过", "wanted": "不用补了"}


def test_three_must_be_three() -> None:
    walk = Walk(COSIGNED)
    walk.fire("fail", CHECK_CLERK, record="没修", wanted="重修")
    walk.fire("fail", CHECK_CLERK_2)
    assert walk.state == "start"
    walk.refused(DutiesNotSeparate, "fail", CHECK_CLERK)
    walk.fire("fail", KEEP_CLERK)
    assert walk.state == "end"


def test_the_first_must_give_what_is_needed_and_another_event_starts_anew() -> None:
    walk = Walk(COSIGNED)
    walk.refused(InvalidInput, "pass", CHECK_CLERK)
    walk.fire("pass", CHECK_CLERK, record="看过")
    walk.refused(InvalidInput, "fail", KEEP_CLERK)  # the record of `pass` is not that of `fail`
    walk.fire("fail", KEEP_CLERK, record="没修", wanted="重修")
    assert set(walk.case.stay.cosigned) == {"pass", "fail"}


def test_leaving_voids_partial_cosignatures() -> None:
    walk = Walk(COSIGNED)
    walk.fire("pass", CHECK_CLERK, record="看过")
    walk.fire("call_off", CHECKER)
    walk.fire("again", CLERK)
    assert walk.case.stay.cosigned == {}
    assert walk.fire("pass", KEEP_CLERK, record="重看").partial
    walk.fire("pass", CHECK_CLERK)
    assert walk.state == "next"


def test_a_partial_cosignature_voids_nothing() -> None:
    walk = Walk(
        SIGNING.replace(
            "return: { title: 退回, by: keeper.head, voids: first, to: start }",
            "return: { title: 退回, by: [keeper.head, keeper.clerk], cosign: 2, voids: first,"
            " to: start }",
        )
    )
    walk.fire("apply", CLERK, note="修好了")
    walk.fire("sign_first", CHECKER)
    assert walk.fire("return", KEEPER).voided == ()
    assert set(walk.case.cycle.signed) == {"first"}
    assert walk.fire("return", KEEP_CLERK).voided == ("first",)
