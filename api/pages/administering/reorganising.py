"""合并、划转、撤销 of one unit: look at what would become of its cases and posts, then do it.

Many at once go by the list of units: whoever takes over, and a new unit above, are columns of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.administering.one_unit import UnitId
from api.pages.administering.organisation import HERE, after
from api.pages.forms import Posted, text_in
from api.pages.rendering import masthead_of, show
from api.pages.units import Picked, pick_unit
from api.presenting.organisation import UnitLink, unit_link
from workflow.engine.errors import InvalidInput, Refusal
from workflow.organising import Organising
from workflow.organising.reorganising import KINDS, Kind, Prospect
from workflow.store.lists import queries
from workflow.store.offices.changes import Asked
from workflow.store.offices.posts import living_unit

router = APIRouter()

_OTHER: Mapping[Kind, str | None] = {"merge": "into", "move": "parent", "dissolve": None}
"""What the other unit is to each kind; None where there is none."""


@dataclass(frozen=True, slots=True)
class ReorganisePage:
    """机构调整: `seen` is what the chosen kind would do, `target` the code of the other unit."""

    url: str
    unit: UnitLink
    kind: str
    other: Picked
    target: str
    seen: Prospect | None
    problem: str = ""


@router.get("/administration/units/{unit}/reorganise")
def ask(unit: UnitId, duban: Installation, someone: SignedInPage) -> Response:
    """The empty forms."""
    return _page(duban, someone, unit)


@router.post("/administration/units/{unit}/reorganise")
def look_or_do(unit: UnitId, duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Say what would become of the unit, or have it become so."""
    kind = next((one for one in KINDS if one == text_in(form, "kind")), None)
    picked = Picked("")
    try:
        if kind is None:
            raise InvalidInput("请选择合并、划转或撤销")
        with duban.database.reading() as connection:
            picked = pick_unit(connection, form, "other")
        other = _other(kind, picked)
        if text_in(form, "act") == "do":
            asked = Asked(text_in(form, "request"), duban.clock(), someone.person)
            getattr(Organising(duban.database), kind)(asked, unit=unit, **other)
            return after("reorganised")
        seen = Organising(duban.database).preview(kind, duban.clock(), unit=unit, **other)
    except Refusal as refusal:
        return _page(duban, someone, unit, kind=kind or "", other=picked, refusal=refusal)
    return _page(duban, someone, unit, kind=kind, other=picked, seen=seen)


def _other(kind: Kind, picked: Picked) -> dict[str, int]:
    name = _OTHER[kind]
    if name is None:
        return {}
    if picked.unit is None:
        raise InvalidInput(picked.problem or "请写明承接单位或新的上级", {"unit": picked.text[:40]})
    return {name: picked.unit}


def _page(
    duban: Duban,
    someone: Someone,
    unit: int,
    *,
    kind: str = "",
    other: Picked = Picked(""),  # noqa: B008 a frozen value
    seen: Prospect | None = None,
    refusal: Refusal | None = None,
) -> Response:
    with duban.database.reading() as connection:
        page = ReorganisePage(
            url=f"/administration/units/{unit}/reorganise",
            unit=unit_link({**living_unit(connection, unit), "id": unit}),
            kind=kind,
            other=other,
            target=_code(connection, other.unit),
            seen=seen,
            problem=refusal.sentence if refusal else (seen.refused if seen else ""),
        )
    return show("reorganise.html", page, masthead_of(duban, someone, HERE), refused=refusal)


def _code(connection: Connection, unit: int | None) -> str:
    rows = queries.units_by_id(connection, [unit] if unit is not None else [])
    return str(rows[0]["code"]) if rows else ""
