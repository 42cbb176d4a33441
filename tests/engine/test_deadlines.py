"""The one limit of a state and the timers that hang on it.

How terms are counted is in test_due_dates.py (公示 2024-09-29…10-09, 调休 Sundays)
and test_provisional_dates.py (待校正). Here: which of them a state takes, and from when.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.engine.definitions import (
    CALENDAR,
    CLERK,
    COUNTY,
    LEAD,
    NOTICES,
    Walk,
    at,
    due_day,
    person,
)
from workflow.engine.calendar import Calendar, YearNotice
from workflow.engine.case import CLOCK, World
from workflow.engine.errors import ConditionNotMet

TWO = """
facts: { grade: { title: 等级, type: choice, options: [轻, 重] } }
ladders:
  ladder:
    - { at: due - 3 working days, tell: turn.clerk }
    - { at: due - 1 working day, tell: turn.clerk }
    - { at: due + 1 working day, tell: turn.head }
opening: { state: start, needs: what, may: [note, due, grade] }
states:
  start:
    title: 开始
    turn: worker
    limit: 10 working days
    events: { go: { title: 转下, by: worker.clerk, may: due, to: next } }
  next:
    title: 下一步
    turn: worker
    limit: LIMIT
    ladder: ladder
    events:
      note: { title: 批注, by: worker.clerk, may: [note, due, grade] }
      back: { title: 退回, by: worker.clerk, to: start }
      finish: { title: 完成, by: worker.clerk, to: end }
  end: { title: 结束, final: true }
"""


def with_limit(limit: str) -> str:
    return TWO.replace("LIMIT", limit)


def arrived(limit: str, when: str = "2026-03-04", **facts: Any) -> Walk:
    """A case opened on Monday 2 March 2026 that went on to `next`."""
    walk = Walk(with_limit(limit), **(facts or {"what": "修路"}))
    walk.fire("go", CLERK, when=when)
    return walk


@pytest.mark.parametrize(
    ("limit", "day"),
    [
        ("10 working days", "2026-03-18"),
        ("10 working days since start", "2026-03-16"),
        ("5 working days counting the first day", "2026-03-10"),
        ("1 working day", "2026-03-05"),
        ("30 days", "2026-04-03"),
        ("3 months", "2026-06-04"),
        ("by 12-31", "2026-12-31"),
        ("by last working day on or before 05-31", "2026-05-29"),
        ("by due", "2026-05-30"),
    ],
)
def test_a_limit_runs_from_where_it_says(limit: str, day: str) -> None:
    walk = arrived(limit, what="修路", due="2026-05-30")
    assert due_day(walk) == day
    assert walk.due.at == at(f"{day} 00:00") + timedelta(days=1)
    assert walk.due.at.tzinfo is not None
    assert walk.due.derivation


def test_a_limit_says_how_it_came_about() -> None:
    assert arrived("10 working days since start").due.derivation == (
        "10 个工作日，自 3月2日次日起，至 3月16日"
    )
    assert arrived("by due", what="修路", due="2026-05-30").due.derivation == "时限 2026年5月30日"


def test_a_limit_counted_since_a_state_runs_from_its_last_entry() -> None:
    walk = arrived("10 working days since start")
    walk.fire("back", CLERK, when="2026-03-10")
    walk.fire("go", CLERK, when="2026-03-11")
    assert due_day(walk) == "2026-03-24"


def test_a_fact_not_given_yet_is_no_limit_and_sets_one_when_it_comes() -> None:
    walk = arrived("by due")
    assert walk.case.due is None
    assert walk.steps[-1].timers == ()
    decided = walk.fire("note", CLERK, due="2026-05-29")
    assert due_day(walk) == "2026-05-29"
    assert [timer.rung for timer in decided.timers or ()] == [0, 1, 2]


@pytest.mark.parametrize(
    ("facts", "day"),
    [
        ({"grade": "重"}, "2026-03-06"),
        ({"grade": "轻", "due": "2026-04-30"}, "2026-04-30"),
        ({}, "2026-03-18"),
    ],
)
def test_of_several_cases_the_first_that_holds_counts(facts: dict[str, Any], day: str) -> None:
    limit = """
      - { when: 'grade == "重"', is: 2 working days }
      - { when: 'due != ""', is: by due }
      - { is: 10 working days }"""
    assert due_day(arrived(limit, what="修路", **facts)) == day


def test_no_case_that_holds_is_no_limit() -> None:
    limit = """[{ when: 'grade == "重"', is: 2 working days }]"""
    assert arrived(limit).case.due is None


def test_a_changed_fact_moves_the_limit_and_sets_its_timers_anew() -> None:
    walk = arrived("by due", what="修路", due="2026-03-20")
    decided = walk.fire("note", CLERK, due="2026-04-03", when="2026-03-19")
    assert due_day(walk) == "2026-04-03"
    assert walk.case.entry == walk.case.seq
    assert [timer.at for timer in decided.timers or ()] == [
        at("2026-03-31 09:00"),
        at("2026-04-02 09:00"),
        at("2026-04-07 09:00"),  # 清明节 lies between
    ]


def test_a_fact_that_moves_nothing_leaves_the_timers_alone() -> None:
    walk = arrived("by due", what="修路", due="2026-03-20")
    entry = walk.case.entry
    assert walk.fire("note", CLERK, note="看过").timers is None
    assert walk.fire("note", CLERK, due="2026-03-20").timers is None
    assert walk.case.entry == entry


def test_rungs_stand_at_nine_of_their_day_and_say_what_they_are() -> None:
    timers = arrived("10 working days").steps[-1].timers or ()
    assert [(timer.name, timer.rung, timer.at) for timer in timers] == [
        ("rung:ladder", 0, at("2026-03-13 09:00")),
        ("rung:ladder", 1, at("2026-03-17 09:00")),
        ("rung:ladder", 2, at("2026-03-19 09:00")),
    ]
    assert [timer.derivation for timer in timers] == [
        "到期前 3 个工作日",
        "到期前 1 个工作日",
        "到期后 1 个工作日",
    ]


def test_rungs_whose_moment_has_passed_are_left_out() -> None:
    """A limit of one day has no reminder three days before it; the arrival itself told people."""
    timers = arrived("1 working day").steps[-1].timers or ()
    assert [timer.rung for timer in timers] == [2]


def test_leaving_a_state_leaves_its_timers() -> None:
    walk = arrived("10 working days")
    assert walk.fire("finish", CLERK).timers == ()
    assert walk.case.due is None
    assert walk.case.closed_at == walk.now


PUBLIC = """
states:
  start:
    title: 公示
    turn: worker
    limit: 5 working days counting the first day
    events:
      end_notice: { title: 公示期满, at: due, to: end }
      object: { title: 提出异议, by: worker.clerk, needs: note, to: end }
  end: { title: 结束, final: true }
"""


def test_an_event_at_the_limit_comes_when_the_last_day_is_over() -> None:
    walk = Walk(PUBLIC, start=at("2026-09-28"))  # 国庆 1–7 October, 10 October is worked
    (timer,) = walk.steps[0].timers or ()
    assert (timer.name, timer.at) == ("event:end_notice", at("2026-10-10 00:00"))
    assert walk.fire("end_notice", CLOCK, when="2026-10-10 00:00").case.state == "end"


YEARLY = """
states:
  start:
    title: 起草
    turn: worker
    limit: by last working day on or before 12-31
    events: { send: { title: 报送, by: worker.clerk, to: end } }
  end: { title: 结束, final: true }
"""


@pytest.mark.parametrize(
    ("period", "day", "provisional"),
    [
        (2025, "2025-12-31", False),
        (2026, "2026-12-31", False),  # a Thursday
        (2028, "2028-12-29", True),  # 12-31 is a Sunday, and no notice is out
    ],
)
def test_a_fixed_date_lies_in_the_year_of_the_period(
    period: int, day: str, provisional: bool
) -> None:
    walk = Walk(YEARLY, start=at(f"{period}-10-15"), period=period)
    assert due_day(walk) == day
    assert walk.due.provisional is provisional
    assert ("待校正" in walk.due.derivation) is provisional


def test_a_report_for_last_year_is_still_due_last_year() -> None:
    walk = Walk(YEARLY, start=at("2026-01-05"), period=2025)
    assert due_day(walk) == "2025-12-31"


def test_a_notice_makes_a_provisional_limit_certain_with_a_trail() -> None:
    walk = Walk(with_limit("5 working days"), start=at("2026-12-28"))
    assert due_day(walk) == "2027-01-11"
    assert walk.due.provisional
    rest = frozenset(date(2027, 1, day) for day in (1, 2, 3))
    known = Calendar(2, {**NOTICES, 2027: YearNotice(2027, rest, frozenset())})
    decided = walk.fire("recalculate", CLOCK, world=World(known))
    assert due_day(walk) == "2027-01-12"
    assert not walk.due.provisional
    assert walk.due.calendar == 2
    assert decided.timers == ()  # this state has no ladder
    assert walk.case.state == "start"
    assert walk.rows[-1]["event"] == "recalculate"


def test_a_limit_by_a_date_stands_whatever_the_calendar_says() -> None:
    walk = Walk(with_limit("by due"), start=at("2026-12-20"), what="修路", due="2027-01-15")
    walk.fire("go", CLERK)
    before = walk.due
    known = Calendar(2, {**NOTICES, 2027: YearNotice(2027, frozenset(), frozenset())})
    walk.fire("recalculate", CLOCK, world=World(known))
    assert (walk.due.at, walk.due.derivation) == (before.at, before.derivation)
    assert walk.due.calendar == 2  # or the case would be looked at again for ever


def test_days_left_end_on_the_due_day() -> None:
    definition = with_limit("5 working days").replace(
        "finish: { title: 完成, by: worker.clerk, to: end }",
        "finish: { title: 完成, by: worker.clerk, when: days_left >= 2, to: end }",
    )
    for day, possible in (("2026-03-09", True), ("2026-03-10", False), ("2026-03-12", False)):
        walk = Walk(definition)
        walk.fire("go", CLERK, when="2026-03-04")  # due on the 11th
        if possible:
            walk.fire("finish", CLERK, when=day)
        else:
            walk.refused(ConditionNotMet, "finish", CLERK, when=day)


SUSPENDED = """
states:
  start:
    title: 开始
    turn: worker
    limit: LIMIT
    events:
      stop: { title: 中止, by: checker.head, clock: stops }
      resume: { title: 恢复, by: checker.head, clock: resumes }
      finish: { title: 完成, by: worker.clerk, to: end }
  end: { title: 结束, final: true }
"""


@pytest.mark.parametrize("limit", ["10 working days", "by due"])
def test_a_suspension_moves_the_limit_on_by_the_days_it_touched(limit: str) -> None:
    """Stopped from Wednesday to Friday: three days, whether a term counts or a date was set."""
    head = person(1, (LEAD, "head"))
    walk = Walk(SUSPENDED.replace("LIMIT", limit), unit=COUNTY, what="修路", due="2026-03-16")
    assert due_day(walk) == "2026-03-16"
    assert walk.fire("stop", head, when="2026-03-04").timers == ()
    walk.fire("resume", head, when="2026-03-06")
    assert due_day(walk) == "2026-03-19"
    if limit == "by due":
        assert walk.case.facts["due"] == "2026-03-19"
    assert walk.again() == walk.case


def test_the_calendar_of_a_limit_is_remembered() -> None:
    assert Walk(PUBLIC).due.calendar == CALENDAR.version
