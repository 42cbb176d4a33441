"""建议: 一周一通报. Written by the system from the data, issued by a person: what is
good, then what is not, then what is asked for; nothing in it that is kept from anybody.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.definitions import at
from tests.journeys import test_hotline as hotline
from tests.journeys.desk import Desk
from tests.journeys.play import COUNTY, Play, a_story, variation
from tests.journeys.problems import FINDER, closed, rectifying
from workflow.cadences import Switching, switch
from workflow.engine.calendar import local_day
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotYourTurn, Refusal
from workflow.engine.periods import period_of
from workflow.engine.tallies import Tally
from workflow.store.database import Database
from workflow.store.lists import tallies
from workflow.tallying import cases_behind, drafts, tallied_for, window_of

pytestmark = pytest.mark.journey

SPECIALIST = "zhou-dc.specialist1"


def switched_on(play: Play, every: str) -> None:
    asked = Switching("bulletin", every, play.unit("522300"), True, "领导小组会议决定")
    switch(play.database, play.catalog, asked, play.actor("zhou-dc.head"), play.now)


def drafted(play: Play, case: int) -> dict[str, Any]:
    """What stands in the form of whoever drafts the bulletin."""
    definition = play.catalog.newest(play.case(case).workflow).definition
    with play.database.reading() as connection:
        found = tallied_for(connection, play.catalog, play.case(case), play.now)
        return drafts(connection, play.catalog, definition, found, definition.facts, play.now)


def test_a_bulletin_is_written_from_the_data_of_its_week_and_issued_by_a_person(
    database: Database, tmp_path: Path
) -> None:
    with a_story(database, at("2026-03-02 09:00")) as play:
        good = closed(play)
        late = rectifying(play, due="2026-03-13", description="饮水工程管网漏损")
        play.until("2026-03-24 08:00")
        assert "bulletin" in play.marks(late)
        switched_on(play, "quarter")
        play.until("2026-04-07 20:00")
        assert play.of_workflow("bulletin") == []
        play.until("2026-04-08 08:00")  # the fifth working day: what the quarter before was like
        (case,) = play.of_workflow("bulletin")
        assert play.case(case).period == 20261
        assert play.case(case).facts == {"subject": "2026年一季度乡村振兴重点工作情况"}
        made = drafted(play, case)
        assert made["good"] == (
            "2026年一季度，黔西南州新增问题 2 件，销号 1 件，其中按期销号 1 件。\n"
            "兴义市销号 1 件，全部按期。"
        )
        assert made["red"] == [{"unit": "兴义市", "rate": 100.0, "closed": 1}]
        assert "逾期 1 件" in made["problems"]
        number = play.case(late).number
        assert f"1. 兴义市：饮水工程管网漏损（{number}）。" in made["problems"]
        assert made["black"] == [{"unit": "兴义市", "overdue": 1.0, "open": 1.0}]
        _issued(play, Desk(play, tmp_path), case, made)
        assert play.state(good) == "closed"


def _issued(play: Play, desk: Desk, case: int, made: dict[str, Any]) -> None:
    """From the draft to the paper; the document stands in the order good, bad, asked for."""
    play.refused(NotYourTurn, "xingyi.liaison", case, "submit", **made)
    problems = made.pop("problems") + "\n请引以为戒。"
    play.act(SPECIALIST, case, "submit", problems=problems, **made)
    play.act("zhou-dc.head", case, "revise", opinion="要求写得再具体些")
    play.act(SPECIALIST, case, "submit", problems=problems, **made)
    play.act("zhou-dc.head", case, "approve")
    play.refused(NotYourTurn, "zhou-dc.head", case, "sign")
    play.act("zhou.head", case, "sign")
    play.refused(ConditionNotMet, SPECIALIST, case, "issue")
    paper = desk.issue(SPECIALIST, case, "bulletin")
    assert paper.number is not None
    assert paper.number.endswith("〔2026〕1号")
    order = ["各县（市、新区）", "一、好的做法", "红榜", "二、存在问题", "黑榜", "三、工作要求"]
    places = [paper.text.index(words) for words in order[:2] + order[3:4] + order[5:]]
    assert places == sorted(places)
    assert all(words in paper.text for words in order)
    assert "请引以为戒" in paper.text
    assert play.act(SPECIALIST, case, "issue") == "issued"


def test_a_ticket_left_unanswered_stands_in_the_next_bulletin_by_its_number(play: Play) -> None:
    """意见 三（二）: the hotline is an ear; what somebody said into it is not spread."""
    ticket = hotline.dispatched(play, category="求助")
    play.act(hotline.UNIT, ticket, "accept")
    switched_on(play, "week")
    play.until("2026-03-09 09:00")
    early = play.of_workflow("bulletin")[-1]
    assert "热线工单" not in drafted(play, early)["problems"], "warned before it is listed"
    play.until("2026-03-16 09:00")
    assert "bulletin" in play.marks(ticket)
    problems = drafted(play, play.of_workflow("bulletin")[-1])["problems"]
    number = play.case(ticket).number
    assert f"热线工单逾期五个工作日以上 1 件：\n1. 敬南镇：{number}。" in problems
    assert "自来水" not in problems


@variation
def test_a_month_s_bulletin_tells_of_its_month_alone(play: Play) -> None:
    """Weekly, monthly and quarterly ones are switched on each for itself."""
    switched_on(play, "month")
    play.open(FINDER, description="一号路灯损坏")
    play.until("2026-04-01 20:00")
    (before,) = play.of_workflow("bulletin")  # of the second working day of March
    assert play.case(before).facts == {"subject": "2026年2月乡村振兴重点工作情况"}
    play.until("2026-04-02 09:00")
    _, case = play.of_workflow("bulletin")
    assert play.case(case).facts == {"subject": "2026年3月乡村振兴重点工作情况"}
    play.open(FINDER, description="二号路灯损坏")
    assert drafted(play, case)["good"].startswith("2026年3月，黔西南州新增问题 1 件")


@variation
def test_every_number_leads_to_the_cases_behind_it(play: Play) -> None:
    for description in ("一号路灯损坏", "二号路灯损坏"):
        play.open(FINDER, description=description)
    case = play.open(SPECIALIST, "bulletin", parties={"host": "522300"}, subject="路灯专题")
    with play.database.reading() as connection:
        definition = play.catalog.newest("bulletin").definition
        found = tallied_for(connection, play.catalog, play.case(case), play.now)
        rows = {unit.name: (unit, numbers) for unit, numbers in found.below}
        assert len(rows) == 9
        unit, numbers = rows["兴义市"]
        assert (numbers["opened"], numbers["rate"]) == (2, None)  # a share of nothing is unknown
        assert rows["望谟县"][1]["opened"] == 0
        assert found.whole["opened"] == 2
        behind = cases_behind(
            connection, play.catalog, definition, found, "opened", unit.path, play.now
        )
        assert [one.id for one in behind] == play.of_workflow("rectification")


def test_one_opened_by_hand_is_of_the_period_that_is_said_and_the_only_one(play: Play) -> None:
    """In January, of the year before: not of the eleven days of the new one."""
    play.open(FINDER, description="旧年的路灯损坏")
    play.now = at("2027-01-11 09:00")
    play.open(FINDER, description="新年的路灯损坏", due="2027-03-31")
    host = {"host": "522300"}
    results: dict[str, Any] = {"subject": "考核结果", "kind": "考核结果"}
    case = play.open(SPECIALIST, "bulletin", parties=host, period=2026, **results)
    with play.database.reading() as connection:
        found = tallied_for(connection, play.catalog, play.case(case), play.now)
    assert (str(found.period), found.whole["opened"]) == ("2026年", 1)
    for period, why in (
        (2026, "这个单位这一期已有一件"),
        (2028, "2028年还没有开始"),
        (202613, "没有这一期"),
    ):
        with pytest.raises(Refusal, match=why):
            play.open(SPECIALIST, "bulletin", parties=host, period=period, **results)
    play.open(SPECIALIST, "bulletin", parties=host, period=20264, subject="四季度工作情况")
    play.open(SPECIALIST, "bulletin", parties=host, subject="路灯专题")
    with pytest.raises(InvalidInput, match="不能选这样的一期"):
        play.open(FINDER, period=2026)


def test_what_was_opened_for_the_wrong_period_gives_it_up_and_what_is_not_issued_keeps_it(
    play: Play,
) -> None:
    switched_on(play, "week")
    play.until("2026-03-14 09:00")
    week, host = int(period_of("week", local_day(play.now))), {"host": "522300"}

    def of_week() -> list[int]:
        return [one for one in play.of_workflow("bulletin") if play.case(one).period == week]

    mistaken = play.open(SPECIALIST, "bulletin", parties=host, period=week, subject="选错了周")
    play.refused(NotYourTurn, "xingyi.liaison", mistaken, "withdraw", opinion="不是这一周")
    assert play.act(SPECIALIST, mistaken, "withdraw", opinion="不是这一周") == "withdrawn"
    assert play.case(mistaken).period is None
    play.until("2026-03-17 09:00")
    (own,) = of_week()
    play.act("zhou-dc.head", own, "abandon", opinion="本周没有可以通报的情况")
    with pytest.raises(Refusal, match="这个单位这一期已有一件"):
        play.open(SPECIALIST, "bulletin", parties=host, period=week, subject="本期不发的一周")
    play.until("2026-03-19 09:00")
    assert of_week() == [own], "none this week"


def test_the_kind_of_a_bulletin_can_be_put_right_when_it_is_sent_back(play: Play) -> None:
    play.now = at("2027-01-11 09:00")
    about: dict[str, Any] = {"subject": "实绩考核结果", "kind": "考核结果", "period": 2026}
    case = play.open(SPECIALIST, "bulletin", parties={"host": "522300"}, **about)
    text = dict.fromkeys(("good", "problems", "demands"), "没有需要说明的情况")
    play.act(SPECIALIST, case, "submit", **text)
    play.act("zhou-dc.head", case, "approve")
    play.refused(ConditionNotMet, "zhou.head", case, "sign")
    play.act("zhou.head", case, "send_back", opinion="不是考核结果，是工作情况")
    play.act(SPECIALIST, case, "submit", kind="工作情况", **text)
    play.act("zhou-dc.head", case, "approve")
    assert play.act("zhou.head", case, "sign") == "signed"


@variation
@pytest.mark.rights
def test_what_is_kept_from_anybody_is_counted_nowhere(play: Play) -> None:
    """办法第二十一条、四不两直: an unannounced visit is in no number before its field work ends."""
    plan = {"authority": "年度计划第三项", "visit_on": "2026-03-10", "origin": "年度计划"}
    counted = Tally.model_validate({"title": "督查", "of": "inspection", "count": "open"})
    window = window_of(period_of("year", local_day(play.now)), play.now)

    def count() -> int:
        with play.database.reading() as connection:
            found = tallies.counted(
                connection, {"visits": counted}, window, play.unit("522300"), (), {}, 2026
            ).counts
        return found["visits"].total()

    for mode in ("明查", "暗访"):
        facts: dict[str, Any] = {"subject": f"饮水安全{mode}", "mode": mode, **plan}
        play.open(SPECIALIST, "inspection", parties={"inspected": COUNTY}, **facts)
    assert count() == 1
    hidden = play.of_workflow("inspection")[1]
    play.act("zhou-dc.head", hidden, "approve")
    team = ["zhou-dc.inspector1"]
    play.act(SPECIALIST, hidden, "prepare", scheme="随机抽取两村", team=team)
    play.act("zhou-dc.inspector1", hidden, "set_out")
    assert count() == 1
    play.act("zhou-dc.inspector1", hidden, "end_visit", field_record="两村供水正常")
    assert count() == 2
