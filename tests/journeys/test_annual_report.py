"""实施办法 art. 20: 每年向上级党委和政府报告; 意见 三（三）: 每年12月底前向州委、
州政府报告. Opened by the calendar for nine units, due by the last working day of the year (12.2).

Of the cases worth having: a report due on 2026-12-31, a Thursday, against a year in which
12-31 is a rest day; a limit that ends in a year without a notice is 待校正 until the notice comes.
"""

from collections.abc import Iterator

import pytest

from tests.engine.definitions import at
from tests.journeys.play import COUNTY, Play, a_story, notice, variation
from workflow.engine.errors import DutiesNotSeparate, InvalidInput, NotYourTurn
from workflow.store.database import Database

pytestmark = pytest.mark.journey

REPORT = {
    "overview": "总体平稳",
    "responsibility": "逐级压实",
    "targets": "全部完成",
    "problems": "产业链条短",
    "next_steps": "补链强链",
}
NINE = [
    "522301", "522302", "522323", "522324", "522325", "522326", "522327", "522328", "522300-YL",
]  # fmt: skip


@pytest.fixture
def report(database: Database) -> Iterator[tuple[Play, int]]:
    """兴义市's report of 2026, just opened."""
    with a_story(database, at("2026-10-14 18:00")) as play:
        play.until("2026-10-15 09:30")
        yield play, of_county(play)


def of_county(play: Play, code: str = COUNTY, period: int = 2026) -> int:
    wanted = (play.unit(code), period)
    reports = {case: play.case(case) for case in play.of_workflow("annual_report")}
    (found,) = [at for at, case in reports.items() if (case.unit, case.period) == wanted]
    return found


def submitted(play: Play, case: int) -> None:
    play.act("xingyi.liaison", case, "submit", **REPORT)
    play.act("xingyi.head", case, "issue", signer="党政主要负责同志")


def test_nine_units_report_and_villages_are_never_asked(database: Database) -> None:
    with a_story(database, at("2026-10-14 18:00")) as play:
        play.add_unit("522301100201", "village", "522301100", reports=True)
        play.until("2026-10-14 23:59")
        assert play.of_workflow("annual_report") == []
        play.until("2026-10-15 12:00")
        reports = play.of_workflow("annual_report")
        assert sorted(play.case(case).unit for case in reports) == sorted(map(play.unit, NINE))
        play.until("2026-10-17")
        play.sweep()
        assert play.of_workflow("annual_report") == reports  # one for each unit and year
        one = play.case(reports[0])
        assert one.facts == {"subject": "2026年实施乡村振兴战略进展情况报告"}
        assert (one.state, one.period, one.number) == ("drafting", 2026, "年度报告〔2026〕1号")
        assert [told.who for told in play.told(reports[0])] == ["xingyi.liaison", "xingyi.officer"]


def test_a_worker_that_slept_through_the_day_opens_them_when_it_wakes(database: Database) -> None:
    with a_story(database, at("2026-10-14 18:00")) as play:
        play.down_until("2026-10-21 10:00")
        play.sweep()
        assert len(play.of_workflow("annual_report")) == 9


def test_a_report_goes_from_draft_to_archive(report: tuple[Play, int]) -> None:
    play, case = report
    assert play.due(case) == "2026-12-31"
    assert not play.case(case).due.provisional  # type: ignore[union-attr]
    play.until("2026-11-20")
    play.act("xingyi.liaison", case, "save", overview="总体平稳")
    play.refused(InvalidInput, "xingyi.liaison", case, "submit")
    play.act("xingyi.liaison", case, "submit", **REPORT)
    play.refused(NotYourTurn, "xingyi.officer", case, "issue", signer="李四")
    play.act("xingyi.officer", case, "revise", opinion="补充就业数据")
    submitted(play, case)
    assert (play.state(case), play.due(case)) == ("submitted", "2026-11-24")
    play.act("zhou-bg.officer", case, "receive", received_number="州办收〔2026〕88号")
    play.act("zhou-bg.liaison", case, "accept")
    play.act("zhou-bg.liaison", case, "summarise")
    assert play.act("zhou-bg.officer", case, "archive") == "archived"
    assert play.marks(case) == ()
    assert play.rungs(case) == []


@variation
def test_what_was_sent_up_is_taken_back_before_the_head_has_looked(
    report: tuple[Play, int],
) -> None:
    play, case = report
    play.act("xingyi.liaison", case, "submit", **REPORT)
    assert play.act("xingyi.liaison", case, "take_back") == "drafting"
    assert play.due(case) == "2026-12-31"


def test_reminders_come_thirty_fifteen_seven_and_three_days_before(
    report: tuple[Play, int],
) -> None:
    play, case = report
    play.until("2026-12-30")
    assert play.rungs(case) == [
        ("2026-12-01", 0),
        ("2026-12-16", 1),
        ("2026-12-24", 2),
        ("2026-12-28", 3),
    ]
    assert [(told.on, told.who) for told in play.told(case, template="reminder")] == [
        ("2026-12-01", "xingyi.liaison"),
        ("2026-12-16", "xingyi.liaison"),
        ("2026-12-24", "xingyi.liaison"),
        ("2026-12-24", "xingyi.officer"),
        ("2026-12-28", "xingyi.liaison"),
        ("2026-12-28", "xingyi.officer"),
        ("2026-12-28", "xingyi.head"),
    ]
    submitted(play, case)
    play.until("2027-01-29")
    assert play.marks(case) == ()  # in time: nothing of the ladder comes after it
    assert play.children(case, "urging") == []


def test_a_late_report_is_urged_listed_and_proposed_for_an_interview(
    report: tuple[Play, int],
) -> None:
    """T+1, T+5, T+10 working days, after the notice of 2027 with its rest days 1 to 3 January."""
    play, case = report
    play.until("2026-11-20")
    play.enter_notice(notice(2027, "2027-01-01", "2027-01-02", "2027-01-03"))
    assert play.due(case) == "2026-12-31"
    play.until("2026-12-31 23:59")
    assert play.marks(case) == ()
    play.until("2027-01-03")
    assert play.children(case, "urging") == []
    play.until("2027-01-04 10:00")
    assert play.rungs(case)[-1] == ("2027-01-04", 4)
    urging = play.child(case, "urging")
    assert play.case(urging).facts["reason"] == "年度报告逾期未报"
    assert play.seat(urging, "sender") == "522300-DC"
    assert play.marks(case) == ("late",)
    assert play.act("zhou-dc.specialist1", urging, "issue", letter="请三日内报送") == "issued"
    assert [told.who for told in play.told(urging, template="urged")] == [
        "xingyi.head",
        "xingyi.officer",
    ]
    play.until("2027-01-08 10:00")
    assert (play.rungs(case)[-1], play.marks(case)) == (("2027-01-08", 5), ("late", "bulletin"))
    assert play.children(case, "interview") == []
    play.until("2027-01-15 10:00")
    assert play.rungs(case)[-1] == ("2027-01-15", 6)
    interview = play.child(case, "interview")
    assert play.case(interview).facts["cause"] == play.case(case).number
    assert play.seat(interview, "principal") == "522300"
    submitted(play, case)
    assert "late" in play.marks(case)
    play.until("2027-02-10")
    assert play.children(case, "interview") == [interview]  # each effect once
    assert len(play.children(case, "urging")) == 1


def test_a_report_sent_back_for_corrections_stays_on_time(report: tuple[Play, int]) -> None:
    play, case = report
    play.until("2026-12-30")
    submitted(play, case)
    play.act("zhou-bg.officer", case, "receive")
    play.until("2027-01-05 11:00")
    play.act("zhou-bg.officer", case, "return", corrections="缺少考核数据")
    assert (play.state(case), play.case(case).cycle.counts) == ("returned", {"returns": 1})
    play.until("2027-01-07")
    assert play.act("xingyi.officer", case, "resubmit", targets="全部完成，附数据") == "received"
    assert play.marks(case) == ()


@variation
def test_a_late_signature_is_late_although_the_draft_was_not(report: tuple[Play, int]) -> None:
    play, case = report
    play.until("2026-12-30")
    play.act("xingyi.liaison", case, "submit", **REPORT)
    play.until("2027-01-01 08:00")
    play.act("xingyi.head", case, "issue", signer="党政主要负责同志")
    assert play.marks(case) == ("late",)


@variation
@pytest.mark.rights
def test_the_receiver_does_not_belong_to_the_reporter(report: tuple[Play, int]) -> None:
    play, case = report
    submitted(play, case)
    play.refused(NotYourTurn, "xingyi-bg.officer", case, "receive")
    play.give_post("zhou-bg.officer", COUNTY, "officer")
    play.refused(DutiesNotSeparate, "zhou-bg.officer", case, "receive")


def test_a_year_that_ends_on_a_rest_day_is_due_before_and_provisional(database: Database) -> None:
    """31 December 2028 is a Sunday, and the notice for 2028 is not out."""
    with a_story(database, at("2028-10-14 18:00")) as play:
        play.until("2028-10-15 09:30")
        case = of_county(play, period=2028)
        due = play.case(case).due
        assert due is not None
        assert (play.due(case), due.provisional) == ("2028-12-29", True)
        assert due.derivation == (
            "12月31日或此前最后一个工作日，期满日 12月31日为休息日，提前至 12月29日"
            "（2028 年放假通知未发布，日期待校正）"
        )
        # The notice comes and makes Sunday the 31st a day that is worked.
        play.until("2028-11-10")
        play.enter_notice(notice(2028, work=["2028-12-31"]))
        due = play.case(case).due
        assert due is not None
        assert (play.due(case), due.provisional) == ("2028-12-31", False)
        assert play.events(case) == ["open", "recalculate"]
        assert [day for day, *_ in play.timers(case)][:4] == [
            "2028-12-01", "2028-12-15", "2028-12-22", "2028-12-28",
        ]  # fmt: skip
        rows = play.figures()
        play.until("2028-11-13")
        assert play.figures()["history"] == rows["history"]  # once, not at every sweep
