"""What every workflow has without declaring it: rungs of ladders and new calendars.

Handing over and taking back have files of their own; recalculation is also in test_deadlines.py.
"""

from datetime import date
from typing import Any

import pytest

from tests.engine.definitions import (
    CLERK,
    COUNTY,
    KEEPER,
    LINEAGES,
    NOTICES,
    SUPERVISION,
    Walk,
    at,
    due_day,
    told,
)
from workflow.engine.calendar import Calendar, YearNotice
from workflow.engine.case import CLOCK, World
from workflow.engine.errors import NotYourTurn, OutOfTurn

LADDER = """
marks: { bulletin: 拟列入通报, late: { title: 曾逾期, when: 'overdue && state == "start"' } }
children:
  urging: { workflow: urging, facts: { reason: because } }
  interview: { workflow: interview, facts: { reason: because }, at_most: 1 }
ladders:
  ladder:
    - { at: due - 3 working days, tell: turn.clerk }
    - { at: due - 1 working day, tell: [turn.clerk, turn.head] }
    - at: due + 1 working day
      tell: turn.head
      urgency: urgent
      open: urging
      warned: 1 working day
      because: 逾期
    - { at: due + 5 working days, mark: bulletin, tell: turn.head, warned: 3 working days }
    - at: due + 10 working days
      open: [urging, interview]
      tell: keeper.head
      warned: 5 working days
      because: 久拖
  other:
    - { at: due + 1 working day, tell: turn.head }
opening: { state: start, needs: what, may: [note, due] }
states:
  start:
    title: 办理
    turn: worker
    limit: 5 working days
    ladder: ladder
    events:
      stay: { title: 转同限, by: worker.clerk, to: same }
      go: { title: 转下一步, by: worker.clerk, to: next }
      note: { title: 批注, by: worker.clerk, needs: note }
  same:
    title: 同限
    turn: worker
    limit: 5 working days since start
    ladder: ladder
    events: { back: { title: 退回, by: worker.clerk, to: start } }
  next:
    title: 下一步
    turn: keeper
    limit: 20 working days
    ladder: ladder
    events:
      finish: { title: 完成, by: keeper.head, to: end }
  end: { title: 结束, final: true }
"""
# Opened on Monday 2 March 2026: due on Monday the 9th.
BEFORE_3, BEFORE_1 = "2026-03-04 09:00", "2026-03-06 09:00"
AFTER_1, AFTER_5, AFTER_10 = "2026-03-10 09:00", "2026-03-16 09:00", "2026-03-23 09:00"


def opened(walk: Walk) -> list[tuple[str, Any]]:
    return [(opening.child, opening.facts["reason"]) for opening in walk.steps[-1].openings]


def reminded() -> Walk:
    walk = Walk(LADDER)
    walk.rung(0, when=BEFORE_3)
    walk.rung(1, when=BEFORE_1)
    return walk


def test_a_reminder_tells_and_changes_nothing_else() -> None:
    walk = Walk(LADDER)
    before = walk.case
    decided = walk.rung(1, when=BEFORE_1)
    (notice,) = decided.notices
    assert notice.to == ((COUNTY, "clerk"), (COUNTY, "head"))
    assert (notice.template, notice.urgency) == ("reminder", "digest")
    assert notice.variables["left"] == "还剩 1 个工作日"
    assert notice.variables["due"] == "2026年3月9日"
    assert notice.variables["why"] == before.due.derivation if before.due else False
    assert (walk.state, walk.case.due, walk.case.entry, walk.case.marks) == (
        before.state,
        before.due,
        before.entry,
        (),
    )
    assert decided.timers is None
    assert decided.openings == ()


def test_after_the_limit_the_message_is_another_one() -> None:
    walk = reminded()
    (notice,) = walk.rung(2, when=AFTER_1, warned_at=at(BEFORE_1)).notices
    assert (notice.template, notice.urgency) == ("overdue", "urgent")
    assert notice.variables["left"] == "已逾期 1 个工作日"


def test_in_the_regular_course_every_rung_comes_at_its_time_with_its_effect() -> None:
    walk = reminded()
    walk.rung(2, when=AFTER_1, warned_at=at(BEFORE_1))
    assert opened(walk) == [("urging", "逾期")]
    walk.rung(3, when=AFTER_5, warned_at=at(AFTER_1))
    assert walk.case.marks == ("late", "bulletin")
    decided = walk.rung(4, when=AFTER_10, warned_at=at(AFTER_5))
    assert opened(walk) == [("urging", "久拖"), ("interview", "久拖")]
    assert told(decided) == [(SUPERVISION, "head")]
    assert all(one.postponed is None for one in walk.steps)
    assert walk.again() == walk.case


@pytest.mark.parametrize(
    ("warned_at", "later"),
    [
        (None, "2026-03-11 09:00"),  # the mail server is still down
        ("2026-03-10 08:00", "2026-03-11 09:00"),
        ("2026-03-09 19:59", None),  # yesterday evening: a working day before today
        ("2026-03-06 09:00", None),
    ],
)
def test_a_rung_that_punishes_waits_for_its_warning(
    warned_at: str | None, later: str | None
) -> None:
    walk = reminded()
    before = walk.case
    decided = walk.rung(2, when=AFTER_1, warned_at=warned_at and at(warned_at))
    if later is None:
        assert decided.postponed is None
        assert opened(walk) == [("urging", "逾期")]
    else:
        assert decided.postponed is not None
        assert decided.postponed.at == at(later)
        assert (decided.postponed.name, decided.postponed.rung) == ("rung:ladder", 2)
        assert walk.case is before
        assert (decided.notices, decided.openings) == ((), ())


def test_a_rung_never_moves_to_a_rest_day() -> None:
    walk = reminded()
    decided = walk.rung(2, when="2026-03-13 09:00", warned_at=at("2026-03-13 08:30"))
    assert decided.postponed is not None
    assert decided.postponed.at == at("2026-03-16 09:00")  # a Monday


def test_a_ladder_that_never_warned_makes_the_punishing_rung_its_warning() -> None:
    """We were down while the reminders were due: nobody is punished for our outage (law 4)."""
    walk = Walk(LADDER)
    decided = walk.rung(2, when=AFTER_1)
    assert told(decided) == [(COUNTY, "head")]
    assert decided.openings == ()
    assert decided.postponed is not None
    assert decided.postponed.at == at("2026-03-11 09:00")
    assert walk.case.stay.warnings == {"ladder": walk.case.seq}
    again = walk.rung(2, when="2026-03-11 09:00", warned_at=at("2026-03-10 09:05"))
    assert again.postponed is None
    assert opened(walk) == [("urging", "逾期")]
    assert walk.again() == walk.case


def test_the_next_punishing_rung_counts_from_the_warning_that_went_out() -> None:
    walk = Walk(LADDER)
    walk.rung(2, when="2026-03-17 09:00")
    decided = walk.rung(3, when="2026-03-17 09:00", warned_at=None)
    assert decided.postponed is not None
    assert decided.postponed.at == at("2026-03-20 09:00")
    assert walk.case.marks == ()


def test_a_warning_about_another_limit_does_not_count() -> None:
    walk = reminded()
    walk.fire("go", CLERK, when="2026-03-09")
    assert walk.case.stay.warnings == {}
    decided = walk.rung(2, when="2026-04-08 09:00", warned_at=None)
    assert decided.postponed is not None
    assert decided.openings == ()


def test_a_warning_stands_in_the_next_state_while_the_limit_is_the_same() -> None:
    walk = reminded()
    walk.fire("stay", CLERK, when="2026-03-09")
    assert walk.case.stay.warnings
    decided = walk.rung(2, when=AFTER_1, warned_at=at(BEFORE_1))
    assert decided.postponed is None
    assert opened(walk) == [("urging", "逾期")]


def test_a_proposal_that_stands_already_is_not_made_twice() -> None:
    walk = reminded()
    world = World(walk.world.calendar, open_children={"urging": 1}, lineages=LINEAGES)
    walk.fire("rung", CLOCK, when=AFTER_10, ladder="ladder", rung=4, world=_warned(world, AFTER_5))
    assert opened(walk) == [("interview", "久拖")]


def test_a_mark_is_not_set_twice() -> None:
    walk = reminded()
    for when in (AFTER_5, AFTER_10):
        walk.rung(3, when=when, warned_at=at(BEFORE_1))
    assert walk.case.marks == ("late", "bulletin")


def test_a_rung_is_the_clock_s() -> None:
    for actor in (CLERK, KEEPER):
        Walk(LADDER).refused(NotYourTurn, "rung", actor, ladder="ladder", rung=0)


def _warned(world: World, when: str) -> World:
    return World(world.calendar, world.open_children, lineages=world.lineages, warned_at=at(when))


# A new calendar


def calendar_of_2027(*rest: int) -> World:
    days = frozenset(date(2027, 1, day) for day in rest)
    return World(Calendar(2, {**NOTICES, 2027: YearNotice(2027, days, frozenset())}))


def late_in_the_year() -> Walk:
    """Due on 6 January 2027, as far as anybody knows."""
    walk = Walk(LADDER, start=at("2026-12-30"))
    assert due_day(walk) == "2027-01-06"
    return walk


def test_a_notice_moves_limit_and_rungs_and_leaves_a_trail() -> None:
    walk = late_in_the_year()
    decided = walk.fire("recalculate", CLOCK, when="2026-12-30 15:00", world=calendar_of_2027(1))
    assert due_day(walk) == "2027-01-07"
    assert not walk.due.provisional
    assert [timer.at for timer in decided.timers or ()][:2] == [
        at("2027-01-04 09:00"),
        at("2027-01-06 09:00"),
    ]
    assert walk.rows[-1]["event"] == "recalculate"
    assert walk.case.entry == walk.case.seq
    assert not decided.arrived


def test_a_new_calendar_does_not_move_where_a_limit_began() -> None:
    walk = late_in_the_year()
    start = walk.due.start
    walk.fire("recalculate", CLOCK, when="2027-01-05", world=calendar_of_2027(1))
    assert walk.due.start == start
    assert walk.case.stay.entered_at == start


def test_a_case_without_a_limit_has_nothing_to_recalculate() -> None:
    walk = late_in_the_year()
    walk.fire("go", CLERK)
    walk.fire("finish", KEEPER)
    walk.refused(OutOfTurn, "recalculate", CLOCK)


def test_what_is_stopped_is_recalculated_when_it_goes_on() -> None:
    stopping = LADDER.replace(
        "note: { title: 批注, by: worker.clerk, needs: note }",
        "stop: { title: 中止, by: keeper.head, clock: stops }\n"
        "      resume: { title: 恢复, by: keeper.head, clock: resumes }",
    )
    walk = Walk(stopping, start=at("2026-12-30"))
    walk.fire("stop", KEEPER, when="2026-12-31")
    decided = walk.fire("recalculate", CLOCK, world=calendar_of_2027(1))
    assert not decided.timers  # none, or those of the stopped clock left alone: there are none
    walk.fire("resume", KEEPER, when="2027-01-04", world=calendar_of_2027(1))
    # the last day of 2026 and the first Monday of 2027 were touched
    assert due_day(walk) == "2027-01-11"
