"""One firing decided: signatures, co-signatures, hand-over, take-back, suspension, cycles."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.engine.definitions import (
    CHECK_CLERK,
    CHECK_CLERK_2,
    CHECKER,
    CLERK,
    CLERK_2,
    COUNTY,
    COUNTY_SUPERVISION,
    HEAD,
    KEEP_CLERK,
    KEEPER,
    LEAD,
    MONDAY,
    OTHER_COUNTY,
    OTHER_TOWNSHIP,
    STRANGER,
    SUPERVISION,
    TOWNSHIP,
    WORLD,
    Walk,
    at,
    due_day,
    person,
    told,
)
from workflow.engine.case import LINKED_CASE, Actor, Cosigner, Post, Signature, World
from workflow.engine.errors import (
    ConditionNotMet,
    DutiesNotSeparate,
    InvalidInput,
    NotYourTurn,
    OutOfTurn,
    RelationNotAllowed,
)

# What exists, how often, and where it leads

ROADS = """
facts:
  grade: { title: 等级, type: choice, options: [轻, 重] }
  count: { title: 件数, type: integer }
counts: { returns: 退回次数 }
marks: { noted: 记过, many: { title: 多次, when: returns >= 2 } }
opening: { state: start, needs: what, may: [grade, count] }
states:
  start:
    title: 开始
    turn: worker
    tell: worker.clerk
    limit: 5 working days
    events:
      send:
        title: 报送
        by: worker.clerk
        to:
          - { when: 'grade == "重"', state: check }
          - { when: count > 3, state: check }
          - { state: end }
      strict:
        title: 严格报送
        by: worker.clerk
        to: [{ when: count > 100, state: check }]
        otherwise: 不够多
      note:
        title: 批注
        by: worker.clerk
        needs: note
        may: count
        at_most: 2
        mark: noted
        tell: keeper.head
  check:
    title: 审核
    turn: checker
    tell: [checker.head, checker.clerk]
    urgency: urgent
    events:
      return:
        { title: 退回, by: checker.head, needs: note, adds: returns, tell: worker.head, to: start }
      pass: { title: 通过, by: checker.head, to: end }
  end: { title: 结束, final: true }
"""


@pytest.mark.parametrize(
    ("facts", "state"),
    [({}, "end"), ({"grade": "重"}, "check"), ({"count": 4}, "check"), ({"count": 3}, "end")],
)
def test_the_first_branch_that_holds_is_taken(facts: Mapping[str, Any], state: str) -> None:
    walk = Walk(ROADS, what="修路", **facts)
    assert walk.fire("send", CLERK).case.state == state
    assert (walk.case.closed_at is not None) is (state == "end")


def test_no_branch_that_holds_refuses_with_the_definitions_own_words() -> None:
    assert Walk(ROADS).refused(ConditionNotMet, "strict", CLERK).sentence == "不够多"


def test_an_event_of_another_state_says_what_is_possible_now() -> None:
    refusal = Walk(ROADS).refused(OutOfTurn, "pass", CHECKER)
    assert refusal.sentence == (
        "该事项现处于“开始”，不能办理这一步，现在可以：报送、严格报送、批注"
    )
    assert refusal.data == {"state": "start"}


@pytest.mark.parametrize("name", ["", "nonsense", "__class__", "send ", "open"])
def test_an_event_that_does_not_exist_is_out_of_turn(name: str) -> None:
    Walk(ROADS).refused(OutOfTurn, name, CLERK)


def test_nothing_happens_after_the_end() -> None:
    walk = Walk(ROADS)
    walk.fire("send", CLERK)
    for event in ("send", "note", "take_back", "hand_over"):
        walk.refused(OutOfTurn, event, CLERK, to=101)


def test_an_event_that_stays_writes_and_tells_but_moves_nothing() -> None:
    walk = Walk(ROADS)
    before = walk.case
    decided = walk.fire("note", CLERK, note="看过", count="2")
    assert (walk.state, walk.case.due, walk.case.entry) == ("start", before.due, before.entry)
    assert decided.written == {"note": "看过", "count": 2}
    assert walk.case.marks == ("noted",)
    assert told(decided) == [(SUPERVISION, "head")]
    assert decided.timers is None
    assert not decided.arrived


def test_at_most_so_often_in_a_cycle() -> None:
    walk = Walk(ROADS)
    walk.fire("note", CLERK, note="一")
    walk.fire("note", CLERK, note="二")
    refusal = walk.refused(ConditionNotMet, "note", CLERK, note="三")
    assert refusal.sentence == "“批注”至多 2 次，已用完"


def test_arriving_tells_those_whose_turn_it_is() -> None:
    walk = Walk(ROADS, what="修路", grade="重")
    assert told(walk.steps[0]) == [(COUNTY, "clerk")]
    decided = walk.fire("send", CLERK)
    (notice,) = decided.notices
    assert notice.to == ((LEAD, "head"), (LEAD, "clerk"))
    assert (notice.template, notice.urgency) == ("task", "urgent")
    assert notice.variables["state"] == "审核"
    assert all(isinstance(value, str) for value in notice.variables.values())


def test_counts_go_up_and_a_mark_comes_of_itself_at_the_step_after() -> None:
    walk = Walk(ROADS, what="修路", grade="重")
    for _ in range(2):
        walk.fire("send", CLERK)
        walk.fire("return", CHECKER, note="不够细")
    assert walk.case.counts == {"returns": 2}
    assert "many" not in walk.case.marks
    walk.fire("send", CLERK)
    assert walk.case.marks == ("many",)


def test_facts_missing_or_not_asked_for_change_nothing() -> None:
    walk = Walk(ROADS)
    assert "请填写“说明”" in walk.refused(InvalidInput, "note", CLERK).sentence
    walk.refused(InvalidInput, "note", CLERK, note="看过", what="改事由")
    walk.refused(InvalidInput, "send", CLERK, note="多余")


# Two signatures

SIGNED = """
ledgers:
  problem: { title: 问题台账, kept_by: keeper, facts: what }
  work: { title: 整改台账, kept_by: worker, facts: note }
sign_offs:
  first: { title: 一次销号, stamps: work }
  second: { title: 二次销号, stamps: problem, apart_from: first }
opening: { state: start, needs: what }
states:
  start:
    title: 开始
    turn: worker
    events: { apply: { title: 申请, by: worker.clerk, needs: note, to: one } }
  one:
    title: 一次
    turn: checker
    events: { sign_first: { title: 一次签, by: checker.head, signs: first, to: two } }
  two:
    title: 二次
    turn: keeper
    events:
      sign_second: { title: 二次签, by: SECOND, signs: second, to: closed }
      return: { title: 退回, by: keeper.head, voids: first, to: start }
  closed:
    title: 已销号
    turn: keeper
    needs_signed: [first, second]
    events:
      rebound: { title: 反弹, by: keeper.clerk, next_cycle: true, clears: work, to: start }
      archive: { title: 归档, by: keeper.clerk, to: end }
  end: { title: 结束, final: true, needs_signed: [first, second] }
"""
SIGNING = SIGNED.replace("SECOND", "keeper.head")


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
    assert walk.case.signed == {
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
    assert walk.case.signed == {}
    walk.fire("apply", CLERK, note="又修了")
    walk.fire("sign_first", CHECKER)
    assert walk.case.signed["first"].seq == walk.case.seq


def test_a_new_cycle_begins_with_nothing_signed_and_a_cleared_ledger() -> None:
    walk = signed_once()
    walk.fire("sign_second", KEEPER)
    decided = walk.fire("rebound", KEEP_CLERK)
    case = walk.case
    assert (case.cycle, case.state, case.signed, case.counts) == (2, "start", {}, {})
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


# Co-signature

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
    assert walk.case.cosigned == {"pass": (Cosigner(111, LEAD, 1110),)}
    assert walk.case.fired == {}
    second = walk.fire("pass", KEEP_CLERK)
    assert not second.partial
    assert (walk.state, walk.case.marks) == ("next", ("passed",))
    assert told(second) == [(COUNTY, "head")]
    assert walk.case.cosigned == {}
    assert walk.case.fired == {"pass": 1}
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
    assert set(walk.case.cosigned) == {"pass", "fail"}


def test_leaving_voids_partial_cosignatures() -> None:
    walk = Walk(COSIGNED)
    walk.fire("pass", CHECK_CLERK, record="看过")
    walk.fire("call_off", CHECKER)
    walk.fire("again", CLERK)
    assert walk.case.cosigned == {}
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
    assert set(walk.case.signed) == {"first"}
    assert walk.fire("return", KEEP_CLERK).voided == ("first",)


# Handing over (转办)

HANDED = """
facts: { grade: { title: 等级 } }
sign_offs: { first: { title: 签字, stamps: work } }
ledgers: { work: { title: 台账, kept_by: worker, facts: note } }
states:
  start:
    title: 办理
    turn: worker
    hand_over: [worker.clerk, worker.inspector]
    events:
      send: { title: 报送, by: worker.clerk, to: check }
      sign: { title: 签字, by: worker.head, signs: first, to: end }
      remind: { title: 催问, by: checker.head }
  check:
    title: 审核
    turn: checker
    events:
      return: { title: 退回, by: checker.head, to: start }
      pass: { title: 通过, by: checker.head, to: end }
  end: { title: 结束, final: true }
"""
INSPECTOR = person(104, (COUNTY, "inspector"))


def seeing(colleague: Actor) -> World:
    return World(WORLD.calendar, colleague=colleague.posts)


def handed(to: Actor = INSPECTOR, by: Actor = CLERK) -> Walk:
    walk = Walk(HANDED)
    walk.fire("hand_over", by, to=to.person, world=seeing(to))
    return walk


def test_the_one_to_whom_work_is_handed_may_do_it() -> None:
    walk = Walk(HANDED)
    walk.refused(NotYourTurn, "send", INSPECTOR)
    decided = walk.fire("hand_over", CLERK, to=104, world=seeing(INSPECTOR))
    assert [(notice.people, notice.template) for notice in decided.notices] == [((104,), "task")]
    assert walk.case.handler == 104
    assert walk.state == "start"
    assert walk.fire("send", INSPECTOR).post == INSPECTOR.posts[0]
    assert walk.state == "check"
    assert walk.again() == walk.case


def test_the_others_of_the_role_still_may() -> None:
    assert handed().fire("send", CLERK_2).case.state == "check"


def test_it_ends_with_the_state() -> None:
    walk = handed()
    walk.fire("send", INSPECTOR)
    walk.fire("return", CHECKER)
    assert walk.case.handler is None
    walk.refused(NotYourTurn, "send", INSPECTOR)


def test_it_can_be_handed_on() -> None:
    walk = handed()
    walk.fire("hand_over", INSPECTOR, to=101, world=seeing(CLERK_2))
    assert walk.case.handler == 101
    walk.refused(NotYourTurn, "send", INSPECTOR)


@pytest.mark.rights
def test_a_signature_and_another_party_s_event_are_not_handed_over() -> None:
    walk = handed()
    walk.refused(NotYourTurn, "sign", INSPECTOR)
    walk.refused(NotYourTurn, "remind", INSPECTOR)


@pytest.mark.rights
@pytest.mark.parametrize("wrong", [STRANGER, HEAD, CHECK_CLERK, person(105)])
def test_it_goes_only_to_posts_named_in_the_same_unit(wrong: Actor) -> None:
    refusal = Walk(HANDED).refused(
        ConditionNotMet, "hand_over", CLERK, to=wrong.person, world=seeing(wrong)
    )
    assert refusal.sentence == "只能转办给本单位规定岗位上的人"


@pytest.mark.rights
@pytest.mark.parametrize("wrong", [STRANGER, INSPECTOR, CHECKER, KEEPER])
def test_only_those_whose_turn_it_is_hand_over(wrong: Actor) -> None:
    """The checker may ask here, but the work is not theirs to give away."""
    Walk(HANDED).refused(NotYourTurn, "hand_over", wrong, to=101, world=seeing(CLERK_2))


@pytest.mark.parametrize("to", [None, 100])
def test_it_goes_to_somebody_else(to: int | None) -> None:
    Walk(HANDED).refused(InvalidInput, "hand_over", CLERK, to=to, world=seeing(CLERK))


def test_where_the_definition_does_not_say_so_nothing_is_handed_over() -> None:
    walk = Walk(HANDED)
    walk.fire("send", CLERK)
    walk.refused(OutOfTurn, "hand_over", CHECKER, to=111, world=seeing(CHECK_CLERK))


# Taking back (撤回)

TAKEN_BACK = """
ladders:
  ladder:
    - { at: due - 1 working day, tell: turn.clerk }
    - { at: due + 1 working day, tell: turn.clerk }
states:
  start:
    title: 办理
    turn: worker
    limit: 10 working days
    ladder: ladder
    hand_over: worker.clerk
    events:
      send:
        title: 报送
        by: [worker.clerk, worker.head]
        may: note
        at_most: 1
        take_back: true
        to: check
      finish: { title: 完成, by: worker.clerk, to: end }
  check:
    title: 审核
    turn: checker
    limit: 1 working day
    ladder: ladder
    hand_over: checker.clerk
    events:
      note: { title: 批注, by: checker.head, needs: note }
      look: { title: 会看, by: [checker.head, checker.clerk], cosign: 2 }
      return: { title: 退回, by: checker.head, to: start }
      pass: { title: 通过, by: checker.head, to: end }
  end: { title: 结束, final: true }
"""


def sent() -> Walk:
    walk = Walk(TAKEN_BACK)
    walk.fire("send", CLERK, when="2026-03-04")
    return walk


def test_who_sent_it_takes_it_back_and_the_old_limit_stands() -> None:
    walk = Walk(TAKEN_BACK)
    before = walk.case
    walk.fire("send", CLERK, when="2026-03-04")
    decided = walk.fire("take_back", CLERK, when="2026-03-04 11:00")
    after = walk.case
    assert (after.state, after.due, after.entered_at) == ("start", before.due, before.entered_at)
    assert after.fired["send"] == 0
    assert (after.entry, after.last) == (after.seq, None)
    assert [timer.at for timer in decided.timers or ()] == [
        at("2026-03-13 09:00"),
        at("2026-03-17 09:00"),
    ]
    walk.fire("send", CLERK)  # at most once, and the first time does not count
    assert walk.state == "check"
    assert walk.again() == walk.case


@pytest.mark.rights
@pytest.mark.parametrize("wrong", [CLERK_2, HEAD, CHECKER, person(100 + 999, (COUNTY, "clerk"))])
def test_nobody_else_takes_it_back(wrong: Actor) -> None:
    assert "只能由办理上一步的人撤回" in sent().refused(NotYourTurn, "take_back", wrong).sentence


@pytest.mark.parametrize(
    ("event", "more"),
    [
        ("note", {"note": "已看"}),
        ("look", {}),
        ("hand_over", {"to": 111}),
        ("return", {}),
        ("pass", {}),
    ],
)
def test_it_cannot_be_taken_back_once_the_next_desk_has_acted(
    event: str, more: dict[str, Any]
) -> None:
    walk = sent()
    walk.fire(event, CHECKER, world=seeing(CHECK_CLERK), **more)
    walk.refused(OutOfTurn, "take_back", CLERK)


def test_a_reminder_is_not_the_next_desk_acting() -> None:
    walk = sent()
    walk.rung(1, when="2026-03-06 09:00")
    assert walk.fire("take_back", CLERK, when="2026-03-06 10:00").case.state == "start"


def test_it_is_taken_back_once() -> None:
    walk = sent()
    walk.fire("take_back", CLERK)
    walk.refused(OutOfTurn, "take_back", CLERK)


def test_what_the_definition_does_not_let_take_back_stays() -> None:
    walk = Walk(TAKEN_BACK)
    walk.fire("finish", CLERK)
    walk.refused(OutOfTurn, "take_back", CLERK)
    Walk(TAKEN_BACK).refused(OutOfTurn, "take_back", CLERK)


def test_the_work_comes_back_to_whom_it_had_been_handed() -> None:
    walk = Walk(TAKEN_BACK)
    walk.fire("hand_over", CLERK, to=101, world=seeing(CLERK_2))
    walk.fire("send", CLERK_2)
    walk.fire("take_back", CLERK_2)
    assert walk.case.handler == 101


# Suspension

STOPPING = """
children: { extension: { workflow: extension } }
marks: { late: { title: 曾逾期, when: 'overdue && state == "start"' } }
ladders:
  ladder:
    - { at: due - 1 working day, tell: turn.clerk }
    - { at: due + 1 working day, tell: turn.clerk }
states:
  start:
    title: 办理
    turn: worker
    limit: by due
    ladder: ladder
    events:
      report: { title: 报进展, by: worker.clerk, needs: note }
      stop: { title: 中止, by: keeper.head, clock: stops }
      resume: { title: 恢复, by: keeper.head, clock: resumes }
      grant: { title: 准予延期, by: keeper.head, needs: due }
      extended: { title: 延期生效, on: extension.approved, takes: { due: granted } }
      finish: { title: 完成, by: worker.clerk, to: end }
  end: { title: 结束, final: true }
"""


def stopped(due: str = "2026-03-16", when: str = "2026-03-04") -> Walk:
    """Due on a Monday, stopped on a Wednesday."""
    walk = Walk(STOPPING, what="修路", due=due)
    walk.fire("stop", KEEPER, when=when)
    return walk


def test_stopping_clears_the_timers_and_resuming_sets_them_for_the_later_date() -> None:
    walk = stopped()
    assert walk.steps[-1].timers == ()
    decided = walk.fire("resume", KEEPER, when="2026-03-06")
    assert walk.case.stopped_at is None
    assert walk.case.stops == ((at("2026-03-04"), at("2026-03-06")),)
    assert walk.case.facts["due"] == due_day(walk) == "2026-03-19"
    assert [timer.at for timer in decided.timers or ()] == [
        at("2026-03-18 09:00"),
        at("2026-03-20 09:00"),
    ]
    assert walk.again() == walk.case


def test_while_the_clock_is_stopped_nothing_moves_but_progress_may_be_reported() -> None:
    walk = stopped()
    refusal = walk.refused(ConditionNotMet, "finish", CLERK)
    assert refusal.sentence == "计时已中止，恢复计时后才能办理"
    walk.fire("report", CLERK, note="在等材料")
    assert walk.case.stopped_at == at("2026-03-04")


def test_stopping_twice_and_resuming_what_runs_are_refused() -> None:
    walk = Walk(STOPPING, what="修路", due="2026-03-16")
    walk.refused(ConditionNotMet, "resume", KEEPER)
    walk.fire("stop", KEEPER)
    walk.refused(ConditionNotMet, "stop", KEEPER)
    walk.fire("resume", KEEPER)
    walk.refused(ConditionNotMet, "resume", KEEPER)


def test_two_suspensions_add_up() -> None:
    walk = stopped()
    walk.fire("resume", KEEPER, when="2026-03-06")
    walk.fire("stop", KEEPER, when="2026-03-10")
    walk.fire("resume", KEEPER, when="2026-03-11")
    assert due_day(walk) == "2026-03-23"


@pytest.mark.parametrize("event", ["report", "resume"])
def test_what_is_stopped_does_not_become_overdue(event: str) -> None:
    walk = stopped()
    if event == "report":
        walk.fire("report", CLERK, note="在等材料", when="2026-04-15")
    walk.fire("resume", KEEPER, when="2026-04-20")
    assert walk.case.marks == ()
    assert walk.due.at > walk.now


def test_what_was_overdue_when_it_was_stopped_stays_so() -> None:
    walk = stopped(when="2026-03-18")
    walk.fire("resume", KEEPER, when="2026-03-20")
    walk.fire("report", CLERK, note="还没有")
    assert walk.case.marks == ("late",)


@pytest.mark.parametrize("event", ["grant", "extended"])
def test_a_date_granted_while_the_clock_stands_is_not_lost(event: str) -> None:
    walk = stopped()
    actor = KEEPER if event == "grant" else LINKED_CASE
    walk.fire(event, actor, due="2026-04-30", when="2026-03-05")
    walk.fire("resume", KEEPER, when="2026-03-06")
    assert due_day(walk) >= "2026-04-30"
    assert walk.case.facts["due"] == due_day(walk)
    assert walk.again() == walk.case


# Giving to another unit (改派), rising (提级), children

MOVING = """
children:
  extension: { workflow: extension, facts: { why: note }, at_most: 2 }
  item: { workflow: item, for_each: rows, facts: { name: row.name, day: today }, alone: false }
facts: { rows: { title: 明细, type: table, columns: { name: { title: 名称 } } } }
counts: { returns: 退回次数 }
proposals: { again: { when: returns >= 2, open: extension, because: 反复 } }
states:
  start:
    title: 办理
    turn: worker
    limit: 5 working days
    events:
      give: { title: 改派, by: keeper.head, reassigns: worker, to: start }
      raise: { title: 提级, by: keeper.head, raises: keeper }
      extend: { title: 申请延期, by: worker.clerk, needs: note, opens: extension }
      split: { title: 分解, by: worker.clerk, needs: rows, opens: item, to: end }
      return: { title: 退回, by: keeper.head, adds: returns, to: start }
      finish: { title: 完成, by: worker.clerk, to: end }
  end: { title: 结束, final: true }
"""
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


def open_extension(count: int) -> World:
    return World(WORLD.calendar, open_children={"extension": count})


def test_a_child_is_opened_with_what_it_needs_one_at_a_time_and_so_often() -> None:
    walk = Walk(MOVING)
    (opening,) = walk.fire("extend", CLERK, note="下雨").openings
    assert (opening.child, opening.workflow, opening.facts) == (
        "extension",
        "extension",
        {"why": "下雨"},
    )
    walk.refused(ConditionNotMet, "extend", CLERK, note="又下雨", world=open_extension(1))
    walk.fire("extend", CLERK, note="又下雨", world=open_extension(0))
    refusal = walk.refused(ConditionNotMet, "extend", CLERK, note="还下雨")
    assert refusal.sentence == "至多 2 次，已用完"


def test_one_child_is_opened_for_each_row() -> None:
    rows = [{"name": "甲"}, {"name": "乙"}]
    openings = Walk(MOVING).fire("split", CLERK, rows=rows).openings
    assert [opening.facts for opening in openings] == [
        {"name": "甲", "day": "2026-03-02"},
        {"name": "乙", "day": "2026-03-02"},
    ]


def test_a_rule_proposes_once_a_cycle() -> None:
    walk = Walk(MOVING)
    opened = [len(walk.fire("return", KEEPER).openings) for _ in range(4)]
    assert opened == [0, 1, 0, 0]


# Laws


def test_nothing_of_the_old_case_is_changed() -> None:
    walk = Walk(SIGNING)
    before = walk.case
    facts, signed = dict(before.facts), dict(before.signed)
    walk.fire("apply", CLERK, note="修好了")
    assert (before.facts, before.signed, before.state) == (facts, signed, "start")


def test_the_same_firing_decides_the_same_whenever_it_is_asked() -> None:
    first, second = Walk(ROADS), Walk(ROADS)
    for walk in (first, second):
        walk.fire("note", CLERK, note="看过")
        walk.fire("send", CLERK)
    assert first.steps == second.steps


def test_time_is_only_what_is_handed_in() -> None:
    walk = Walk(ROADS, start=MONDAY - timedelta(days=3650))
    assert walk.due.at.year == 2016
