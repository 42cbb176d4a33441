"""A clock that stops (中止) and resumes: the limit moves on, and nothing falls due meanwhile."""

import pytest

from tests.engine.definitions import CLERK, KEEPER, Walk, at, due_day
from workflow.engine.case import LINKED_CASE
from workflow.engine.errors import ConditionNotMet

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
    assert walk.case.cycle.stops == ((at("2026-03-04"), at("2026-03-06")),)
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


EITHER_DATE = (
    STOPPING.replace(
        "limit: by due", """limit: [{ is: by granted, when: 'note == "特批"' }, { is: by due }]"""
    )
    + "facts: { granted: { title: 特批时限, type: date } }\n"
)


@pytest.mark.parametrize(
    ("note", "due", "granted"),
    [("一般", "2026-03-19", "2026-05-29"), ("特批", "2026-03-16", "2026-06-03")],
)
def test_of_two_dates_the_one_that_is_the_limit_moves_on(note: str, due: str, granted: str) -> None:
    walk = Walk(EITHER_DATE, what="修路", note=note, due="2026-03-16", granted="2026-05-29")
    walk.fire("stop", KEEPER, when="2026-03-04")
    walk.fire("resume", KEEPER, when="2026-03-06")
    assert (walk.case.facts["due"], walk.case.facts["granted"]) == (due, granted)
    assert due_day(walk) == (granted if note == "特批" else due)
    assert walk.again() == walk.case
