"""How the tests of the calendar count a term.

Dates are those of the State Council's notices from 2020 to 2026; 2027 has none.
"""

from datetime import timedelta

from tests.engine.definitions import CALENDAR, at
from workflow.engine.calendar import Calendar, Deadline
from workflow.engine.terms import parse_term

DAY = timedelta(days=1)


def due(
    term: str,
    start: str,
    *,
    suspensions: tuple[tuple[str, str], ...] = (),
    year: int | None = None,
    calendar: Calendar = CALENDAR,
) -> Deadline:
    """When a term ends that begins at `start`, an instant written as for `at`."""
    pauses = tuple((at(first), at(last)) for first, last in suspensions)
    return calendar.add(parse_term(term), at(start), suspensions=pauses, year=year)
