"""GET /units: the organisation, as far as everybody may see it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.auth import Installation, SignedIn
from api.rest.inputs import LARGEST_ID, Limit, Word
from workflow.store.organisation import unit_by_code
from workflow.store.queries import list_units, units_by_id

router = APIRouter(tags=["units"])


class UnitOut(BaseModel):
    """A unit; `parent` is the code of the one above."""

    code: str
    name: str
    short_name: str
    level: str
    kind: str
    function: str
    parent: str | None
    reports: bool


class UnitPage(BaseModel):
    """Some units; `next` is `after` for the page that follows, null at the end."""

    items: list[UnitOut]
    next: int | None


@router.get("/units")
def units(
    duban: Installation,
    _: SignedIn,
    under: Annotated[Word | None, Query(description="code of a unit: it and all below")] = None,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Limit = 200,
) -> UnitPage:
    """Units, parents before their children."""
    with duban.database.reading() as connection:
        top = unit_by_code(connection, under) if under is not None else None
        rows = list_units(connection, under=top, after=after, limit=limit + 1)
        parents = {row["parent_id"] for row in rows} - {None}
        codes = {row["id"]: row["code"] for row in units_by_id(connection, parents)}
    more, rows = len(rows) > limit, rows[:limit]
    items = [_unit(row, codes) for row in rows]
    return UnitPage(items=items, next=rows[-1]["id"] if more else None)


def _unit(row: dict[str, Any], codes: dict[int, str]) -> UnitOut:
    return UnitOut(
        **{name: row[name] for name in UnitOut.model_fields if name != "parent"},
        parent=codes.get(row["parent_id"]),
    )
