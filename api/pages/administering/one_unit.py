"""One unit for the system administrator: its names, its posts, who holds them, and the forms to
appoint, to end, to let somebody stand in, and to rename.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.administering.organisation import HERE
from api.pages.forms import GREATEST_ID, Posted, day_in, printable, text_in
from api.pages.rendering import masthead_of, show
from api.presenting.organisation import (
    UnitPage,
    former_lines,
    post_lines,
    role_options,
    unit_link,
    what_it_is,
)
from api.presenting.wording import to_the_minute
from api.spreadsheets.org_lists import roles_of
from workflow.engine.errors import InvalidInput, NotFound, Refusal
from workflow.organising import Organising
from workflow.store.lists import queries
from workflow.store.lists.units import top_units
from workflow.store.offices import posts, units
from workflow.store.offices.changes import Asked, Changed
from workflow.store.offices.organisation import former_names
from workflow.store.people.accounts import person_by_username

router = APIRouter()

UnitId = Annotated[int, Path(ge=1, le=GREATEST_ID)]
Typed = Mapping[str, str]
Act = Callable[[Organising, Asked, int, Typed, Callable[[str], int]], Changed]


@router.get("/administration/units/{unit}")
def one_unit(unit: UnitId, duban: Installation, someone: SignedInPage) -> Response:
    """The page."""
    return _page(duban, someone, unit)


@router.post("/administration/units/{unit}")
def change(unit: UnitId, duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Appoint, end, let stand in, or rename: `act` says which."""
    typed = {name: printable(text_in(form, name), 200) for name in form}
    asked = Asked(text_in(form, "request"), duban.clock(), someone.person)

    def person(field: str) -> int:
        with duban.database.reading() as connection:
            return person_by_username(connection, typed.get(field, ""))

    try:
        act = _ACTS.get(typed.get("act", ""))
        if act is None:
            raise InvalidInput("没有这种操作")
        act(Organising(duban.database), asked, unit, typed, person)
    except Refusal as refusal:
        return _page(duban, someone, unit, refusal, typed)
    return RedirectResponse(f"/administration/units/{unit}", 303)


def _appoint(
    org: Organising, asked: Asked, unit: int, typed: Typed, person: Callable[[str], int]
) -> Changed:
    return org.appoint(
        asked,
        person=person("person"),
        unit=unit,
        role=typed.get("role", ""),
        title=typed.get("title") or None,
        kind="deputy" if typed.get("kind") == "deputy" else "holder",
        begins=day_in(typed, "begins"),
        one_more="one_more" in typed,
    )


def _end(
    org: Organising, asked: Asked, unit: int, typed: Typed, person: Callable[[str], int]
) -> Changed:
    return org.end(
        asked,
        person=person("person"),
        unit=unit,
        role=typed.get("role") or None,
        ends=day_in(typed, "ends"),
        reason=typed.get("reason", ""),
    )


def _substitute(
    org: Organising, asked: Asked, unit: int, typed: Typed, person: Callable[[str], int]
) -> Changed:
    return org.substitute(
        asked,
        person=person("person"),
        stands_for=person("stands_for"),
        begins=day_in(typed, "begins"),
        ends=day_in(typed, "ends"),
        reason=typed.get("reason", ""),
        unit=unit,
    )


def _rename(
    org: Organising, asked: Asked, unit: int, typed: Typed, person: Callable[[str], int]
) -> Changed:
    del person
    return org.rename(
        asked,
        unit=unit,
        name=typed.get("name", ""),
        short_name=typed.get("short_name", ""),
    )


_ACTS: Mapping[str, Act] = {
    "appoint": _appoint,
    "end": _end,
    "substitute": _substitute,
    "rename": _rename,
}


def _page(
    duban: Duban,
    someone: Someone,
    unit: int,
    refusal: Refusal | None = None,
    typed: Typed | None = None,
) -> Response:
    with duban.database.reading() as connection:
        page = _read(connection, duban, unit, refusal, typed or {})
    return show("unit.html", page, masthead_of(duban, someone, HERE), refused=refusal)


def _read(
    connection: Connection, duban: Duban, unit: int, refusal: Refusal | None, typed: Typed
) -> UnitPage:
    row: Any = next(iter(queries.units_by_id(connection, [unit])), None)
    if row is None:
        raise NotFound("没有这个单位", {"unit": unit})
    now = duban.clock()
    held = posts.held_in(connection, units.only(unit), now)
    above = queries.units_by_id(connection, [row["parent_id"]] if row["parent_id"] else [])
    return UnitPage(
        url=f"/administration/units/{unit}",
        name=row["name"],
        short_name=row["short_name"],
        code=row["code"],
        what=what_it_is(row),
        gone=to_the_minute(row["until"]) if row["until"] else "",
        former=former_lines(former_names(connection, [unit]).get(unit, ())),
        above=unit_link(above[0]) if above else None,
        below=tuple(map(unit_link, top_units(connection, unit))),
        posts=tuple(post_lines(posts.posts_of(connection, unit), held)),
        roles=role_options(roles_of(duban.catalog), typed.get("role", "")),
        problem=refusal.sentence if refusal else "",
        typed=defaultdict(str, typed),
    )
