"""The instants around a due day: when its rungs fire, and when messages that wait may go."""

from datetime import UTC, date

import pytest

from tests.engine.counting import due
from tests.engine.definitions import CALENDAR, at
from workflow.engine.terms import Moment, parse_moment


@pytest.mark.parametrize(
    ("moment", "instant"),
    [
        ("due + 1 working day", "2026-10-13 09:00"),
        ("due - 1 working day", "2026-10-10 09:00"),  # the made-up Saturday
        ("due - 3 working days", "2026-10-08 09:00"),
        ("due - 4 working days", "2026-09-30 09:00"),  # over 国庆节
        ("due + 10 working days", "2026-10-26 09:00"),
        ("due - 7 days", "2026-09-30 09:00"),  # 10-5 is off: back to the last working day
        ("due - 2 days", "2026-10-10 09:00"),  # made up, so it stays
        ("due + 5 days", "2026-10-19 09:00"),  # 10-17 is a Saturday: on to Monday
        ("due + 2 days", "2026-10-14 09:00"),
    ],
)
def test_a_rung_fires_at_nine_on_a_working_day(moment: str, instant: str) -> None:
    monday = due("1 working day", "2026-10-11")
    assert monday.day == date(2026, 10, 12)
    assert CALENDAR.moment(parse_moment(moment), monday.at) == at(instant)


def test_due_itself_is_the_end_of_the_due_day() -> None:
    deadline = due("1 working day", "2026-11-02")
    assert CALENDAR.moment(Moment(), deadline.at) == deadline.at


def test_rungs_around_a_due_day_that_is_off_are_the_working_days_next_to_it() -> None:
    sunday = due("12-31", "2023-11-01").at
    # back: Friday 12-29; on: 2024-01-02, as 1-1 is off
    assert CALENDAR.moment(parse_moment("due - 1 working day"), sunday) == at("2023-12-29 09:00")
    assert CALENDAR.moment(parse_moment("due + 1 working day"), sunday) == at("2024-01-02 09:00")


@pytest.mark.parametrize(
    ("now", "hour", "then"),
    [
        ("2026-11-02 08:00", 9, "2026-11-02 09:00"),
        ("2026-11-02 09:00", 9, "2026-11-02 09:00"),
        ("2026-11-02 09:01", 9, "2026-11-03 09:00"),
        ("2026-11-06 22:00", 8, "2026-11-09 08:00"),  # Friday night
        ("2026-10-01 07:00", 8, "2026-10-08 08:00"),  # 国庆节
        ("2026-10-10 07:00", 8, "2026-10-10 08:00"),  # the made-up Saturday
    ],
)
def test_messages_wait_for_the_next_working_morning(now: str, hour: int, then: str) -> None:
    instant = CALENDAR.next_working_instant(at(now).astimezone(UTC), hour)
    assert instant == at(then)
    assert instant.tzinfo is UTC
