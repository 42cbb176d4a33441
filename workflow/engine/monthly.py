"""Rows of a table that become cases by the calendar, each in its month: a plan of the year.

Which rows have been opened needs no memory of its own: in the order of their months they are the
first so many, and a case counts its children.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import takewhile
from typing import Any

from pydantic import Field

from workflow.engine.cadences import last_working_day, parse_day
from workflow.engine.calendar import Calendar
from workflow.engine.model import Model
from workflow.engine.periods import Period
from workflow.engine.words import Name, Text

Row = Mapping[str, Any]

MONTHS = range(1, 13)


class Monthly(Model):
    """On which day of its month a row becomes a case."""

    month: Name = Field(description="the column with the month, 1 to 12")
    on: Text = Field(description="the day of that month on which it opens")


def in_order(monthly: Monthly, rows: Sequence[Row]) -> list[Row]:
    """The rows by month; those of one month as they stand."""
    return sorted(rows, key=lambda row: int(row[monthly.month]))


def opening_day(monthly: Monthly, row: Row, year: int, calendar: Calendar) -> date:
    """The day on which a row becomes a case; the first of a month that has no such day."""
    period = Period("month", year, int(row[monthly.month]))
    return parse_day("month", monthly.on).on(period, calendar) or period.first


def last_day(monthly: Monthly, row: Row, year: int, calendar: Calendar) -> date:
    """The last working day of a row's month, or its last day if nobody works in it."""
    return last_working_day(Period("month", year, int(row[monthly.month])), calendar)


def rows_due(
    monthly: Monthly, rows: Sequence[Row], opened: int, year: int, today: date, calendar: Calendar
) -> list[Row]:
    """The rows whose day has come, after the `opened` ones before them."""
    waiting = in_order(monthly, rows)[opened:]
    come = takewhile(lambda row: opening_day(monthly, row, year, calendar) <= today, waiting)
    return list(come)
