"""走访日历: who is visited in a month and by whom, and whose visits should be merged."""

from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.boards.reading import HERE, month_after
from api.pages.rendering import masthead_of, show
from api.presenting.boards import tabs
from api.presenting.visits import VisitsPage, visited_units
from workflow import visits as calendar
from workflow.engine.calendar import local_day
from workflow.store.offices.naming import names_of

router = APIRouter()

_OPEN = "/boards/visits"
_YEARS = range(2000, 2100)


@router.get("/boards/visits")
def visits(duban: Installation, someone: SignedInPage, month: str = "") -> Response:
    """One month of what the reader sees, and whether others come that they do not see."""
    first = _month(month) or local_day(duban.clock()).replace(day=1)
    until = month_after(first)
    catalog, reader = duban.catalog, someone.actor
    with duban.database.reading() as connection:
        found = calendar.planned(connection, catalog, reader, first, until)
        others = calendar.others_come(connection, catalog, reader, found, first, until)
        ids = {unit for one in found for unit in (one.unit, one.by)}
        known = names_of(connection, ids, ())
    most = duban.settings.visits_a_month
    crowded = {unit for unit, _ in calendar.too_many(found, most)}
    page = VisitsPage(
        tabs=tabs(_OPEN),
        title=f"{first.year}年{first.month}月",
        previous=_address(month_after(first, -1)),
        following=_address(until),
        most=most,
        units=visited_units(
            found, known.units, crowded=crowded, others={unit for unit, _ in others}
        ),
        crowded=len(crowded | {unit for unit, _ in others}),
    )
    return show("board_visits.html", page, masthead_of(duban, someone, HERE))


def _month(text: str) -> date | None:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _address(month: date) -> str:
    return f"{_OPEN}?{urlencode({'month': f'{month:%Y-%m}'})}"
