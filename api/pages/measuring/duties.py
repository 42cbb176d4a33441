"""责任清单: the duties of one's own posts, and the numbers that an office enters once."""

from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.boards.reading import HERE
from api.pages.forms import Posted, text_in, whole
from api.pages.rendering import masthead_of, show
from api.presenting.boards import tabs
from api.presenting.duties import DutiesPage, DutyGroup, duty_line
from api.presenting.indicators import number
from api.spreadsheets.figure_list import read_value
from workflow.engine.calendar import local_day
from workflow.engine.errors import InvalidInput, Refusal
from workflow.measuring.duties import standing_of
from workflow.measuring.model import Indicator
from workflow.store.measuring import figures
from workflow.store.measuring.figures import Entry, Home

router = APIRouter()

_OPEN = "/duties"


@router.get("/duties")
def duties(duban: Installation, someone: SignedInPage) -> Response:
    """The page."""
    return _page(duban, someone)


@router.post("/duties")
def enter(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Enter one number for this year; a refusal shows the page with the reason."""
    in_force = duban.shelf.in_force()
    name, unit, typed = (text_in(form, key) for key in ("indicator", "unit", "value"))
    try:
        one = in_force.indicator(name)
        try:
            value = read_value(one, typed, "")
        except ValueError as error:
            raise InvalidInput(f"“{one.title}”没有登记：{error}") from None
        if (unit_id := whole(unit)) is None:
            raise InvalidInput("请从责任清单的页面上填写")
        year = local_day(duban.clock()).year
        entry = Entry(name, unit_id, str(year), value)
        digest = f"duty {someone.person} {text_in(form, 'request')[:80]}"
        duban.assessing.enter(in_force, [entry], digest, someone.actor, duban.clock())
    except Refusal as refusal:
        return _page(duban, someone, refusal, (name, unit, typed))
    return RedirectResponse(_OPEN, 303)


def _page(
    duban: Duban,
    someone: Someone,
    refusal: Refusal | None = None,
    tried: tuple[str, str, str] = ("", "", ""),
) -> Response:
    year = local_day(duban.clock()).year
    known = duban.shelf.in_force().indicators
    with duban.database.reading() as connection:
        homes = figures.homes(connection, someone.actor)
        rows = figures.of_units(connection, {home.government for home in homes}, year)
    values: dict[int, dict[tuple[str, str], float]] = {}
    for row in rows:
        if row["value"] is not None:
            by_period = values.setdefault(row["unit_id"], {})
            by_period[row["indicator"], row["period"]] = row["value"]
    roles = {(post.unit, post.role) for post in someone.actor.posts}
    groups = (
        group
        for home in homes
        for group in _groups(home, known, values.get(home.government, {}), roles, year)
    )
    page = DutiesPage(
        tabs=tabs(_OPEN),
        year=year,
        groups=tuple(groups),
        problem=refusal.sentence if refusal else "",
        tried=tried,
    )
    masthead = masthead_of(duban, someone, HERE)
    return show("duties.html", page, masthead, refused=refusal)


def _groups(
    home: Home,
    known: Mapping[str, Indicator],
    values: Mapping[tuple[str, str], float],
    roles: set[tuple[int, str]],
    year: int,
) -> Iterator[DutyGroup]:
    """The duties of a post's government, if the reader has them or enters their numbers."""
    here = {name: one for name, one in known.items() if home.selector in one.among}
    in_it = home.unit == home.government
    shown = {
        name: one
        for name, one in here.items()
        if one.duty
        and (one.kept_by == home.office or (in_it and (home.unit, one.duty.role) in roles))
    }
    if not shown:
        return
    bases = {one.duty.per for one in shown.values() if one.duty and one.duty.per}
    yield DutyGroup(
        unit=home.government,
        name=home.name,
        enters=any(one.kept_by == home.office for one in shown.values()),
        lines=tuple(
            duty_line(standing_of(name, one, one.duty, year, values))
            for name, one in shown.items()
            if one.duty
        ),
        bases=tuple(_base(name, known[name], values, year) for name in sorted(bases)),
    )


def _base(
    name: str, one: Indicator, values: Mapping[tuple[str, str], float], year: int
) -> tuple[str, str, str]:
    value = values.get((name, str(year)))
    return name, f"{one.title}（{one.measure}）", "" if value is None else number(value)
