"""趋势: what comes in and what is closed month by month, and how long each state takes."""

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.boards.reading import HERE, all_or_one, definitions, only
from api.pages.boards.units import MONTHS, month_labels, months_from
from api.pages.rendering import masthead_of, show
from api.presenting.boards import TrendPage, month_rows, stays_of, tabs
from workflow.engine.calendar import day_begins, local_day
from workflow.store.lists import queries
from workflow.store.lists.boards import count_by_span, latest_moves

router = APIRouter()

SAMPLE = 300
"""The latest cases of which stays are measured: enough for a median, and read at once."""


@router.get("/boards/trends")
def trends(duban: Installation, someone: SignedInPage, workflow: str = "") -> Response:
    """The page of one workflow."""
    known = definitions(duban)
    months = months_from(local_day(duban.clock()), 1 - MONTHS, MONTHS)
    bounds = [day_begins(month) for month in months]
    narrowed = queries.Filter(workflows=only(known, workflow))
    with duban.database.reading() as connection:
        opened = count_by_span(connection, someone.actor, narrowed, "opened", bounds)
        closed = count_by_span(connection, someone.actor, narrowed, "closed", bounds)
        one = workflow in known  # the states of different workflows do not compare
        moves = latest_moves(connection, someone.actor, narrowed, SAMPLE) if one else []
    cases = len({move["case_id"] for move in moves})
    page = TrendPage(
        tabs=tabs("/boards/trends"),
        workflows=all_or_one(known, workflow),
        months=month_rows(month_labels(months[:-1]), opened, closed),
        stays=stays_of(known[workflow], moves) if one else (),
        sample=f"最近发起的 {cases} 件",
        one=one,
    )
    return show("board_trends.html", page, masthead_of(duban, someone, HERE))
