"""How terms and moments are read from a definition, said in Chinese, and refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.engine.terms import (
    Duration,
    FixedDate,
    Moment,
    Term,
    Unit,
    parse_moment,
    parse_term,
)

units = st.sampled_from(Unit)
momentary = st.sampled_from([unit for unit in Unit if unit is not Unit.MONTHS])
counts = st.integers(1, 999)
days_of_every_year = st.dates(date(2001, 1, 1), date(2001, 12, 31))
durations = st.builds(Duration, counts, units) | st.builds(
    Duration, counts, st.sampled_from([Unit.WORKING_DAYS, Unit.DAYS]), first_day=st.booleans()
)
fixed_dates = st.builds(
    lambda day, last: FixedDate(day.month, day.day, last), days_of_every_year, st.booleans()
)
moments = st.just(Moment()) | st.builds(
    Moment,
    st.integers(-999, 999).filter(bool),
    momentary,
)


@pytest.mark.parametrize(
    ("text", "term", "words"),
    [
        ("20 working days", Duration(20, Unit.WORKING_DAYS), "20 个工作日"),
        ("1 working day", Duration(1, Unit.WORKING_DAYS), "1 个工作日"),
        (
            "5 working days counting the first day",
            Duration(5, Unit.WORKING_DAYS, first_day=True),
            "5 个工作日（含首日）",
        ),
        (
            "7 days counting the first day",
            Duration(7, Unit.DAYS, first_day=True),
            "7 日（含首日）",
        ),
        ("30 days", Duration(30, Unit.DAYS), "30 日"),
        ("3 months", Duration(3, Unit.MONTHS), "3 个月"),
        ("2 hours", Duration(2, Unit.HOURS), "2 小时"),
        ("30 minutes", Duration(30, Unit.MINUTES), "30 分钟"),
        ("12-31", FixedDate(12, 31), "12月31日"),
        (
            "last working day on or before 12-31",
            FixedDate(12, 31, last_working_day=True),
            "12月31日或此前最后一个工作日",
        ),
        (
            "last working day on or before 11-30",
            FixedDate(11, 30, last_working_day=True),
            "11月30日或此前最后一个工作日",
        ),
    ],
)
def test_a_term_is_read_and_says_itself_in_chinese(text: str, term: Term, words: str) -> None:
    assert parse_term(text) == term
    assert term.in_words() == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "10",
        "0 days",
        "-3 days",
        "1.5 days",
        "010 days",
        "1000 days",
        "10 workdays",
        "10  working days",
        " 10 days",
        "10 days\n",
        "１０ days",
        "3 weeks",
        "3 months counting the first day",
        "2 hours counting the first day",
        "02-30",
        "02-29",  # not in every year
        "13-01",
        "00-10",
        "6-30",
        "2026-12-31",
        "last working day on or before 02-30",
        "last working day before 12-31",
        "due - 3 days",
    ],
)
def test_anything_else_is_refused_in_one_sentence_that_names_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="allowed are") as refused:
        parse_term(text)
    message = str(refused.value)
    assert message.startswith(f'"{text}" ')
    assert '"10 working days"' in message
    assert message.endswith(".")


@given(durations | fixed_dates)
def test_a_term_written_out_reads_back_as_itself(term: Term) -> None:
    assert parse_term(str(term)) == term


@pytest.mark.parametrize(
    ("text", "moment", "words"),
    [
        ("due", Moment(), "到期时"),
        ("due - 7 working days", Moment(-7, Unit.WORKING_DAYS), "到期前 7 个工作日"),
        ("due + 1 working day", Moment(1, Unit.WORKING_DAYS), "到期后 1 个工作日"),
        ("due - 30 days", Moment(-30, Unit.DAYS), "到期前 30 日"),
        ("due - 10 minutes", Moment(-10, Unit.MINUTES), "到期前 10 分钟"),
        ("due + 1 hour", Moment(1, Unit.HOURS), "到期后 1 小时"),
    ],
)
def test_a_moment_is_read_and_says_itself_in_chinese(text: str, moment: Moment, words: str) -> None:
    assert parse_moment(text) == moment
    assert moment.in_words() == words


@pytest.mark.parametrize(
    "text",
    ["", "7 working days", "due 7 days", "due -7 days", "due - 0 days", "due - 1 month", "overdue"],
)
def test_a_wrong_moment_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a moment: allowed are .*\.$"):
        parse_moment(text)


@given(moments)
def test_a_moment_written_out_reads_back_as_itself(moment: Moment) -> None:
    assert parse_moment(str(moment)) == moment


def test_the_standard_ladder_is_in_order() -> None:
    ladder = [
        "due - 30 days",  # -30
        "due - 7 working days",  # about -9.8 days
        "due - 3 working days",
        "due - 1 working day",
        "due",
        "due + 1 working day",
        "due + 5 working days",  # about +7 days
        "due + 8 days",
        "due + 10 working days",
    ]
    positions = [parse_moment(rung).position() for rung in ladder]
    assert positions == sorted(set(positions))
