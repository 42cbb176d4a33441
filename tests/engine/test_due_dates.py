"""When a term ends, in working days, days, months or on a date: what people get wrong by hand."""

from datetime import UTC, date, datetime

import pytest

from tests.engine.counting import due
from tests.engine.definitions import CALENDAR
from workflow.engine.terms import parse_term

# In working days


@pytest.mark.parametrize(
    ("start", "last", "why"),
    [
        ("2025-09-01", "2025-09-12", "two plain weeks"),
        ("2023-07-27", "2023-08-09", "from a Thursday"),
        ("2025-09-04", "2025-09-17", "the same"),
        ("2025-01-21", "2025-02-08", "春节 1-28…2-4 off, Sunday 1-26 and Saturday 2-8 made up"),
        ("2025-09-06", "2025-09-19", "a Saturday as first day counts nothing"),
    ],
)
def test_a_public_notice_of_ten_working_days_counts_its_first_day(
    start: str, last: str, why: str
) -> None:
    deadline = due("10 working days counting the first day", start)
    assert deadline.day == date.fromisoformat(last), why


def test_a_public_notice_over_national_day_2024_was_four_working_days_not_ten() -> None:
    # "2024年9月29日至10月9日,共10个工作日": Sunday 9-29 (made up), 9-30, 10-8, 10-9
    assert CALENDAR.working_days_between(date(2024, 9, 28), date(2024, 10, 9)) == 4
    assert due("4 working days counting the first day", "2024-09-29").day == date(2024, 10, 9)
    # 10 more honestly: … 10-10, 10-11, Saturday 10-12 (made up), 10-14, 10-15, 10-16
    assert due("10 working days counting the first day", "2024-09-29").day == date(2024, 10, 16)


@pytest.mark.parametrize(
    ("term", "start", "derivation"),
    [
        # 9-29, 9-30, 10-8…10-10 (5), 10-12…16 (10), 10-19…23 (15), 10-26…30 (20)
        (
            "20 working days",
            "2026-09-28",
            "20 个工作日，自 9月28日次日起，扣除国庆节 7 日，计入 10月10日调休，至 10月30日",
        ),
        ("1 working day", "2026-11-02", "1 个工作日，自 11月2日次日起，至 11月3日"),
        # the made-up day is the first one counted, and the last
        (
            "1 working day",
            "2026-10-09",
            "1 个工作日，自 10月9日次日起，计入 10月10日调休，至 10月10日",
        ),
        (
            "5 working days counting the first day",
            "2026-09-01",
            "5 个工作日，自 9月1日当日起，至 9月7日",
        ),
        # 9-21…24 (4), 9-28…30 (7), 10-8…10 (10); Sunday 9-20 is the start
        (
            "10 working days",
            "2026-09-20",
            "10 个工作日，自 9月20日次日起，扣除中秋节 3 日、国庆节 7 日，"
            "计入 10月10日调休，至 10月10日",
        ),
        # two holidays in one run keep the notice's joint name, 10-1…10-8; 9-28 and 10-11 made up:
        # 9-28…30 (3), 10-9…11 (6), 10-13…16 (10)
        (
            "10 working days",
            "2025-09-26",
            "10 个工作日，自 9月26日次日起，扣除国庆节、中秋节 8 日，"
            "计入 9月28日、10月11日调休，至 10月16日",
        ),
        # 12-31, then 1-4 (Sunday, made up), 1-5, 1-6: the year is said where it changes
        (
            "4 working days",
            "2025-12-30",
            "4 个工作日，自 12月30日次日起，扣除元旦 3 日，计入 2026年1月4日调休，至 2026年1月6日",
        ),
        # by the clock, in the middle of the National Day holiday
        ("90 minutes", "2026-10-03", "90 分钟，自 10月3日 10:00 起，至 10月3日 11:30"),
    ],
)
def test_the_derivation_can_be_checked_with_a_wall_calendar(
    term: str, start: str, derivation: str
) -> None:
    assert due(term, start).derivation == derivation


def test_a_deadline_is_the_end_of_its_day_in_shanghai() -> None:
    deadline = due("1 working day", "2026-11-02")
    assert deadline.at == datetime(2026, 11, 3, 16, tzinfo=UTC)  # 24:00 at UTC+8
    assert deadline.at.tzinfo is UTC
    assert deadline.day == date(2026, 11, 3)


def test_the_start_day_is_the_day_in_shanghai() -> None:
    # 16:30Z on Monday is 0:30 on Tuesday 11-3; the next working day is 11-4
    start = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)
    assert CALENDAR.add(parse_term("1 working day"), start).day == date(2026, 11, 4)


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        CALENDAR.add(parse_term("1 day"), datetime(2026, 11, 2))  # noqa: DTZ001


# In days and months


@pytest.mark.parametrize(
    ("term", "start", "derivation"),
    [
        # 9-3 + 30 = 10-3, in 国庆节; 10-8 is the first working day after it
        (
            "30 days",
            "2026-09-03",
            "30 日，自 9月3日次日起，期满日 10月3日为休息日，顺延至 10月8日",
        ),
        ("30 days", "2026-08-03", "30 日，自 8月3日次日起，至 9月2日"),
        # the seventh day counting 11-2 is Sunday 11-8
        (
            "7 days counting the first day",
            "2026-11-02",
            "7 日，自 11月2日当日起，期满日 11月8日为休息日，顺延至 11月9日",
        ),
        # a Sunday that is worked does not move
        ("20 days", "2026-08-31", "20 日，自 8月31日次日起，至 9月20日"),
        ("3 months", "2026-09-28", "3 个月，自 9月28日次日起，至 12月28日"),
        # no 11-31: the last day of November, a Monday
        ("3 months", "2026-08-31", "3 个月，自 8月31日次日起，至 11月30日"),
        # 2024-02-29 exists; a year later the last day of February is a Friday
        ("12 months", "2024-02-29", "12 个月，自 2月29日次日起，至 2025年2月28日"),
        # 2024-10-12 is a made-up Saturday
        ("1 month", "2024-09-12", "1 个月，自 9月12日次日起，至 10月12日"),
    ],
)
def test_days_and_months_run_through_and_move_only_at_their_end(
    term: str, start: str, derivation: str
) -> None:
    assert due(term, start).derivation == derivation


# On a date


@pytest.mark.parametrize(
    ("year", "last", "why"),
    [
        (2026, "2026-12-31", "a Thursday, worked"),
        (2022, "2022-12-30", "12-31 is a Saturday and 元旦"),
        (2023, "2023-12-29", "12-31 is a Sunday, 12-30 a Saturday"),
    ],
)
def test_a_report_due_by_the_end_of_december_is_due_on_the_last_working_day(
    year: int, last: str, why: str
) -> None:
    deadline = due("last working day on or before 12-31", f"{year}-11-02")
    assert deadline.day == date.fromisoformat(last), why


def test_the_date_moved_back_is_explained() -> None:
    assert due("last working day on or before 12-31", "2023-11-01").derivation == (
        "12月31日或此前最后一个工作日，期满日 12月31日为休息日，提前至 12月29日"
    )
    assert due("last working day on or before 12-31", "2026-11-02").derivation == (
        "12月31日或此前最后一个工作日，至 12月31日"
    )


def test_a_plain_date_stands_even_on_a_day_off_and_is_never_provisional() -> None:
    deadline = due("12-31", "2027-03-01", year=2028)  # a Sunday, in a year without notice
    assert deadline.day == date(2028, 12, 31)
    assert deadline.derivation == "至 2028年12月31日（固定日期）"
    assert not deadline.provisional


def test_the_year_of_a_date_is_that_of_the_period_not_of_the_start() -> None:
    deadline = due("last working day on or before 12-31", "2026-01-05", year=2025)
    assert deadline.derivation == "12月31日或此前最后一个工作日，至 2025年12月31日"
