"""Values in words: lights, days left, facts, roles."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.presenting.lights import LIGHTS, clock_of
from api.presenting.values import value_of
from api.presenting.wording import in_full, is_day, shortened, to_the_minute, with_weekday
from workflow.engine.calendar import Calendar
from workflow.engine.definition import Column, Fact
from workflow.holiday_notices import published_notices

CALENDAR = Calendar(1, published_notices())
FRIDAY = datetime(2026, 3, 6, 16, tzinfo=UTC)
"""The end of Friday 6 March in Shanghai."""


def at(day: int, hour: int = 2) -> datetime:
    """That hour of a day in March 2026, in UTC."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "light", "left"),
    [
        (at(2), "good", "还剩 4 个工作日"),
        (at(3), "near", "还剩 3 个工作日"),
        (at(5), "near", "还剩 1 个工作日"),
        (at(6), "near", "今天到期"),
        (at(6, 15), "near", "今天到期"),
        (FRIDAY, "late", "已到期"),
        (at(7), "late", "已到期"),
        (at(9), "late", "已逾期 1 个工作日"),
        (at(13), "late", "已逾期 5 个工作日"),
    ],
)
def test_a_light_and_its_words_follow_from_the_limit_and_now(
    now: datetime, light: str, left: str
) -> None:
    clock = clock_of(
        FRIDAY, "x", provisional=False, stopped=False, closed=False, calendar=CALENDAR, now=now
    )
    assert (clock.light, clock.word, clock.left) == (light, LIGHTS[light], left)
    assert (clock.day, clock.iso) == ("2026年3月6日 周五", "2026-03-06")


@pytest.mark.parametrize(
    ("seconds", "left"),
    [
        (-90, "还剩 1 分钟"),
        (-30, "即将到期"),
        (0, "已到期"),
        (59, "已到期"),
        (60, "已逾期 1 分钟"),
    ],
)
def test_a_limit_by_the_clock_is_never_zero_minutes_away(seconds: int, left: str) -> None:
    due = at(5)
    now = due + timedelta(seconds=seconds)
    clock = clock_of(
        due, "", provisional=False, stopped=False, closed=False, calendar=CALENDAR, now=now
    )
    assert clock.left == left


@pytest.mark.parametrize(("kind", "text"), [("photos", "2 张"), ("documents", "2 份")])
def test_files_are_counted_as_what_they_are(kind: Any, text: str) -> None:
    assert value_of(Fact(title="佐证", type=kind), [{"id": 1}, {"id": 2}]).text == text


@pytest.mark.parametrize(
    ("due", "stopped", "closed", "light", "left"),
    [
        (FRIDAY, True, False, "still", "计时中止"),
        (FRIDAY, False, True, "done", ""),
        (None, False, False, "none", ""),
        (None, False, True, "done", ""),
        (None, True, False, "still", "计时中止"),
    ],
)
def test_what_does_not_run_has_no_days_left(
    due: datetime | None, stopped: bool, closed: bool, light: str, left: str
) -> None:
    clock = clock_of(
        due, "", provisional=False, stopped=stopped, closed=closed, calendar=CALENDAR, now=at(20)
    )
    assert (clock.light, clock.left) == (light, left)


@pytest.mark.parametrize(
    ("kind", "raw", "text"),
    [
        ("text", "一\n二", "一\n二"),
        ("text", "", "—"),
        ("text", None, "—"),
        ("date", "2026-03-01", "2026年3月1日"),
        ("date", "某日", "某日"),
        ("number", 36000.0, "36,000"),
        ("number", 2.5, "2.5"),
        ("number", 0, "0"),
        ("integer", 0, "0"),
        ("yes_no", False, "否"),
        ("yes_no", True, "是"),
        ("table", "从前是文字", "从前是文字"),
    ],
)
def test_a_fact_in_words(kind: str, raw: object, text: str) -> None:
    fact = Fact.model_validate({"title": "甲", "type": kind})
    assert value_of(fact, raw).text == text


def test_a_table_keeps_the_order_of_its_columns_and_marks_what_is_empty() -> None:
    columns = {"b": Column(title="乙", type="date"), "a": Column(title="甲")}
    fact = Fact(title="表", type="table", columns=columns)
    table = value_of(fact, [{"a": "一", "b": "2026-03-01"}, {"a": "二"}]).table
    assert table is not None
    assert table.heads == ("乙", "甲")
    assert table.rows == (("2026年3月1日", "一"), ("—", "二"))


def test_texts_are_cut_to_one_line() -> None:
    assert shortened("  一行\n二行") == "一行"
    assert shortened("字" * 100, 10) == "字" * 9 + "…"


def test_an_instant_is_told_in_shanghai() -> None:
    assert to_the_minute(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)) == "2026年3月2日 00:30"


@pytest.mark.parametrize("say", [in_full, with_weekday])
def test_a_day_is_known_as_one_however_it_is_said(say: Callable[[date], str]) -> None:
    said = say(date(2026, 12, 31))
    assert is_day(said)
    assert not is_day(f"自{said}起")


def test_an_instant_is_a_day_and_a_number_is_none() -> None:
    assert is_day(to_the_minute(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)))
    assert not is_day("20,260,301")
