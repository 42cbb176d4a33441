"""办法第二十六条：“建立常态化约谈机制……上级党委和政府应当约谈下级党委和政府”. Several units called
in one interview: one approval, one notice, one record, one paper of minutes; and for each of them
its own confirmation, attendance, items, answer and level.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import Desk
from tests.journeys.play import COUNTY, Play, variation
from workflow.engine.errors import ConditionNotMet, NotYourTurn, RelationNotAllowed
from workflow.store.lists import queries
from workflow.store.lists.queries import Filter

pytestmark = pytest.mark.journey

MAKER = "zhou-dc.specialist1"
XINGREN, ANLONG = "522302", "522328"
CALLED = [
    {"unit": "兴义市", "situation": "路灯三处未修"},
    {"unit": XINGREN, "situation": "饮水管网漏损"},
]
MEETING = {"meeting_on": "2026-03-10", "place": "州政府三楼会议室", "attendees": "各市分管负责人"}
ITEMS = [
    {"unit": "兴义市", "item": "修复三处路灯", "due": "2026-04-30"},
    {"unit": "兴仁市", "item": "改造饮水管网", "due": "2026-06-30"},
    {"unit": "兴仁市", "item": "建立管护队伍", "due": "2026-06-30"},
]


def proposed(play: Play, **given: Any) -> int:
    facts: dict[str, Any] = {
        "cause": "一季度整改",
        "matter": "整改滞后",
        "level": 1,
        "trigger": "逾期",
    }
    facts |= {"called": CALLED, **given}
    return play.open(MAKER, "collective_interview", parties={"host": "522300"}, **facts)


def called(play: Play, **given: Any) -> int:
    case = proposed(play, **given)
    play.act(MAKER, case, "verify", findings="情况属实，逾期两个月")
    assert play.act("zhou.officer", case, "approve") == "approved"
    assert play.act(MAKER, case, "notify", **MEETING) == "called"
    return case


def seen_by(play: Play, who: str) -> set[int]:
    with play.database.reading() as connection:
        return {row["id"] for row in queries.list_cases(connection, play.actor(who), Filter()).rows}


def work_of(play: Play, who: str) -> set[int]:
    with play.database.reading() as connection:
        return {row["id"] for row in queries.list_work(connection, play.actor(who)).rows}


def test_two_counties_are_called_at_once_and_each_answers_for_itself(
    play: Play, tmp_path: Path
) -> None:
    case = called(play)
    first, second = play.children(case, "parts")
    assert [play.seat(one, "object") for one in (first, second)] == [COUNTY, XINGREN]
    assert [play.seat(one, "principal") for one in (first, second)] == ["522300", "522300"]
    assert [play.state(one) for one in (first, second)] == ["notified", "notified"]
    assert {"xingyi.liaison", "xingren.head"} <= {told.who for told in play.told(first)} | {
        told.who for told in play.told(second)
    }
    # the sitting is seen by every called unit, the part of one by that one alone
    assert {case, first} <= seen_by(play, "xingyi.liaison")
    assert {case, second} <= seen_by(play, "xingren.liaison")
    assert second not in seen_by(play, "xingyi.liaison")
    assert case not in seen_by(play, "anlong.liaison")
    assert first in work_of(play, "xingyi.liaison")
    notice = Desk(play, tmp_path).issue(MAKER, case, "collective_interview_notice")
    assert "中共兴义市委" in notice.text
    assert "中共兴仁市委" in notice.text
    assert "附件：回执" in notice.text
    assert "能否按时参加" in notice.text, "the receipt goes with it"
    _attended(play, case, first, second)
    _minutes(play, case, first, second)
    _answered(play, case, first, second)


def _attended(play: Play, case: int, first: int, second: int) -> None:
    """Each confirms for itself; one comes, for the other somebody else does."""
    play.act("xingyi.liaison", first, "acknowledge", statement="基本情况、原因、教训、措施附后")
    play.act("xingren.officer", second, "acknowledge")
    play.refused(NotYourTurn, "xingyi.officer", second, "add_statement", statement="代为说明")
    play.until("2026-03-10 09:00")
    play.act(MAKER, case, "hold", record="约谈人通报情况，被约谈人表态")
    play.act(MAKER, first, "attend", present="兴义市分管负责人")
    again = {"record": "由办公室副主任代替到会", "meeting_on": "2026-03-17"}
    assert play.act(MAKER, second, "absent", **again) == "notified"


def _minutes(play: Play, case: int, first: int, second: int) -> None:
    """Issued once; who came goes on with them, every item becomes a case of its unit."""
    stranger = [*ITEMS, {"unit": "安龙县", "item": "没有约谈它", "due": "2026-06-30"}]
    words = {"minutes": "会议要求立即整改"}
    play.refused(RelationNotAllowed, MAKER, case, "draft_minutes", items=stranger, **words)
    play.act(MAKER, case, "draft_minutes", items=ITEMS, **words)
    assert play.act("zhou.officer", case, "issue_minutes") == "tracking"
    assert (play.state(first), play.state(second)) == ("minutes_issued", "notified")
    assert play.case(first).facts["minutes"] == "会议要求立即整改"
    items = play.children(case, "items")
    assert [play.seat(one, "responsible") for one in items] == [COUNTY, XINGREN, XINGREN]
    assert items[0] in seen_by(play, "xingyi.liaison")
    assert items[1] not in seen_by(play, "xingyi.liaison")


def _answered(play: Play, case: int, first: int, second: int) -> None:
    """Its own plan, its own check; who fails rises alone, by one level of its own cause."""
    play.act("xingyi.head", first, "submit_plan", plan="四月底前完成，分管负责人包保")
    play.act("xingyi.officer", first, "report_outcome", outcome="路灯已全部修复")
    play.act("zhou-dc.head", first, "confirm", check_report="抽查六处，均已修复")
    assert (play.state(first), play.state(case)) == ("closed", "tracking")
    play.refused(ConditionNotMet, "zhou-dc.head", case, "close")
    play.act("xingren.officer", second, "acknowledge")
    play.act(MAKER, second, "hold", record="单独约谈，提出要求")
    own = [{"item": "改造饮水管网", "due": "2026-06-30"}]
    play.act(MAKER, second, "draft_minutes", minutes="单独约谈的要求", items=own)
    play.act("zhou.officer", second, "issue_minutes")
    play.act("xingren.head", second, "submit_plan", plan="六月底前完成改造")
    play.act("xingren.officer", second, "report_outcome", outcome="管网正在施工，尚未完成")
    play.act("zhou-dc.head", second, "fail", check_report="抽查三处仍漏")
    assert play.act("zhou.officer", second, "raise") == "raised"
    next_one = play.child(second, "next_level")
    assert play.case(next_one).facts["level"] == 2
    assert play.case(next_one).facts["cause"] == "一季度整改（兴仁市）"
    assert play.state(case) == "closed"


def test_a_sitting_is_put_off_as_a_whole_and_each_confirms_the_new_day(play: Play) -> None:
    case = called(play)
    first, second = play.children(case, "parts")
    assert [play.events(one) for one in (first, second)] == [["open"], ["open"]]
    play.act("xingyi.officer", first, "acknowledge")
    play.act("xingren.officer", second, "postpone", postponement="当日省里来人调研，请改期")
    play.until("2026-03-03")
    why = {"postponement": "当日全州防汛会商，整场改期"}
    early, later = {"meeting_on": "2026-03-04"}, {"meeting_on": "2026-03-13"}
    play.refused(NotYourTurn, "xingyi.head", case, "reschedule", **why, **later)
    play.refused(ConditionNotMet, MAKER, case, "reschedule", **why, **early)
    room = "州政府五楼会议室"
    assert play.act(MAKER, case, "reschedule", place=room, **why, **later) == "called"
    assert play.due(case) == "2026-03-13"
    for part, head in ((first, "xingyi.head"), (second, "xingren.head")):
        assert play.state(part) == "notified"
        facts = play.case(part).facts
        assert (facts["meeting_on"], facts["place"]) == ("2026-03-13", room)
        assert head in [told.who for told in play.told(part, since="2026-03-03")]
    play.act("xingyi.liaison", first, "acknowledge")
    assert play.due(first) == "2026-03-13"


def test_a_joint_interview_waits_until_every_convener_agrees(play: Play) -> None:
    case = proposed(play, called=CALLED[:1], joint=[{"unit": "522300-ZX"}, {"unit": "522300-GH"}])
    play.act(MAKER, case, "verify", findings="情况属实，逾期两个月")
    assert play.act("zhou.officer", case, "approve") == "consulting"
    one, other = play.children(case, "consents")
    play.refused(NotYourTurn, "zhou-dc.head", one, "agree")
    assert {case, one} <= seen_by(play, "zhou-zx.officer")
    play.act("zhou-zx.head", one, "agree")
    assert play.state(case) == "consulting"
    play.act("zhou-gh.head", other, "decline", opinion="不涉及我单位职责")
    assert play.state(case) == "verified"
    play.act("zhou.officer", case, "approve")
    for consent in play.children(case, "consents")[2:]:
        who = {"522300-ZX": "zhou-zx.head", "522300-GH": "zhou-gh.head"}[
            play.seat(consent, "convener")
        ]
        play.act(who, consent, "agree")
    assert play.state(case) == "approved"
    play.act(MAKER, case, "notify", **MEETING)
    assert play.case(play.child(case, "parts")).facts["form"] == "联合约谈"


def declined(play: Play, **given: Any) -> int:
    """A joint interview of which one convener has no part, and another says nothing."""
    case = proposed(play, joint=[{"unit": "522300-GH"}, {"unit": "522300-ZX"}], **given)
    play.act(MAKER, case, "verify", findings="情况属实，逾期两个月")
    play.act("zhou.officer", case, "approve")
    consent = play.children(case, "consents")[0]
    play.act("zhou-gh.head", consent, "decline", opinion="不涉及我单位职责")
    assert play.state(case) == "verified"
    return case


@variation
def test_where_nobody_joins_it_goes_on_as_a_collective_interview(play: Play) -> None:
    case = declined(play)
    assert play.act("zhou.officer", case, "alone") == "approved"
    silent = play.children(case, "consents")[1]
    assert play.state(silent) == "stopped", "nobody waits for who was not heard"
    assert "joint" not in play.case(case).facts
    play.act(MAKER, case, "notify", **MEETING)
    assert play.case(play.children(case, "parts")[0]).facts["form"] == "集体约谈"


@variation
def test_without_a_convener_one_unit_alone_is_no_collective_interview(play: Play) -> None:
    case = declined(play, called=CALLED[:1])
    refusal = play.refused(ConditionNotMet, "zhou.officer", case, "alone")
    assert "发起个别约谈" in refusal.sentence
    play.act("zhou.officer", case, "revise", opinion="另行发起个别约谈")
    assert play.act(MAKER, case, "drop", opinion="另行发起个别约谈") == "dropped"


@variation
def test_nobody_is_called_who_may_not_be(play: Play) -> None:
    """No unit stands twice, none of the other side, none that the host does not lead."""
    twice = [CALLED[0], CALLED[0]]
    for wrong in (twice, [{"unit": "522300-DC", "situation": "承办单位自己"}]):
        with pytest.raises(RelationNotAllowed):
            proposed(play, called=wrong)
    alone = proposed(play, called=CALLED[:1])
    play.refused(ConditionNotMet, MAKER, alone, "verify", findings="情况属实，逾期两个月")
    both = [{"unit": "522300-ZX", "situation": "报送滞后"}, *CALLED]
    with pytest.raises(RelationNotAllowed):
        proposed(play, called=both, joint=[{"unit": "522300-ZX"}])


@variation
def test_a_county_department_is_not_called_by_the_prefecture(play: Play) -> None:
    """第二十六条: a department is called by its own level; the case of that unit is refused, and
    with it the notice.
    """
    case = proposed(play, called=[*CALLED, {"unit": "522301-ZX", "situation": "报送滞后"}])
    play.act(MAKER, case, "verify", findings="情况属实，逾期两个月")
    play.act("zhou.officer", case, "approve")
    play.refused(RelationNotAllowed, MAKER, case, "notify", **MEETING)
