"""Periods, the days on which cadences open their cases, and lots, against tables."""

from datetime import date, timedelta

import pytest

from tests.engine.definitions import CALENDAR, WORLD, Walk
from workflow.engine.cadences import EXAMPLES, in_words, last_working_day, parse_day
from workflow.engine.lots import by_lot
from workflow.engine.periods import (
    Length,
    Period,
    numbers_of,
    period_called,
    period_of,
    read_period,
)
from workflow.engine.sight import Sight

LENGTHS: tuple[Length, ...] = ("week", "month", "quarter", "year")


@pytest.mark.parametrize(
    ("length", "day", "number", "title", "first", "last"),
    [
        ("year", "2026-11-28", 2026, "2026年", "2026-01-01", "2026-12-31"),
        ("quarter", "2026-11-28", 20264, "2026年四季度", "2026-10-01", "2026-12-31"),
        ("month", "2028-02-03", 202802, "2028年2月", "2028-02-01", "2028-02-29"),
        ("week", "2026-11-28", 2026048, "2026年第48周", "2026-11-23", "2026-11-29"),
        # the days around New Year belong to the week of the Thursday
        ("week", "2027-01-03", 2026053, "2026年第53周", "2026-12-28", "2027-01-03"),
        ("week", "2025-12-29", 2026001, "2026年第1周", "2025-12-29", "2026-01-04"),
    ],
)
def test_a_day_lies_in_its_period(
    length: Length, day: str, number: int, title: str, first: str, last: str
) -> None:
    period = period_of(length, date.fromisoformat(day))
    assert (int(period), str(period)) == (number, title)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert read_period(number) == period
    assert period_called(f" {title} ", LENGTHS) == period
    with pytest.raises(ValueError, match="这一期"):
        period_called(title, [one for one in LENGTHS if one != length])


@pytest.mark.parametrize("length", LENGTHS)
def test_ten_years_of_periods_follow_each_other_without_gap_and_with_their_own_numbers(
    length: Length,
) -> None:
    period, numbers = period_of(length, date(2020, 1, 1)), set[int]()
    while period.first < date(2030, 1, 1):
        assert period.after.first == period.last + timedelta(days=1)
        assert period.after.before == period
        assert int(period) in numbers_of(length)
        assert read_period(int(period)) == period
        numbers.add(int(period))
        period = period.after
    assert len(numbers) >= 10
    others = [numbers_of(other) for other in LENGTHS if other != length]
    assert not any(number in other for other in others for number in numbers)


@pytest.mark.parametrize("number", [0, 26, 20260, 20265, 202613, 2026054, 20260481])
def test_other_numbers_are_no_periods(number: int) -> None:
    with pytest.raises(ValueError, match="no period"):
        read_period(number)


@pytest.mark.parametrize(
    ("period", "text", "day", "words"),
    [
        (Period("year", 2026), "10-15", "2026-10-15", "每年10月15日"),
        (Period("week", 2026, 40), "friday", "2026-10-02", "每周五"),
        (
            Period("week", 2026, 40),
            "last working day on or before friday",
            "2026-09-30",
            "每周五，逢休息日提前",
        ),
        (
            Period("week", 2026, 41),
            "first working day on or after monday",
            "2026-10-08",
            "每周一，逢休息日顺延",
        ),
        # moved out of its week, it is no day of it
        (Period("week", 2026, 40), "first working day on or after friday", None, None),
        (Period("week", 2026, 41), "working day 1", "2026-10-08", "每周第 1 个工作日"),
        (Period("week", 2026, 40), "working day 5", None, None),
        (Period("month", 2026, 10), "day 5", "2026-10-05", "每月5日"),
        (Period("month", 2026, 10), "working day 1", "2026-10-08", "每月第 1 个工作日"),
        (Period("month", 2026, 10), "last working day", "2026-10-30", "每月最后一个工作日"),
        (Period("quarter", 2026, 4), "working day 2", "2026-10-09", "每季度第 2 个工作日"),
        (Period("quarter", 2026, 4), "day 90", "2026-12-29", "每季度第 90 日"),
    ],
)
def test_the_day_of_a_period(period: Period, text: str, day: str | None, words: str | None) -> None:
    found = parse_day(period.length, text).on(period, CALENDAR)
    assert (found.isoformat() if found else None) == day
    if words:
        assert in_words(period.length, text) == words


ONE_STATE = """
states:
  start:
    title: 办理
    turn: worker
    events: { finish: { title: 完成, by: worker.clerk, to: end } }
  end: { title: 结束, final: true }
"""


@pytest.mark.parametrize(
    ("period", "day"),
    [
        (Period("month", 2026, 10), "2026-10-30"),
        (Period("week", 2026, 40), "2026-09-30"),
        # Spring Festival: nobody works from the Monday to the Sunday
        (Period("week", 2026, 8), "2026-02-22"),
    ],
)
def test_the_last_working_day_of_a_period_is_one_day_for_plans_and_for_expressions(
    period: Period, day: str
) -> None:
    assert last_working_day(period, CALENDAR).isoformat() == day
    walk = Walk(ONE_STATE, period=int(period))
    sight = Sight(walk.compiled.definition, walk.case, walk.case.facts, WORLD, walk.now)
    assert sight["period_last"] == day


@pytest.mark.parametrize("length", LENGTHS)
def test_every_example_that_a_mistaken_author_is_shown_can_be_read(length: Length) -> None:
    for text in EXAMPLES[length].split("、"):
        parse_day(length, text)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        ("week", "mondy"),
        ("week", "10-15"),
        ("week", "day 3"),
        ("week", "working day 8"),
        ("month", "day 29"),
        ("month", "friday"),
        ("quarter", "day 91"),
        ("year", "02-29"),
        ("year", "1-15"),
        ("year", "first working day on or after last working day"),
        ("year", ""),
    ],
)
def test_what_not_every_period_has_is_refused(length: Length, text: str) -> None:
    with pytest.raises(ValueError, match="no day of"):
        parse_day(length, text)


def test_lots_depend_on_the_seed_alone_and_rounds_come_to_their_end() -> None:
    units = {number: f"5223{number:02}" for number in range(1, 10)}
    assert by_lot("a", 3, units, []) == by_lot("a", 3, dict(reversed(units.items())), [])
    assert len({tuple(by_lot(str(seed), 9, units, [])) for seed in range(20)}) == 20
    drawn: list[int] = []
    for week in range(18):
        drawn = by_lot(f"week {week}", 1, units, drawn) + drawn
    assert sorted(drawn) == sorted([*units, *units])
    assert sorted(drawn[:9]) == sorted(units)
    # two at a time: the last of a round is drawn first, then somebody of the next round
    drawn = []
    for week in range(9):
        drawn = by_lot(f"week {week}", 2, units, drawn)[::-1] + drawn
    assert sorted(drawn) == sorted([*units, *units])
    assert by_lot("a", 2, {}, [1, 2]) == []
