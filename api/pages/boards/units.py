"""单位和月份: units by months as a table of shades, each with its number in it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.boards.reading import (
    HERE,
    added_up,
    all_or_one,
    definitions,
    limits_from,
    month_after,
    only,
)
from api.pages.rendering import masthead_of, show
from api.presenting.boards import HeatPage, heat_row, tabs
from api.presenting.fields import options_of
from workflow.engine.calendar import day_begins, local_day
from workflow.store.lists import queries
from workflow.store.lists.boards import What, count_by_span_and_unit

router = APIRouter()

_WHATS: dict[What, tuple[str, str]] = {
    "due": ("未办结的，按期限所在月份", "深色是集中到期或积压的月份；本月以前的都已逾期。"),
    "opened": ("按发起月份", "每月新发起的事项。"),
    "closed": ("按办结月份", "每月办结的事项。"),
}
_FIRST: dict[What, int] = {"due": -6, "opened": -11, "closed": -11}
"""How many months before this one a table begins; it has twelve."""
MONTHS = 12


@router.get("/boards/units")
def units_by_month(
    duban: Installation, someone: SignedInPage, workflow: str = "", what: str = ""
) -> Response:
    """The table of one workflow."""
    known = definitions(duban)
    shown: What = next((one for one in _WHATS if one == what), "due")
    months = months_from(local_day(duban.clock()), _FIRST[shown], MONTHS)
    bound = limits_from if shown == "due" else day_begins
    narrowed = queries.Filter(workflows=only(known, workflow))
    if shown == "due":
        narrowed = replace(narrowed, closed=False, settled=duban.catalog.settled())
    with duban.database.reading() as connection:
        bounds = [bound(month) for month in months]
        counted = count_by_span_and_unit(connection, someone.actor, narrowed, shown, bounds)
        lines, rest = added_up(connection, counted, _together, rank=sum)
    most = max((n for _, numbers in lines for n in numbers), default=1)
    page = HeatPage(
        tabs=tabs("/boards/units"),
        workflows=all_or_one(known, workflow),
        whats=options_of({name: words[0] for name, words in _WHATS.items()}, shown),
        months=month_labels(months[:-1]),
        rows=(
            *(heat_row(*line, most) for line in lines),
            *(heat_row(*line, most=0) for line in rest),
        ),
        sentence=_WHATS[shown][1],
    )
    return show("board_units.html", page, masthead_of(duban, someone, HERE))


def months_from(today: date, first: int, count: int) -> list[date]:
    """The first days of so many months, and of the one after."""
    month = month_after(today.replace(day=1), first)
    return [month_after(month, at) for at in range(count + 1)]


def month_labels(months: Sequence[date]) -> tuple[str, ...]:
    """Months in words, with the year where the table or a year begins."""
    return tuple(
        f"{month.year}年{month.month}月" if at == 0 or month.month == 1 else f"{month.month}月"
        for at, month in enumerate(months)
    )


def _together(a: Sequence[int], b: Sequence[int]) -> list[int]:
    return [n + m for n, m in zip(a, b, strict=True)]
