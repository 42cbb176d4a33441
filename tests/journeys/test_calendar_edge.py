"""分类分级实施意见 三（三）：“每年12月底前”.

Cases near the end of what the calendars know: a notice touches those it may move, and those
alone, and the worker does not look at the others again and again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from tests.engine.definitions import at
from tests.journeys.play import Play, a_story, notice
from tests.journeys.problems import PLAN, dispatched, rectifying
from tests.journeys.test_failing_timers import fails_for
from workflow import ladder, timers
from workflow.catalog import Catalog
from workflow.commands import Commands
from workflow.store.database import Database
from workflow.store.lists import queries

pytestmark = pytest.mark.journey

NEW_YEAR = notice(2027, "2027-01-01", "2027-01-02", "2027-01-03")


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def looked_at(play: Play, case: int) -> bool:
    return "recalculate" in play.events(case)


def test_only_what_a_notice_may_move_is_worked_out_again(database: Database) -> None:
    """T+10 working days after Friday, 11 December, is Friday, the 25th."""
    with a_story(database, at("2026-11-02 08:00")) as play:
        before, reaching = rectifying(play, due="2026-12-10"), rectifying(play, due="2026-12-11")
        play.until("2026-11-20")
        play.enter_notice(NEW_YEAR)
        assert (looked_at(play, before), looked_at(play, reaching)) == (False, True)


def test_what_no_notice_moves_costs_no_look_of_its_own(database: Database) -> None:
    with a_story(database, at("2026-11-02 08:00")) as play:
        for _ in range(3):
            rectifying(play, due="2026-12-10")
        play.until("2026-11-20")
        play.enter_notice(NEW_YEAR)
        with statements(database) as asked:
            assert timers.recalculate(database, play.catalog, play.now) == 0
        looks = [one for one in asked if "FROM cases" in one]
        assert len(looks) == 2  # in which states, and which of them


def test_two_who_follow_a_notice_work_a_limit_out_once(database: Database) -> None:
    """Whoever enters it at the command line, and the worker, which hears of it meanwhile."""
    with a_story(database, at("2026-11-02 08:00")) as play:
        case = rectifying(play, due="2027-01-08")
        timers.enter_notice(database, play.catalog, NEW_YEAR, play.now)
        with database.reading() as connection:
            found = timers.behind_calendar(connection, play.catalog)
        assert timers.recalculate(database, play.catalog, play.now) == 1
        assert found == [case]
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(timers, "behind_calendar", lambda *_: found)
            assert timers.recalculate(database, play.catalog, play.now) == 0
        assert play.events(case).count("recalculate") == 1


def test_a_notice_entered_by_another_process_is_known_when_it_is_needed(
    database: Database,
) -> None:
    """`duban notice` is a process of its own; `duban serve` has read the calendars long before."""
    with a_story(database, at("2026-11-02 08:00")) as play:
        case = rectifying(play, due="2027-01-08")
        of_before = Catalog(database)
        play.enter_notice(NEW_YEAR)
        whole = play.case(case)
        with database.reading() as connection:
            rows = queries.timers_of(connection, case)
        assert ladder.with_rungs_to_come(of_before, whole, rows)


def test_a_move_under_a_new_calendar_is_taken_back_by_whoever_knows_the_old(
    database: Database,
) -> None:
    with a_story(database, at("2026-11-02 08:00")) as play:
        of_before = Catalog(database)
        play.enter_notice(NEW_YEAR)
        case = dispatched(play, due="2026-12-10")
        play.act("xingyi.liaison", case, "accept")
        play.act("xingyi.liaison", case, "submit_plan", **PLAN)
        taken = Commands(database, of_before).fire(
            case_id=case,
            event="take_back",
            actor=play.actor("xingyi.liaison"),
            request=play.new_request(),
            now=play.now,
        )
        assert taken.state == "planning"


def test_a_notice_of_a_past_year_that_is_corrected_moves_what_lies_in_it(
    database: Database,
) -> None:
    """The next year's has come out already, and a day of this one turns out to be wrong."""
    with a_story(database, at("2026-11-02 08:00")) as play:
        play.enter_notice(NEW_YEAR)
        case = dispatched(play, due="2026-12-10")
        play.act("xingyi.liaison", case, "accept")
        before = play.due(case)
        known = play.catalog.calendar.notices[2026]
        corrected = replace(known, rest=known.rest | {date(2026, 11, 6)})
        play.enter_notice(corrected)
        assert (before, play.due(case)) == ("2026-11-16", "2026-11-17")


def test_a_limit_that_cannot_be_worked_out_keeps_no_other_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker's beat fails, so that somebody is told; the others have their dates."""
    with a_story(database, at("2026-11-02 08:00")) as play:
        ill, well = (rectifying(play, due="2027-01-08") for _ in range(2))
        timers.enter_notice(database, play.catalog, NEW_YEAR, play.now)
        with monkeypatch.context() as patched:
            fails_for(patched, ill, KeyError("a mistake of ours"))
            with pytest.raises(KeyError):
                timers.recalculate(database, play.catalog, play.now)
        assert (looked_at(play, ill), looked_at(play, well)) == (False, True)
        assert timers.recalculate(database, play.catalog, play.now) == 1
        assert looked_at(play, ill)


def test_whoever_is_told_to_stop_takes_up_no_other_limit(database: Database) -> None:
    with a_story(database, at("2026-11-02 08:00")) as play:
        cases = [rectifying(play, due="2027-01-08") for _ in range(2)]
        timers.enter_notice(database, play.catalog, NEW_YEAR, play.now)
        asked = iter([True, False])
        assert timers.recalculate(database, play.catalog, play.now, lambda: next(asked)) == 1
        assert [looked_at(play, case) for case in cases] == [True, False]
