"""意见 三（二）: the telephone of the people, 12317 and 12345, is an ear of the supervision.

A ticket runs from its dispatch, whoever signs for it; the unit may give it back once and have it
extended once; who called is known to nobody but the desk.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest

from notifications.rendering import template_keys
from tests.journeys.play import TOWNSHIP, Play, variation
from workflow.engine.errors import ConditionNotMet, InvalidInput, OutOfTurn
from workflow.folder import SHIPPED

pytestmark = pytest.mark.journey

DESK, OFFICER = "xingyi-bg.liaison", "xingyi-bg.officer"
UNIT, UNIT_OFFICER = "jingnan.liaison", "jingnan.officer"
TICKET: dict[str, Any] = {
    "platform": "12345",
    "caller": "王某",
    "category": "投诉",
    "urgency": "一般",
    "topic": "饮水",
    "place": "高卡村二组",
    "appeal": "自来水停了九天，没有人来修",
}


def ticket(play: Play, number: str, **facts: Any) -> int:
    facts = {**TICKET, "external_number": number, **facts}
    return play.open(DESK, "hotline", parties={"responsible": TOWNSHIP}, **facts)


def dispatched(play: Play, number: str = "XY-1", **facts: Any) -> int:
    case = ticket(play, number, **facts)
    assert play.act(DESK, case, "dispatch") == "dispatched"
    return case


def test_a_complaint_from_the_call_to_a_satisfied_caller(play: Play) -> None:
    case = dispatched(play)
    play.act(UNIT_OFFICER, case, "refuse", reason="水管归县水务局")
    play.act(OFFICER, case, "insist", reason="属地先行处置，费用由水务局承担")
    assert play.state(case) == "processing"
    assert play.due(case) == "2026-03-19", "thirteen working days since the dispatch on 2 March"
    play.act(UNIT_OFFICER, case, "ask_extension", reason="要挖开路面")
    assert play.due(case) == "2026-03-19", "the clock runs on while the desk decides"
    play.act(OFFICER, case, "extend")
    assert play.due(case) == "2026-03-30", "seven more"
    play.refused(ConditionNotMet, UNIT_OFFICER, case, "ask_extension", reason="还要再延七天")
    play.act(UNIT, case, "reply", answer="水管修好，当晚通水")
    play.act(OFFICER, case, "redo", visit_record="水压不够", further_requirements="换大一号的管")
    assert play.due(case) == "2026-03-11"
    play.act(UNIT_OFFICER, case, "reply_again", answer="换了管，水压正常")
    assert play.act(DESK, case, "satisfied", visit_record="满意") == "closed"


@variation
def test_an_extension_asked_for_waits_on_the_desk_until_it_is_answered(play: Play) -> None:
    case = dispatched(play)
    play.act(UNIT, case, "accept")
    assert case not in play.desk("jingnan.head"), "who may ask for more time need not"
    play.act(UNIT_OFFICER, case, "ask_extension", reason="要挖开路面")
    assert case in play.desk(OFFICER)
    play.act(OFFICER, case, "decline", reason="先抢修通水，路面随后恢复")
    assert case not in play.desk(OFFICER)
    assert (play.state(case), play.due(case)) == ("processing", "2026-03-19")


def test_a_refusal_is_not_given_twice(play: Play) -> None:
    case = dispatched(play)
    play.act(UNIT_OFFICER, case, "refuse", reason="不是本镇的事")
    play.act(OFFICER, case, "reassign", unit=TOWNSHIP, reason="仍由敬南镇承办")
    play.refused(ConditionNotMet, UNIT_OFFICER, case, "refuse", reason="还是不归我们管")


def test_a_ticket_is_mirrored_once_and_answered_once(play: Play) -> None:
    """Whatever the platform sends again, and whoever has answered there."""
    case = dispatched(play)
    with pytest.raises(ConditionNotMet, match="已经登记过"):
        ticket(play, "XY-1", place="另一处地方")
    play.act(DESK, case, "answered_there", visit_record="平台上已答复，来电人满意")
    assert play.state(case) == "closed"
    play.refused(OutOfTurn, UNIT, case, "reply", answer="再答复一遍")


def test_the_third_ticket_about_one_thing_suggests_a_case(play: Play) -> None:
    first, _, third = (dispatched(play, f"XY-{n}") for n in (1, 2, 3))
    elsewhere = dispatched(play, "XY-4", place="高卡村五组")
    assert play.children(first, "problem") == []
    problem = play.child(third, "problem")
    assert play.state(problem) == "registered", "on the supervisor's desk, to dispatch or not"
    assert play.marks(third) == ("repeated",)
    assert play.marks(elsewhere) == ()
    fourth = dispatched(play, "XY-5")
    assert play.children(fourth, "problem") == []
    facts = play.case(problem).facts
    assert facts["source"] == "12345"
    assert "王某" not in str(facts)


def test_a_ticket_about_what_is_in_hand_is_offered_to_be_joined_to_it(play: Play) -> None:
    """减负: a unit is asked once for one thing."""
    first, again = dispatched(play, "XY-1"), ticket(play, "XY-2")
    number = play.case(first).number
    assert play.case(again).facts["merged_into"] == number
    assert play.act(DESK, again, "merge", merged_into=number) == "merged"
    elsewhere = ticket(play, "XY-3", place="高卡村五组")
    assert "merged_into" not in play.case(elsewhere).facts
    play.act(DESK, first, "answered_there", visit_record="平台上已答复，来电人满意")
    later = ticket(play, "XY-4")
    assert "merged_into" not in play.case(later).facts, "what has ended is not joined"


@variation
def test_a_ticket_is_joined_only_to_one_that_there_is(play: Play) -> None:
    """What it is said to be joined to is where the caller's matter goes on."""
    first, again, answered = (ticket(play, f"XY-{n}", place=f"高卡村{n}组") for n in (1, 2, 3))
    play.act(DESK, answered, "dispatch")
    play.act(DESK, answered, "answered_there", visit_record="平台上已答复，来电人满意")
    elsewhere = {**TICKET, "external_number": "ZB-1"}
    unseen = play.open("zhou-bg.liaison", "hotline", parties={"responsible": "522326"}, **elsewhere)
    numbers = [play.case(one).number for one in (again, answered, unseen)]
    for number in ("高卡村那一件", "热线工单〔2026〕999号", *numbers):
        refused = play.refused(InvalidInput, DESK, again, "merge", merged_into=number)
        assert refused.sentence == f"同类在办工单：没有编号为“{number}”的在办热线工单，请核对"
    assert play.act(DESK, again, "merge", merged_into=play.case(first).number) == "merged"


@variation
def test_an_emergency_is_dispatched_in_minutes_and_answered_the_same_day(play: Play) -> None:
    case = ticket(play, "XY-9", urgency="紧急")
    assert play.due_words(case).startswith("30 分钟")
    play.act(DESK, case, "dispatch")
    play.act(UNIT, case, "accept")
    assert play.due(case) == "2026-03-02"
    play.refused(ConditionNotMet, UNIT_OFFICER, case, "ask_extension", reason="人手不够，请宽限")


@variation
def test_silence_is_urged_and_then_listed(play: Play) -> None:
    case = dispatched(play, category="求助")
    play.act(UNIT, case, "accept")
    assert play.due(case) == "2026-03-05"
    play.until("2026-03-07")
    assert len(play.children(case, "urging")) == 1
    play.until("2026-03-14")
    assert "bulletin" in play.marks(case)


@variation
def test_a_ticket_without_its_number_is_refused(play: Play) -> None:
    with pytest.raises(InvalidInput):
        play.open(DESK, "hotline", parties={"responsible": TOWNSHIP}, **TICKET)


@variation
def test_a_mistyped_number_is_put_right_where_the_file_lets_it(play: Play, tmp_path: Path) -> None:
    """A step may take the fact anew: from then on the ticket is known by the right number."""
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "definitions"))
    file, may = folder / "hotline.yaml", "may: urgency, to: dispatched"
    text = file.read_text(encoding="utf-8")
    assert text.count(may) == 1
    file.write_text(text.replace(may, "may: [urgency, external_number], to: dispatched"), "utf-8")
    play.catalog.publish(folder, play.now, template_keys())
    case = ticket(play, "XY-7")
    play.act(DESK, case, "dispatch", external_number="XY-8")
    with pytest.raises(ConditionNotMet, match="已经登记过"):
        ticket(play, "XY-8")
    assert ticket(play, "XY-7") > case
