"""Dates that rest on a notice not yet published (待校正), until it is."""

from datetime import date

import pytest

from tests.engine.counting import DAY, due
from tests.engine.definitions import NOTICES
from workflow.engine.calendar import Calendar, YearNotice


@pytest.mark.parametrize(
    ("term", "start", "provisional"),
    [
        ("20 working days", "2026-12-02", False),  # ends on 12-30
        ("20 working days", "2026-12-04", True),  # ends on 2027-01-01, a Friday
        ("30 days", "2026-12-01", False),  # ends on Thursday 12-31
        ("30 days", "2026-12-05", True),  # ends on 2027-01-04
        ("2 months", "2026-11-02", True),
        ("last working day on or before 12-31", "2026-11-02", False),
    ],
)
def test_a_deadline_that_rests_on_an_unpublished_notice_is_provisional(
    term: str, start: str, provisional: bool
) -> None:
    deadline = due(term, start)
    assert deadline.provisional is provisional
    assert deadline.derivation.endswith("日期待校正）") is provisional


@pytest.mark.parametrize(
    ("known", "term", "start", "provisional"),
    [
        (2023, "1 working day", "2022-12-31", False),  # counting begins on 1-1
        (2023, "30 days", "2022-12-01", True),  # 12-31, a Saturday, moves to 2023-01-03
        (2026, "last working day on or before 01-01", "2026-01-05", True),  # back to 2025-12-31
    ],
)
def test_only_the_years_of_the_days_looked_at_matter(
    known: int, term: str, start: str, provisional: bool
) -> None:
    calendar = Calendar(1, {known: NOTICES[known]})
    assert due(term, start, calendar=calendar).provisional is provisional


def test_a_provisional_date_says_which_notice_is_missing_and_is_corrected_by_it() -> None:
    before = due("20 working days", "2026-12-04")
    assert before.derivation == (
        "20 个工作日，自 12月4日次日起，至 2027年1月1日（2027 年放假通知未发布，日期待校正）"
    )
    new_year = [date(2027, 1, 1) + n * DAY for n in range(3)]
    notice = YearNotice(2027, frozenset(new_year), frozenset(), dict.fromkeys(new_year, "元旦"))
    after = due("20 working days", "2026-12-04", calendar=Calendar(2, {**NOTICES, 2027: notice}))
    assert after.derivation == "20 个工作日，自 12月4日次日起，扣除元旦 3 日，至 2027年1月4日"
    assert not after.provisional


def test_every_missing_year_is_named() -> None:
    assert "（2027、2028 年放假通知未发布" in due("300 working days", "2026-12-01").derivation
