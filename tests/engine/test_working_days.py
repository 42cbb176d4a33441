"""Which days are worked, by the notices and by local days off, and how many of them are left."""

from datetime import date

import pytest

from tests.engine.counting import due
from tests.engine.definitions import CALENDAR, NOTICES
from workflow.engine.calendar import Calendar, YearNotice


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2026-01-04", True),  # Sunday, made up for 元旦
        ("2026-09-20", True),  # Sunday, made up for 国庆节
        ("2026-10-10", True),  # Saturday, made up for 国庆节
        ("2026-10-11", False),  # the Sunday after it
        ("2026-10-05", False),  # Monday in 国庆节
        ("2026-12-31", True),  # an ordinary Thursday
        ("2024-02-09", True),  # 除夕 was no holiday in 2024
        ("2025-01-28", False),  # 除夕 is one since 2025
        ("2027-10-01", True),  # no notice yet: Monday to Friday
        ("2027-10-02", False),
    ],
)
def test_a_day_is_a_working_day_or_not(day: str, working: bool) -> None:
    assert CALENDAR.is_working(date.fromisoformat(day)) is working


def test_a_calendar_knows_the_years_of_its_notices() -> None:
    assert CALENDAR.knows(2026)
    assert not CALENDAR.knows(2027)


def test_a_local_day_off_is_off_and_named() -> None:
    local = Calendar(2, NOTICES, local_rest={date(2026, 9, 7): "建州纪念日"})
    deadline = due("3 working days", "2026-09-04", calendar=local)
    # 9-4 is a Friday; Monday 9-7 is off, so 9-8, 9-9, 9-10
    assert deadline.day == date(2026, 9, 10)
    assert deadline.derivation == "3 个工作日，自 9月4日次日起，扣除建州纪念日 1 日，至 9月10日"


def test_a_notice_that_contradicts_itself_is_refused() -> None:
    day = date(2027, 1, 1)
    with pytest.raises(ValueError, match="2027-01-01 cannot be both"):
        YearNotice(2027, rest=frozenset({day}), work=frozenset({day}))


def test_a_notice_without_names_is_still_counted_and_said() -> None:
    bare = Calendar(1, {2027: YearNotice(2027, frozenset({date(2027, 10, 1)}), frozenset())})
    deadline = due("1 working day", "2027-09-30", calendar=bare)
    # Friday 10-1 off, then a weekend
    assert deadline.derivation == "1 个工作日，自 9月30日次日起，扣除节假日 1 日，至 10月4日"


def test_a_notice_may_reach_into_the_year_before() -> None:
    # as the notice of 2019 did: Monday 2018-12-31 off, Saturday 12-29 worked
    notice = YearNotice(2019, frozenset({date(2018, 12, 31)}), frozenset({date(2018, 12, 29)}))
    calendar = Calendar(1, {2019: notice})
    assert not calendar.is_working(date(2018, 12, 31))
    assert calendar.is_working(date(2018, 12, 29))


@pytest.mark.parametrize(
    ("today", "last", "left"),
    [
        ("2026-10-30", "2026-10-30", 0),
        ("2026-10-29", "2026-10-30", 1),
        ("2026-09-30", "2026-10-12", 4),  # 10-8, 10-9, 10-10, 10-12
        ("2026-10-03", "2026-10-04", 0),
        ("2026-11-02", "2026-10-30", -1),
        ("2026-10-31", "2026-10-30", 0),  # the Saturday after: no working day lost yet
        ("2025-12-31", "2026-01-05", 2),  # Sunday 1-4 (made up) and 1-5
        ("2026-01-05", "2025-12-31", -2),
    ],
)
def test_working_days_left_are_those_after_today_up_to_the_due_day(
    today: str, last: str, left: int
) -> None:
    a, b = date.fromisoformat(today), date.fromisoformat(last)
    assert CALENDAR.working_days_between(a, b) == left
