"""办法第二十条：“各级党委和政府应当每年……报告”.

The calendar's own work: opening by the year, and new holiday notices with their trail.

The report itself is in test_annual_report.py. Of the cases worth having: a limit that
ends in 2027 is 待校正.
"""

import pytest
from sqlalchemy import select

from tests.engine.definitions import at
from tests.journeys.play import Play, a_story, notice, variation
from tests.journeys.problems import FINDER, rectifying
from workflow.store.database import Database
from workflow.store.tables.handles import CASE, UNIT

pytestmark = pytest.mark.journey

NEW_YEAR = notice(2027, "2027-01-01", "2027-01-02", "2027-01-03")


def test_every_year_has_its_reports(database: Database) -> None:
    with a_story(database, at("2026-10-14 18:00")) as play:
        play.until("2026-10-16")
        play.down_until("2027-10-14 18:00")
        play.until("2027-10-16")
        cases = [play.case(case) for case in play.of_workflow("annual_report")]
        assert [case.period for case in cases] == [2026] * 9 + [2027] * 9
        assert cases[-1].number == "年度报告〔2027〕9号"


def test_a_unit_that_begins_to_report_gets_its_case_and_one_that_stops_does_not(
    database: Database,
) -> None:
    with a_story(database, at("2026-10-14 18:00")) as play:
        with play.database.unit_of_work() as connection:
            of = UNIT.c.code == "522328"
            connection.execute(UNIT.update().where(of).values(reports=False))
        play.add_unit("522399", "county", "522300", reports=True)
        play.until("2026-10-16")
        units = {play.case(case).unit for case in play.of_workflow("annual_report")}
        assert len(units) == 9
        assert play.unit("522399") in units
        assert play.unit("522328") not in units


def test_a_limit_in_a_year_without_a_notice_is_provisional_until_it_comes(
    database: Database,
) -> None:
    """Assigned on 28 December 2026: ten working days for the plan end in January 2027."""
    with a_story(database, at("2026-12-28 08:00")) as play:
        case = play.open(FINDER, due="2027-03-31")
        play.act(FINDER, case, "dispatch")
        play.act("xingyi.liaison", case, "accept")
        due = play.case(case).due
        assert due is not None
        assert (play.due(case), due.provisional) == ("2027-01-11", True)
        assert "2027 年放假通知未发布，日期待校正" in due.derivation
        play.until("2026-12-29")
        play.enter_notice(NEW_YEAR)
        due = play.case(case).due
        assert due is not None
        assert (play.due(case), due.provisional) == ("2027-01-12", False)
        assert play.events(case)[-1] == "recalculate"
        assert [day for day, *_ in play.timers(case)][:3] == [
            "2026-12-31", "2027-01-07", "2027-01-11",
        ]  # fmt: skip


def test_a_date_set_by_a_person_stands_and_is_looked_at_once(database: Database) -> None:
    with a_story(database, at("2026-11-02 08:00")) as play:
        case = rectifying(play, due="2027-01-15")
        play.until("2026-11-20")
        play.enter_notice(NEW_YEAR)
        assert play.due(case) == "2027-01-15"
        events = play.events(case)
        for _ in range(3):
            play.sweep()
        assert play.events(case) == events
        assert events.count("recalculate") <= 1
        # T-7 lies in January and follows the new calendar
        assert play.timers(case)[0][0] == "2027-01-06"


def test_a_rung_that_would_come_on_a_new_rest_day_moves(database: Database) -> None:
    """Due on 18 December 2026; T+10 working days would be 1 January 2027."""
    with a_story(database, at("2026-11-02 08:00")) as play:
        case = rectifying(play, due="2026-12-18")
        assert play.timers(case)[-1] == ("2027-01-01", "rung:standard", 5)
        play.until("2026-11-20")
        play.enter_notice(NEW_YEAR)
        assert play.timers(case)[-1] == ("2027-01-04", "rung:standard", 5)
        assert play.due(case) == "2026-12-18"


def test_a_notice_corrected_counts_again(database: Database) -> None:
    """The second notice of a year replaces the first; both stay in the history."""
    with a_story(database, at("2026-12-28 08:00")) as play:
        case = play.open(FINDER, due="2027-03-31")
        play.act(FINDER, case, "dispatch")
        play.act("xingyi.liaison", case, "accept")
        play.enter_notice(NEW_YEAR)
        assert play.due(case) == "2027-01-12"
        play.enter_notice(notice(2027, "2027-01-01", "2027-01-04", "2027-01-05"))
        assert play.due(case) == "2027-01-14"
        assert play.events(case)[-2:] == ["recalculate", "recalculate"]


@variation
def test_a_limit_that_a_notice_makes_shorter_takes_its_ladder_along(database: Database) -> None:
    """A weekend day worked brings a limit forward; reminders still ahead follow."""
    with a_story(database, at("2026-12-28 08:00")) as play:
        case = play.open(FINDER, due="2027-03-31")
        play.act(FINDER, case, "dispatch")
        play.act("xingyi.liaison", case, "accept")
        assert play.due(case) == "2027-01-11"
        assert [day for day, *_ in play.timers(case)][:4] == [
            "2026-12-31", "2027-01-06", "2027-01-08", "2027-01-12",
        ]  # fmt: skip
        play.until("2026-12-30 08:00")
        play.enter_notice(notice(2027, work=["2027-01-02", "2027-01-03"]))
        assert play.due(case) == "2027-01-07"
        assert [day for day, *_ in play.timers(case)][:4] == [
            "2026-12-31", "2027-01-04", "2027-01-06", "2027-01-08",
        ]  # fmt: skip


@variation
def test_what_is_closed_is_left_alone(play: Play) -> None:
    case = play.open(FINDER)
    play.act("zhou-dc.head", case, "withdraw", reason="线索不实，不予立项")
    before = play.events(case)
    play.enter_notice(NEW_YEAR)
    assert play.events(case) == before


@pytest.mark.journey
def test_an_outage_over_the_turn_of_the_year_loses_no_report(database: Database) -> None:
    """In force since March, down from before 15 October until January: last year's still open."""
    with a_story(database, at("2026-03-03 10:00")) as play:
        play.now = at("2027-01-11 10:00")
        play.sweep()
        with database.reading() as connection:
            query = select(CASE.c.period).where(CASE.c.workflow == "annual_report")
            periods = list(connection.execute(query).scalars())
        assert periods == [2026] * 9


@pytest.mark.journey
def test_a_new_installation_does_not_ask_for_last_year_s_reports(database: Database) -> None:
    with a_story(database, at("2026-03-03 10:00")) as play:
        play.sweep()
        with database.reading() as connection:
            assert connection.execute(select(CASE.c.id)).all() == []
