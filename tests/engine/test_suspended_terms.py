"""How long a suspension (中止) makes a term."""

import pytest

from tests.engine.counting import due


@pytest.mark.parametrize(
    ("term", "start", "suspensions", "derivation"),
    [
        # three working days later than 10-30: 11-2, 11-3, 11-4
        (
            "20 working days",
            "2026-09-28",
            (("2026-10-12 09:00", "2026-10-14 17:00"),),
            "20 个工作日，自 9月28日次日起，扣除国庆节 7 日，计入 10月10日调休，"
            "中止计时 3 日（10月12日—10月14日），至 11月4日",
        ),
        # over a weekend: four days stand still, two of them working days
        (
            "5 working days",
            "2026-11-02",
            (("2026-11-06 09:00", "2026-11-09 09:00"),),
            "5 个工作日，自 11月2日次日起，中止计时 4 日（11月6日—11月9日），至 11月11日",
        ),
        # an hour is a day; 0:00 does not begin a new one
        (
            "30 days",
            "2026-11-02",
            (("2026-11-05 09:00", "2026-11-05 10:00"), ("2026-11-10 08:00", "2026-11-12 00:00")),
            "30 日，自 11月2日次日起，中止计时 3 日（11月5日、11月10日—11月11日），"
            "期满日 12月5日为休息日，顺延至 12月7日",
        ),
        # a pause that begins after the term without it ended, but before the end with it
        (
            "3 days",
            "2026-11-02",
            (("2026-11-05 09:00", "2026-11-05 10:00"), ("2026-11-06 09:00", "2026-11-06 10:00")),
            "3 日，自 11月2日次日起，中止计时 2 日（11月5日—11月6日），"
            "期满日 11月7日为休息日，顺延至 11月9日",
        ),
        # a pause on the day to which the end would move
        (
            "5 days",
            "2026-11-02",
            (("2026-11-09 09:00", "2026-11-09 10:00"),),
            "5 日，自 11月2日次日起，中止计时 1 日（11月9日），"
            "期满日 11月7日为休息日，顺延至 11月10日",
        ),
        (
            "3 months",
            "2026-08-03",
            (("2026-09-01 09:00", "2026-09-10 09:00"),),
            "3 个月，自 8月3日次日起，中止计时 10 日（9月1日—9月10日），至 11月13日",
        ),
        # a holiday inside a pause is not deducted twice
        (
            "5 working days",
            "2026-09-28",
            (("2026-09-30 09:00", "2026-10-08 09:00"),),
            "5 个工作日，自 9月28日次日起，计入 10月10日调休，"
            "中止计时 9 日（9月30日—10月8日），至 10月13日",
        ),
        # overlapping pauses count once; one that is over before the start counts nothing
        (
            "5 working days",
            "2026-11-02",
            (
                ("2026-10-26 09:00", "2026-10-28 09:00"),
                ("2026-11-03 09:00", "2026-11-04 09:00"),
                ("2026-11-04 08:00", "2026-11-05 09:00"),
            ),
            "5 个工作日，自 11月2日次日起，中止计时 3 日（11月3日—11月5日），至 11月12日",
        ),
        # nor does one of no length
        (
            "1 working day",
            "2026-11-02",
            (("2026-11-03 09:00", "2026-11-03 09:00"),),
            "1 个工作日，自 11月2日次日起，至 11月3日",
        ),
    ],
)
def test_the_days_of_a_suspension_do_not_count(
    term: str, start: str, suspensions: tuple[tuple[str, str], ...], derivation: str
) -> None:
    assert due(term, start, suspensions=suspensions).derivation == derivation


def test_a_suspension_does_not_move_a_date() -> None:
    pause = (("2026-12-01 09:00", "2026-12-20 09:00"),)
    assert due("12-31", "2026-11-02", suspensions=pause) == due("12-31", "2026-11-02")
