"""Laws of the calendar that hold for every start and every term."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.engine.counting import DAY
from tests.engine.definitions import CALENDAR
from workflow.engine.calendar import RUNG_HOUR, ZONE, Calendar
from workflow.engine.terms import Duration, Moment, Unit, parse_term

days = st.dates(date(2020, 1, 2), date(2028, 12, 31))
starts = st.builds(
    lambda day, hour: datetime.combine(day, time(hour), ZONE), days, st.integers(0, 23)
)
counts = st.integers(1, 260)
suspensions = st.lists(
    st.builds(
        lambda first, hours: (first, first + timedelta(hours=hours)), starts, st.integers(0, 2000)
    ),
    max_size=4,
).map(tuple)
countings = st.booleans()
in_days = st.sampled_from([unit for unit in Unit if not unit.minutes])
by_the_clock = st.sampled_from([unit for unit in Unit if unit.minutes])


def count_by_hand(
    start: date, count: int, first_day: bool, off: set[date], calendar: Calendar = CALENDAR
) -> date:
    """Tick off the days of a wall calendar one by one."""
    day = start if first_day else start + DAY
    while True:
        count -= calendar.is_working(day) and day not in off
        if not count:
            return day
        day += DAY


@given(starts, counts, countings)
def test_working_days_are_those_counted_by_hand(
    start: datetime, count: int, first_day: bool
) -> None:
    deadline = CALENDAR.add(Duration(count, Unit.WORKING_DAYS, first_day), start)
    assert deadline.day == count_by_hand(start.date(), count, first_day, set())
    assert deadline.at == datetime.combine(deadline.day + DAY, time(), ZONE)


@given(starts, counts, countings, suspensions)
def test_so_they_are_with_suspensions(
    start: datetime,
    count: int,
    first_day: bool,
    suspensions: tuple[tuple[datetime, datetime], ...],
) -> None:
    off = {
        day
        for a, b in suspensions
        for n in range((b - a).days + 2)
        if (day := a.date() + n * DAY) <= b.date()
        and max(a, midnight(day)) < min(b, midnight(day + DAY))
    }
    term = Duration(count, Unit.WORKING_DAYS, first_day)
    deadline = CALENDAR.add(term, start, suspensions=suspensions)
    assert deadline.day == count_by_hand(start.date(), count, first_day, off)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


@given(starts, starts, counts, st.sampled_from(Unit))
def test_who_starts_earlier_is_never_due_later(
    a: datetime, b: datetime, count: int, unit: Unit
) -> None:
    assume(a <= b)
    term = Duration(count, unit)
    assert CALENDAR.add(term, a).at <= CALENDAR.add(term, b).at


@given(starts, counts, st.sampled_from(Unit))
def test_a_longer_term_never_ends_earlier(start: datetime, count: int, unit: Unit) -> None:
    shorter = CALENDAR.add(Duration(count, unit), start)
    assert shorter.at <= CALENDAR.add(Duration(count + 1, unit), start).at


@given(starts, counts, in_days, suspensions)
def test_every_term_ends_on_a_working_day_and_a_suspension_never_shortens_it(
    start: datetime, count: int, unit: Unit, suspensions: tuple[tuple[datetime, datetime], ...]
) -> None:
    term = Duration(count, unit)
    deadline = CALENDAR.add(term, start, suspensions=suspensions)
    assert CALENDAR.is_working(deadline.day)
    assert deadline.at >= CALENDAR.add(term, start).at


@given(starts, counts)
def test_the_days_left_at_the_start_are_the_term(start: datetime, count: int) -> None:
    deadline = CALENDAR.add(Duration(count, Unit.WORKING_DAYS), start)
    assert CALENDAR.working_days_between(start.date(), deadline.day) == count


@given(days, days)
def test_the_days_between_two_days_are_those_counted_by_hand(a: date, b: date) -> None:
    first, last = sorted((a, b))
    counted = sum(CALENDAR.is_working(first + n * DAY) for n in range(1, (last - first).days + 1))
    assert CALENDAR.working_days_between(first, last) == counted
    assert CALENDAR.working_days_between(last, first) == -counted


@given(starts, counts)
def test_a_rung_so_many_working_days_before_is_undone_by_counting_on(
    start: datetime, count: int
) -> None:
    deadline = CALENDAR.add(Duration(3, Unit.WORKING_DAYS), start)
    rung = CALENDAR.moment(Moment(-count), deadline.at)
    assert CALENDAR.add(Duration(count, Unit.WORKING_DAYS), rung).day == deadline.day


@given(starts, st.integers(-200, 200), st.sampled_from([Unit.WORKING_DAYS, Unit.DAYS]))
def test_every_rung_but_due_itself_falls_in_working_hours(
    start: datetime, count: int, unit: Unit
) -> None:
    assume(count)
    deadline = CALENDAR.add(parse_term("30 days"), start)
    rung = CALENDAR.moment(Moment(count, unit), deadline.at).astimezone(ZONE)
    assert CALENDAR.is_working(rung.date())
    assert rung.time() == time(RUNG_HOUR)
    assert (rung < deadline.at) == (count < 0)


@given(starts, counts, by_the_clock, suspensions)
def test_hours_and_minutes_run_at_any_hour_but_while_the_clock_stands(
    start: datetime, count: int, unit: Unit, suspensions: tuple[tuple[datetime, datetime], ...]
) -> None:
    deadline = CALENDAR.add(Duration(count, unit), start, suspensions=suspensions)
    edges = sorted({start, deadline.at, *(edge for span in suspensions for edge in span)})
    between = [pair for pair in pairwise(edges) if start <= pair[0] < deadline.at]
    running = [b - a for a, b in between if not any(x <= a < y for x, y in suspensions)]
    assert sum(running, timedelta()) == count * timedelta(minutes=unit.minutes)
    assert not deadline.provisional


@given(starts, st.integers(-999, 999), by_the_clock)
def test_a_rung_by_the_clock_comes_so_many_minutes_from_the_limit(
    start: datetime, count: int, unit: Unit
) -> None:
    due = CALENDAR.add(Duration(1, unit), start).at
    rung = CALENDAR.moment(Moment(count, unit), due)
    assert rung - due == timedelta(minutes=count * unit.minutes)


@given(starts, counts, in_days)
def test_a_deadline_within_known_years_is_firm_and_beyond_them_provisional(
    start: datetime, count: int, unit: Unit
) -> None:
    assume(start.year <= 2026)
    deadline = CALENDAR.add(Duration(count, unit), start)
    # days and months may end in 2026 and be moved into 2027: that too rests on its notice
    assert deadline.provisional == (deadline.day.year > 2026)
