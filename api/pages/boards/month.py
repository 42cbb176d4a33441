"""期限日历: which limits end on which day of a month; a list where the screen is narrow."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.boards.reading import HERE, limits_from, month_after
from api.pages.lists.case_rows import work_items
from api.pages.rendering import masthead_of, show
from api.presenting.boards import CalendarPage, Day, day_label, tabs
from api.presenting.lists import WorkItem
from workflow.engine.calendar import Calendar, local_day
from workflow.store.lists import queries
from workflow.store.lists.boards import count_by_span

router = APIRouter()

ON_A_DAY = 100
"""Cases of a chosen day that are listed."""
_OPEN = "/boards/calendar"
_YEARS = range(2000, 2100)


@router.get("/boards/calendar")
def month(duban: Installation, someone: SignedInPage, month: str = "", day: str = "") -> Response:
    """One month, and the cases of the day that was chosen in it."""
    today = local_day(duban.clock())
    chosen = _day(day)
    first = (chosen or _day(f"{month}-01") or today).replace(day=1)
    days = _days_of(first)
    open_ = queries.Filter(closed=False, settled=duban.catalog.settled())
    with duban.database.reading() as connection:
        ends = [limits_from(day) for day in (*days, month_after(first))]
        counts = count_by_span(connection, someone.actor, open_, "due", ends)
        items: tuple[WorkItem, ...] = ()
        if chosen:
            narrowed = _ending_on(open_, chosen)
            found = queries.list_cases(connection, someone.actor, narrowed, limit=ON_A_DAY)
            items = tuple(one for one, _, _ in work_items(connection, duban, someone, found.rows))
    page = CalendarPage(
        tabs=tabs(_OPEN),
        title=f"{first.year}年{first.month}月",
        previous=_address(month_after(first, -1)),
        following=_address(month_after(first)),
        days=_shown(dict(zip(days, counts, strict=True)), today, duban.catalog.calendar),
        total=sum(counts),
        chosen=day_label(duban.catalog.calendar, chosen) if chosen else "",
        items=items,
    )
    return show("board_calendar.html", page, masthead_of(duban, someone, HERE))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _days_of(first: date) -> list[date]:
    """The days of the month that begins with one."""
    return [first + timedelta(days=at) for at in range((month_after(first) - first).days)]


def _ending_on(open_: queries.Filter, day: date) -> queries.Filter:
    """Those of which that is the last day."""
    ends = limits_from(day + timedelta(days=1))
    return replace(open_, due_from=limits_from(day), due_before=ends)


def _address(month: date) -> str:
    return f"{_OPEN}?{urlencode({'month': f'{month:%Y-%m}'})}"


def _shown(counts: Mapping[date, int], today: date, calendar: Calendar) -> tuple[Day, ...]:
    return tuple(
        Day(
            number=day.day,
            label=day_label(calendar, day),
            rests=not calendar.is_working(day),
            today=day == today,
            past=day < today,
            count=count,
            url=f"{_OPEN}?{urlencode({'day': day.isoformat()})}",
            weekday=day.isoweekday(),
        )
        for day, count in counts.items()
    )
