"""Cases near the end of what the calendars know: a notice touches those it may move, and those
alone, and the worker does not look at the others again and again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.engine.definitions import at
from tests.journeys.play import Play, a_story, notice
from tests.journeys.problems import rectifying
from workflow import timers
from workflow.store.database import Database

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
