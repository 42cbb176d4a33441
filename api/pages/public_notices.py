"""公示: what is shown to everybody, without signing in; may be kept by caches, and printed."""

from dataclasses import replace
from datetime import timedelta

from fastapi import APIRouter, Request, Response

from api.auth import Installation, TooManyTries
from api.auth.tries import address_of
from api.context import Duban
from api.pages.forms import whole
from api.pages.rendering import show
from api.presenting.publicity import (
    PublicNotice,
    PublicNoticesPage,
    public_notice,
    public_states,
    units_named,
)
from api.presenting.wording import Names
from workflow.engine.errors import NotFound
from workflow.store.lists import queries
from workflow.store.lists.publicity import Places, public_cases

router = APIRouter()

PAGE_SIZE = 30
KEPT_FOR = timedelta(minutes=5)
"""How long a cache may show a page: a notice that is withdrawn is gone that soon."""


@router.get("/public")
def all_notices(request: Request, duban: Installation, before: str = "") -> Response:
    """Every notice that is shown now, the newest first."""
    _check_pace(request, duban)
    place = whole(before)
    found = _notices(duban, before=place, limit=PAGE_SIZE + 1)
    more = len(found) > PAGE_SIZE
    page = PublicNoticesPage(
        notices=tuple(notice for _, notice in found[:PAGE_SIZE]),
        next=f"/public?before={found[PAGE_SIZE - 1][0]}" if more else "",
        first=place is None,
        contact=duban.settings.complaints,
    )
    return _kept(show("public_notices.html", page))


@router.get("/public/{notice}")
def one_notice(notice: str, request: Request, duban: Installation) -> Response:
    """One notice; raises NotFound when the case is not shown, whatever else it is."""
    _check_pace(request, duban)
    case = whole(notice)
    found = _notices(duban, case=case, limit=1) if case else []
    if not found:
        raise NotFound("没有这份公示，或者公示期已经结束")
    page = found[0][1]
    return _kept(show("public_notice.html", replace(page, contact=_contact(duban, page.hears))))


def _contact(duban: Duban, hears: int) -> str:
    """How to reach whoever hears objections: what is said of the nearest place at or above."""
    settings = duban.settings
    if not (hears and settings.complaints_at):
        return settings.complaints
    with duban.database.reading() as connection:
        path = queries.unit_paths(connection, [hears])[hears]
        above = [int(one) for one in path.strip("/").split("/")]
        codes = {row["id"]: row["code"] for row in queries.units_by_id(connection, above)}
    said = [settings.complaints_at.get(codes[one]) for one in reversed(above)]
    return next(filter(None, said), settings.complaints)


def _notices(
    duban: Duban, *, limit: int, case: int | None = None, before: int | None = None
) -> list[tuple[int, PublicNotice]]:
    """Notices with the ids of their cases."""
    versions = duban.catalog.every_version()
    places: Places = {
        (compiled.definition.workflow, id_): states
        for id_, compiled in versions.items()
        if (states := public_states(compiled.definition))
    }
    with duban.database.reading() as connection:
        rows = public_cases(connection, places, case=case, before=before, limit=limit)
        definitions = [versions[row["definition_id"]].definition for row in rows]
        pairs = list(zip(rows, definitions, strict=True))
        units = {unit for row, definition in pairs for unit in units_named(row, definition)}
        names = Names(units=queries.unit_names(connection, units))
    return [(row["id"], public_notice(row, definition, names)) for row, definition in pairs]


def _check_pace(request: Request, duban: Duban) -> None:
    seconds = duban.visits.wait_after(address_of(request), duban.clock())
    if seconds:
        raise TooManyTries(f"访问过于频繁，请 {seconds} 秒后再看", {"seconds": seconds})


def _kept(response: Response) -> Response:
    seconds = int(KEPT_FOR.total_seconds())
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response
