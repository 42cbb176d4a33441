"""期限日历: which limits end on which day of a month; a list where the screen is narrow."""

from datetime import date, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.boards.reading import HERE, begins, month_after
from api.pages.lists.case_rows import work_items
from api.pages.rendering import masthead_of, show
from api.presenting.boards import CalendarPage, Day, day_label, tabs
from api.presenting.lists import WorkItem
from workflow.engine.calendar import Calendar, local_day
from workflow.engine.sight import due_day
from workflow.store.lists import queries
from workflow.store.lists.boards import count_by_limit

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
    with duban.database.reading() as connection:
        counted = count_by_limit(connection, someone.actor, _ending(first, month_after(first)))
        items: tuple[WorkItem, ...] = ()
        if chosen:
            narrowed = _ending(chosen, chosen + timedelta(days=1))
            found = queries.list_cases(connection, someone.actor, narrowed, limit=ON_A_DAY)
            items = tuple(one for one, _, _ in work_items(connection, duban, someone, found.rows))
    counts = {due_day(at): count for at, count in counted.items()}
    page = CalendarPage(
        tabs=tabs(_OPEN),
        title=f"{first.year}年{first.month}月",
        previous=_address(month_after(first, -1)),
        following=_address(month_after(first)),
        days=_days(first, today, counts, duban.catalog.calendar),
        total=sum(counts.values()),
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


def _ending(first: date, until: date) -> queries.Filter:
    """Open cases whose limit ends with a day from `first` to before `until`: at the first
    instant of the next day.
    """
    next_day = timedelta(days=1)
    return queries.Filter(
        closed=False, due_from=begins(first + next_day), due_before=begins(until + next_day)
    )


def _address(month: date) -> str:
    return f"{_OPEN}?{urlencode({'month': f'{month:%Y-%m}'})}"


def _days(first: date, today: date, counts: dict[date, int], calendar: Calendar) -> tuple[Day, ...]:
    days = (month_after(first) - first).days
    return tuple(
        Day(
            number=day.day,
            label=day_label(calendar, day),
            rests=not calendar.is_working(day),
            today=day == today,
            past=day < today,
            count=counts.get(day, 0),
            url=f"{_OPEN}?{urlencode({'day': day.isoformat()})}",
            weekday=day.isoweekday(),
        )
        for day in (first + timedelta(days=at) for at in range(days))
    )
