"""The package's holidays against the notices themselves, and against what it only estimates."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from holidays import country_holidays

from workflow.engine.calendar import YearNotice
from workflow.holiday_notices import FIRST_YEAR, published_notices

NOTICES = published_notices()


def days(first: str, last: str) -> Iterator[date]:
    """Every day from first to last."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return (start + timedelta(days=n) for n in range((end - start).days + 1))


def notice(year: int, off: dict[tuple[str, str], str], work: list[str]) -> YearNotice:
    """Write a notice as the State Council does: from, to, name, and the days worked instead."""
    names = {
        day: name
        for (first, last), name in off.items()
        for day in days(f"{year}-{first}", f"{year}-{last}")
    }
    made_up = frozenset(date.fromisoformat(f"{year}-{day}") for day in work)
    return YearNotice(year, frozenset(names), made_up, names)


@pytest.mark.parametrize(
    "published",
    [
        # 国办, 2025-11-04
        notice(
            2026,
            {
                ("01-01", "01-03"): "元旦",
                ("02-15", "02-23"): "春节",
                ("04-04", "04-06"): "清明节",
                ("05-01", "05-05"): "劳动节",
                ("06-19", "06-21"): "端午节",
                ("09-25", "09-27"): "中秋节",
                ("10-01", "10-07"): "国庆节",
            },
            ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
        ),
        # 国办, 2024-11-12: 除夕 becomes a holiday, 国庆节 and 中秋节 are one
        notice(
            2025,
            {
                ("01-01", "01-01"): "元旦",
                ("01-28", "02-04"): "春节",
                ("04-04", "04-06"): "清明节",
                ("05-01", "05-05"): "劳动节",
                ("05-31", "06-02"): "端午节",
                ("10-01", "10-08"): "国庆节、中秋节",
            },
            ["01-26", "02-08", "04-27", "09-28", "10-11"],
        ),
        # with 春节 prolonged to 2-2 in January 2020
        notice(
            2020,
            {
                ("01-01", "01-01"): "元旦",
                ("01-24", "02-02"): "春节",
                ("04-04", "04-06"): "清明节",
                ("05-01", "05-05"): "劳动节",
                ("06-25", "06-27"): "端午节",
                ("10-01", "10-08"): "中秋节、国庆节",
            },
            ["01-19", "04-26", "05-09", "06-28", "09-27", "10-10"],
        ),
    ],
    ids=lambda published: published.year,
)
def test_a_year_is_as_the_state_council_published_it(published: YearNotice) -> None:
    assert NOTICES[published.year] == published


def test_the_years_known_begin_with_2020_and_have_no_gap() -> None:
    assert list(NOTICES) == list(range(FIRST_YEAR, FIRST_YEAR + len(NOTICES)))
    assert 2026 in NOTICES


def test_a_year_that_the_package_only_estimates_is_not_claimed() -> None:
    next_year = max(NOTICES) + 1
    estimate = country_holidays("CN", years=next_year, language="zh_CN")
    assert estimate, "the package does list the statutory days of that year"
    assert not [day for day in estimate.weekend_workdays if day.year == next_year]


def test_a_holiday_at_new_year_begins_in_the_year_before() -> None:
    # "2023年元旦：2022年12月31日至2023年1月2日放假"
    assert NOTICES[2023].names[date(2022, 12, 31)] == "元旦"


@pytest.mark.parametrize("published", NOTICES.values(), ids=list(NOTICES))
def test_every_day_off_has_a_name_and_every_made_up_day_is_a_weekend_day(
    published: YearNotice,
) -> None:
    assert published.rest == set(published.names)
    assert all(published.names.values())
    assert published.work
    assert all(day.weekday() >= 5 for day in published.work)
