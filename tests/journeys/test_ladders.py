"""实施办法 art. 26: “履职不力、工作滞后”. Ladders through time: every rung
at its date, rest days, and an outage.

After an outage (design, law 4): what was due fires once, reminders collapse into one, and nobody is
punished before a warning has been out for as long as the ladder says.
"""

from pathlib import Path

import pytest

from tests.journeys.play import COUNTY, Play, variation
from tests.journeys.problems import FINDER, MORE_WORK, PLAN, dispatched, publicity, rectifying
from workflow.engine.errors import InvalidInput
from workflow.store.database import Database
from workflow.store.tables.handles import HOLDING

pytestmark = pytest.mark.journey

# In the regular course


def test_the_whole_ladder_comes_day_by_day(play: Play) -> None:
    """Due on Friday, 29 May; 端午 is Friday, 19 June, after it all."""
    case = rectifying(play)
    play.until("2026-06-30")
    assert play.rungs(case) == [
        ("2026-05-20", 0),
        ("2026-05-26", 1),
        ("2026-05-28", 2),
        ("2026-06-01", 3),
        ("2026-06-05", 4),
        ("2026-06-12", 5),
    ]
    told = [(one.on, one.who, one.urgency) for one in play.told(case, since="2026-05-01")]
    assert told == [
        ("2026-05-20", "xingyi.liaison", "digest"),
        ("2026-05-26", "xingyi.liaison", "digest"),
        ("2026-05-28", "xingyi.liaison", "digest"),
        ("2026-05-28", "xingyi.officer", "digest"),
        ("2026-06-01", "xingyi.officer", "urgent"),
        ("2026-06-01", "xingyi.head", "urgent"),
        ("2026-06-05", "xingyi.head", "digest"),
        ("2026-06-05", "zhou-dc.specialist1", "digest"),
        ("2026-06-05", "zhou-dc.specialist2", "digest"),
        ("2026-06-12", "xingyi.head", "urgent"),
        ("2026-06-12", "zhou-dc.head", "urgent"),
    ]
    assert play.marks(case) == ("ever_overdue", "bulletin")
    assert [len(play.children(case, name)) for name in ("urging", "escalation", "interview")] == [
        1, 1, 1,
    ]  # fmt: skip
    assert play.case(play.child(case, "escalation")).facts["reason"] == "整改逾期超过 10 个工作日"
    assert (
        play.case(play.child(case, "urging")).opened_at.isoformat() == "2026-06-01T01:00:00+00:00"
    )
    assert play.state(case) == "rectifying"  # a limit that passes decides nothing by itself


@variation
def test_rungs_around_the_national_day_keep_to_working_days(play: Play) -> None:
    """Due on Thursday, 8 October 2026: 国庆 is 1–7 October; 20 September, 10 October are worked."""
    case = rectifying(play, due="2026-10-08")
    assert play.timers(case) == [
        ("2026-09-21", "rung:standard", 0),
        ("2026-09-28", "rung:standard", 1),
        ("2026-09-30", "rung:standard", 2),
        ("2026-10-09", "rung:standard", 3),
        ("2026-10-14", "rung:standard", 4),
        ("2026-10-21", "rung:standard", 5),
    ]


@variation
def test_what_is_not_accepted_in_time_is_a_red_light_of_its_own(play: Play) -> None:
    case = dispatched(play)
    play.until("2026-03-13")
    assert play.rungs(case) == [("2026-03-04", 0), ("2026-03-06", 1), ("2026-03-10", 2)]
    assert play.marks(case) == ("bulletin",)
    assert "zhou-dc.specialist1" in [told.who for told in play.told(case, since="2026-03-03")]


def test_a_reviewer_who_delays_is_reminded_and_marked_too(play: Play) -> None:
    case = rectifying(play)
    play.act("xingyi.liaison", case, "apply", result="已亮", finished_on="2026-03-02")
    play.act("xingyi.head", case, "confirm")
    play.until("2026-03-20")
    assert play.rungs(case) == [("2026-03-06", 0), ("2026-03-10", 1), ("2026-03-12", 2)]
    assert play.marks(case) == ("review_late",)
    assert [told.who for told in play.told(case, since="2026-03-03")] == [
        "zhou-zx.officer", "zhou-zx.head", "zhou-dc.head",
    ]  # fmt: skip


@variation
def test_who_acts_hears_no_more_of_the_old_limit(play: Play) -> None:
    case = rectifying(play)
    play.until("2026-05-27")
    play.act("xingyi.liaison", case, "apply", result="已亮", finished_on="2026-05-26")
    play.act("xingyi.head", case, "confirm")
    play.until("2026-05-29")
    assert play.rungs(case) == [("2026-05-20", 0), ("2026-05-26", 1)]
    assert play.settled(case)["cancelled"] > 0


# Punishing rungs and warnings


def test_while_no_post_goes_out_nobody_is_punished(play: Play) -> None:
    """The mail server is down over the limit; the urging letter waits for the warning."""
    case = rectifying(play)
    play.until("2026-05-19")
    play.post_is_down = True
    play.until("2026-06-03 12:00")
    assert play.children(case, "urging") == []
    play.post_is_down = False
    play.sweep()
    play.until("2026-06-04 08:00")
    assert play.children(case, "urging") == []
    play.until("2026-06-04 09:30")
    assert len(play.children(case, "urging")) == 1


def test_a_vacant_post_holds_no_ladder_up(play: Play) -> None:
    """What can never arrive counts from when it was owed."""
    case = rectifying(play)
    with play.database.unit_of_work() as connection:
        for name in ("xingyi.liaison", "xingyi.officer", "xingyi.head"):
            of = HOLDING.c.person_id == play.person(name)
            connection.execute(HOLDING.update().where(of).values(ends_at=play.now))
    play.until("2026-06-12 10:00")
    assert play.rungs(case)[-1] == ("2026-06-12", 5)
    assert len(play.children(case, "interview")) == 1


def test_a_warning_about_the_plan_is_none_about_the_work(play: Play) -> None:
    """Reminded in March of the plan, not reminded in May because the machine was down."""
    case = dispatched(play)
    play.act("xingyi.liaison", case, "accept")
    play.until("2026-03-16")  # two reminders of the plan have gone out
    assert len(play.rungs(case)) == 3
    play.act("xingyi.liaison", case, "submit_plan", **PLAN)
    play.act("zhou-dc.specialist2", case, "approve_plan")
    play.until("2026-05-19")
    play.down_until("2026-06-02 10:00")
    play.sweep()
    assert play.children(case, "urging") == []
    play.until("2026-06-03 10:00")
    assert len(play.children(case, "urging")) == 1


# An outage


def test_after_ten_days_of_outage_reminders_are_one_and_punishment_waits(play: Play) -> None:
    """Down from 19 May, before T-7, to 3 June, after T+1: nobody had been warned."""
    case = rectifying(play)
    play.until("2026-05-19")
    before = play.told(case)
    play.down_until("2026-06-03 10:00")
    play.sweep()
    warned = [one for one in play.told(case) if one not in before]
    assert [(one.on, one.who, one.template) for one in warned] == [
        ("2026-06-03", "xingyi.officer", "overdue"),
        ("2026-06-03", "xingyi.head", "overdue"),
    ]  # one message to each, and no five that have piled up
    assert play.settled(case)["collapsed"] == 3
    assert play.marks(case) == ()  # 曾逾期 comes with the next step; nothing was punished
    assert play.children(case, "urging") == []
    play.until("2026-06-04 10:00")
    assert len(play.children(case, "urging")) == 1
    play.until("2026-06-30")
    assert play.marks(case) == ("ever_overdue", "bulletin")
    assert [len(play.children(case, name)) for name in ("urging", "escalation", "interview")] == [
        1, 1, 1,
    ]  # fmt: skip
    # a working day after the warning, three after the letter, five after that
    assert play.rungs(case) == [("2026-06-04", 3), ("2026-06-09", 4), ("2026-06-16", 5)]


def test_after_a_long_outage_everything_comes_in_order_and_once(play: Play) -> None:
    """Down for two months over the whole ladder."""
    case = rectifying(play)
    play.until("2026-05-19")
    play.down_until("2026-07-20 10:00")
    play.sweep()
    assert [len(play.children(case, name)) for name in ("urging", "escalation", "interview")] == [
        0, 0, 0,
    ]  # fmt: skip
    play.until("2026-08-20")
    rungs = play.rungs(case)
    assert [rung for _, rung in rungs] == [3, 4, 5]
    days = [day for day, _ in rungs]
    assert days == sorted(days)
    assert len(set(days)) == 3
    assert days[0] == "2026-07-21"
    assert [len(play.children(case, name)) for name in ("urging", "escalation", "interview")] == [
        1, 1, 1,
    ]  # fmt: skip


@variation
def test_an_outage_between_reminders_sends_the_last_of_them_alone(play: Play) -> None:
    case = rectifying(play)
    play.until("2026-05-19")
    play.down_until("2026-05-28 10:00")
    play.sweep()
    assert play.rungs(case) == [("2026-05-28", 2)]
    assert [told.who for told in play.told(case, since="2026-05-28 09:00")] == [
        "xingyi.liaison", "xingyi.officer",
    ]  # fmt: skip


def test_a_notice_whose_end_was_slept_through_ends_when_the_worker_wakes(play: Play) -> None:
    case = publicity(play)
    play.down_until("2026-03-20 10:00")
    play.sweep()
    assert play.state(case) == "second_review"
    assert play.due(case) == "2026-03-27"  # the signer has his full five days


def test_sweeping_again_and_again_changes_nothing(play: Play) -> None:
    rectifying(play)
    play.until("2026-06-15")
    before = play.figures()
    for _ in range(3):
        play.sweep()
    assert play.figures() == before


# What a rung opens


def test_an_interview_that_stands_already_is_not_proposed_again(play: Play) -> None:
    """Opened by hand about the same cause; the escalation is proposed all the same."""
    case = rectifying(play)
    play.open(
        FINDER,
        "interview",
        parties={"object": COUNTY},
        cause=play.case(case).number,
        matter="整改迟缓",
        level=1,
        trigger="领导批示",
    )
    play.until("2026-06-15")
    assert play.children(case, "interview") == []
    assert len(play.children(case, "escalation")) == 1
    assert play.rungs(case)[-1] == ("2026-06-12", 5)


def test_an_urging_letter_left_lying_is_not_written_twice(play: Play) -> None:
    case = rectifying(play)
    play.until("2026-06-02")
    play.act("xingyi.liaison", case, "apply", result="已亮", finished_on="2026-06-02")
    play.act("xingyi.head", case, "confirm")
    play.act("zhou-zx.head", case, "return_first", **MORE_WORK)
    play.act("zhou-dc.head", case, "grant_late", reason="汛期冲毁线路", due="2026-06-30")
    play.until("2026-07-02")
    assert len(play.children(case, "urging")) == 1


def test_a_letter_that_is_not_sent_need_not_be_written(play: Play) -> None:
    """Whoever withholds it says why, and is asked for nothing that the letter would have said."""
    case = rectifying(play)
    play.until("2026-06-02")
    urging = play.child(case, "urging")
    play.refused(InvalidInput, FINDER, urging, "drop")
    play.refused(InvalidInput, FINDER, urging, "drop", letter="请尽快办理")
    why = {"withheld": "当日已电话催办，三日内办结"}
    assert play.act(FINDER, urging, "drop", **why) == "dropped"
    known = play.case(urging).facts
    assert ("letter" in known, known["withheld"]) == (False, why["withheld"])
    assert play.told(urging, template="urged") == [], "the unit hears nothing of it"


BREAKING = {
    "parent.yaml": """
workflow: parent
title: 上级事项
basis: 只为测试
headline: what
anchor: worker
roles: { liaison: 联络员, head: 主要负责人, specialist: 督查专员 }
parties:
  worker: { title: 承办单位, among: county }
  keeper: { title: 督办单位, of: worker, table: { county: prefecture.supervision } }
facts: { what: { title: 事由 } }
marks: { listed: 已列入 }
children:
  note: { workflow: child, parties: { worker: worker }, facts: { reason: what } }
ladders:
  ladder:
    - { at: due - 1 working day, tell: worker.liaison }
    - at: due + 1 working day
      tell: worker.head
      mark: listed
      open: note
      warned: 1 working day
opening: { state: start, by: keeper.specialist, needs: what }
states:
  start:
    title: 办理
    turn: worker
    limit: 5 working days
    ladder: ladder
    events: { finish: { title: 完成, by: worker.liaison, to: end } }
  end: { title: 结束, final: true }
""",
    "child.yaml": """
workflow: child
title: 下级事项
basis: 只为测试
headline: reason
anchor: worker
roles: { liaison: 联络员 }
parties: { worker: { title: 承办单位, among: county } }
facts: { reason: { title: 理由, min: 10 } }
opening: { state: start, needs: reason }
states:
  start:
    title: 办理
    turn: worker
    events: { finish: { title: 完成, by: worker.liaison, to: end } }
  end: { title: 结束, final: true }
""",
}


def test_a_rung_whose_child_cannot_be_opened_is_set_aside_whole(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """The child wants ten characters, the parent has two: loud, and nothing half-done."""
    for name, text in BREAKING.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    play = Play(sqlite_database)
    play.catalog.publish(tmp_path, play.now)
    case = play.open(FINDER, "parent", parties={"worker": COUNTY}, what="修路")
    play.until("2026-03-09 12:00")
    before = play.case(case)
    play.until("2026-03-11")
    assert play.settled(case)["failed"] == 1
    assert play.case(case) == before
    complaints = play.doctor().complaints
    assert [complaint.check for complaint in complaints] == ["timers"]
    assert "理由" in complaints[0].sentence
