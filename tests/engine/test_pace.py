"""When a message may go: one digest at nine, urgent ones by day, immediate ones at any hour.

2026-03-02 is a Monday; 2026-10-10 is a Saturday that is worked, 2026-10-05 a Monday of 国庆节.
"""

import pytest

from tests.engine.definitions import CALENDAR, at
from workflow.engine.calendar import ZONE
from workflow.engine.pace import may_go_at


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-03-02 00:00", "2026-03-02 09:00"),
        ("2026-03-02 08:59", "2026-03-02 09:00"),
        ("2026-03-02 09:00", "2026-03-02 09:00"),
        ("2026-03-02 09:30", "2026-03-02 09:30"),  # reminders of nine o'clock, written a bit later
        ("2026-03-02 09:31", "2026-03-03 09:00"),
        ("2026-03-03 00:15", "2026-03-03 09:00"),
        ("2026-03-06 17:00", "2026-03-09 09:00"),  # Friday afternoon → Monday
        ("2026-03-07 10:00", "2026-03-09 09:00"),
        ("2026-10-09 10:00", "2026-10-10 09:00"),  # Friday → the Saturday that is worked
        ("2026-10-10 08:00", "2026-10-10 09:00"),
        ("2026-10-10 10:00", "2026-10-12 09:00"),
        ("2026-09-30 10:00", "2026-10-08 09:00"),  # over 国庆节
        ("2026-09-19 23:00", "2026-09-20 09:00"),  # a Sunday that is worked
    ],
)
def test_a_digest_goes_at_nine_of_a_working_day(now: str, goes: str) -> None:
    assert may_go_at(CALENDAR, "digest", at(now)) == at(goes)


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-03-02 08:00", "2026-03-02 08:00"),
        ("2026-03-02 13:37", "2026-03-02 13:37"),
        ("2026-03-02 19:59", "2026-03-02 19:59"),
        ("2026-03-02 20:00", "2026-03-03 08:00"),
        ("2026-03-02 23:59", "2026-03-03 08:00"),
        ("2026-03-03 00:00", "2026-03-03 08:00"),
        ("2026-03-03 07:59", "2026-03-03 08:00"),
        ("2026-03-06 20:00", "2026-03-09 08:00"),
        ("2026-03-07 00:30", "2026-03-09 08:00"),
        ("2026-03-07 12:00", "2026-03-09 08:00"),
        ("2026-03-08 23:30", "2026-03-09 08:00"),
        ("2026-10-05 10:00", "2026-10-08 08:00"),
        ("2026-10-10 10:00", "2026-10-10 10:00"),  # a worked Saturday is a working day
        ("2026-10-10 20:00", "2026-10-12 08:00"),
        ("2026-10-09 21:00", "2026-10-10 08:00"),
    ],
)
def test_an_urgent_message_goes_at_once_by_day(now: str, goes: str) -> None:
    assert may_go_at(CALENDAR, "urgent", at(now)) == at(goes)


@pytest.mark.parametrize("now", ["2026-03-02 03:00", "2026-03-07 12:00", "2026-10-05 23:59"])
def test_an_immediate_message_goes_at_any_hour(now: str) -> None:
    assert may_go_at(CALENDAR, "immediate", at(now)) == at(now)


@pytest.mark.parametrize("urgency", ["digest", "urgent", "immediate"])
@pytest.mark.parametrize("hour", range(24))
def test_nothing_goes_in_the_past_and_waiting_twice_is_waiting_once(
    urgency: str, hour: int
) -> None:
    for day in ("2026-03-02", "2026-03-07", "2026-10-05", "2026-10-10"):
        now = at(f"{day} {hour:02}:30")
        goes = may_go_at(CALENDAR, urgency, now)
        assert goes >= now
        assert may_go_at(CALENDAR, urgency, goes) == goes
        if urgency != "immediate":
            assert CALENDAR.is_working(goes.astimezone(ZONE).date())
            assert 8 <= goes.astimezone(ZONE).hour < 20
