"""定期工作: what opens by the calendar, when next, and the switch of those whose work it is."""

from collections.abc import Iterator

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import Posted, printable, text_in, whole
from api.pages.rendering import masthead_of, show
from api.presenting.cadences import CadenceLine, CadencesPage, Known, Place, cadence_line
from api.presenting.wording import Names
from workflow.cadences import LONGEST_REASON, Switching, may_switch, switch
from workflow.engine.beginnings import Periodic
from workflow.engine.calendar import local_day
from workflow.engine.errors import InvalidInput, Refusal
from workflow.store.casework import cadences
from workflow.store.casework.cadences import Switched, nearest
from workflow.store.measuring import figures
from workflow.store.measuring.figures import Home
from workflow.store.offices.naming import names_of

router = APIRouter()

_HERE = "/cadences"


@router.get("/cadences")
def all_cadences(duban: Installation, someone: SignedInPage) -> Response:
    """The page."""
    return _page(duban, someone)


@router.post("/cadences")
def switch_one(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Switch a cadence on or off; a refusal shows the page with the reason."""
    workflow, every = text_in(form, "workflow"), text_in(form, "every")
    unit, runs = text_in(form, "unit"), text_in(form, "runs")
    reason = printable(text_in(form, "reason"), LONGEST_REASON + 1)
    try:
        if (unit_id := whole(unit)) is None or runs not in ("on", "off"):
            raise InvalidInput("请从定期工作的页面上开启或者停止")
        asked = Switching(workflow, every, unit_id, runs == "on", reason)
        switch(duban.database, duban.catalog, asked, someone.actor, duban.clock())
    except Refusal as refusal:
        return _page(duban, someone, refusal, (workflow, every, unit), reason)
    return RedirectResponse(f"{_HERE}#{workflow}-{every}", 303)


def _page(
    duban: Duban,
    someone: Someone,
    refusal: Refusal | None = None,
    tried: tuple[str, str, str] = ("", "", ""),
    reason: str = "",
) -> Response:
    with duban.database.reading() as connection:
        lines = tuple(_lines(connection, duban, someone))
    page = CadencesPage(lines, refusal.sentence if refusal else "", tried, reason)
    masthead = masthead_of(duban, someone, "/workflows")
    return show("cadences.html", page, masthead, refused=refusal)


def _lines(connection: Connection, duban: Duban, someone: Someone) -> Iterator[CadenceLine]:
    switches, ever = cadences.switched(connection), cadences.switched_ever(connection)
    homes = figures.homes(connection, someone.actor)
    today, calendar = local_day(duban.clock()), duban.catalog.calendar
    called = names_of(connection, {one.unit for one in ever}, {one.person for one in ever})
    names = Names(units=called.units, people=called.people)
    for name, compiled in duban.catalog.known().items():
        for cadence in compiled.definition.periodic:
            mine = [one for one in ever if (one.workflow, one.every) == (name, cadence.every)]
            places = list(_places(name, cadence, someone, homes, switches))
            known = Known(_counting(switches, name, cadence, homes), mine, places)
            yield cadence_line(compiled.definition, cadence, known, today, calendar, names)


def _counting(
    switches: list[Switched], name: str, cadence: Periodic, homes: tuple[Home, ...]
) -> Switched | None:
    """The switch that counts where the reader works."""
    if not homes:
        return None
    home = min(homes, key=lambda one: len(one.path))
    return nearest(switches, name, cadence, home.path, home.selector)


def _places(
    name: str,
    cadence: Periodic,
    someone: Someone,
    homes: tuple[Home, ...],
    switches: list[Switched],
) -> Iterator[Place]:
    at = {home.government: home for home in homes}
    for unit, called in may_switch(homes, cadence, someone.actor).items():
        last = nearest(switches, name, cadence, at[unit].path, at[unit].selector)
        yield Place(unit, called, last.runs if last else cadence.runs)
