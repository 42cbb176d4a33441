"""GET /organisation/…: units for everybody with a post; who works in them as far as one may see."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import Connection

from api.auth import Installation, SignedIn, Someone
from api.rest.inputs import LARGEST_ID, Limit, Word
from workflow.store.lists.queries import list_units, units_by_id
from workflow.store.offices import directory
from workflow.store.offices.directory import PersonEntry, Reach, reach_of
from workflow.store.offices.organisation import unit_by_code
from workflow.store.offices.posts import Held

router = APIRouter(prefix="/organisation", tags=["organisation"])

After = Annotated[int, Query(ge=0, le=LARGEST_ID, description="`next` of the page before this one")]


class UnitOut(BaseModel):
    """A unit; `parent` is the code of the one above, `until` when it was dissolved."""

    code: str
    name: str
    short_name: str
    level: str
    kind: str
    function: str
    parent: str | None
    reports: bool
    until: datetime | None


class UnitPage(BaseModel):
    """Some units; `next` is `after` for the page that follows, null at the end."""

    items: list[UnitOut]
    next: int | None


class HeldOut(BaseModel):
    """Somebody on a post: its holder, deputy or substitute, from when until when."""

    username: str
    name: str
    kind: str
    begins_at: datetime
    ends_at: datetime | None


class PostOut(BaseModel):
    """A post of a unit and who is on it, or will be; nobody while it is free."""

    id: int
    unit: str
    role: str
    title: str
    held: list[HeldOut]


class PostPage(BaseModel):
    """Some posts; `next` is `after` for the page that follows, null at the end."""

    items: list[PostOut]
    next: int | None


class PersonsPost(BaseModel):
    """A post that somebody acts through now."""

    unit: str
    role: str
    title: str
    kind: str


class PersonOut(BaseModel):
    """Somebody; telephone number and mail address are masked for all but their owner, the robot
    of a chat group for everybody.
    """

    username: str
    name: str
    phone: str | None
    email: str | None
    chat: str | None
    disabled: bool
    posts: list[PersonsPost]


class PersonPage(BaseModel):
    """Some people; `next` is `after` for the page that follows, null at the end."""

    items: list[PersonOut]
    next: int | None


@router.get("/units")
def units(
    duban: Installation,
    _: SignedIn,
    under: Annotated[Word | None, Query(description="code of a unit: it and all below")] = None,
    after: After = 0,
    limit: Limit = 200,
) -> UnitPage:
    """Units, by id."""
    with duban.database.reading() as connection:
        top = unit_by_code(connection, under) if under is not None else None
        rows = list_units(connection, under=top, after=after, limit=limit + 1)
        codes = _codes(connection, {row["parent_id"] for row in rows} - {None})
    more, rows = len(rows) > limit, rows[:limit]
    items = [_unit(row, codes) for row in rows]
    return UnitPage(items=items, next=rows[-1]["id"] if more else None)


@router.get("/posts")
def posts(
    duban: Installation,
    someone: SignedIn,
    unit: Annotated[Word | None, Query(description="code of one unit")] = None,
    after: After = 0,
    limit: Limit = 200,
) -> PostPage:
    """Posts and who is on them: of one's own units and all below, for an administrator of all."""
    with duban.database.reading() as connection:
        rows = directory.list_posts(
            connection,
            _reach(connection, someone),
            duban.clock(),
            unit=unit_by_code(connection, unit) if unit is not None else None,
            after=after,
            limit=limit + 1,
        )
        codes = _codes(connection, {row.unit for row in rows})
    more, rows = len(rows) > limit, rows[:limit]
    items = [
        PostOut(
            id=row.id,
            unit=codes[row.unit],
            role=row.role,
            title=row.title,
            held=[_held(one) for one in row.held],
        )
        for row in rows
    ]
    return PostPage(items=items, next=rows[-1].id if more else None)


@router.get("/people")
def people(
    duban: Installation, someone: SignedIn, after: After = 0, limit: Limit = 200
) -> PersonPage:
    """People with a post in one's own units or below, for an administrator all."""
    with duban.database.reading() as connection:
        reach = _reach(connection, someone)
        rows = directory.list_people(
            connection, reach, someone.person, duban.clock(), after=after, limit=limit + 1
        )
        codes = _codes(connection, {one.unit for row in rows for one in row.held})
    more, rows = len(rows) > limit, rows[:limit]
    items = [_person(row, codes) for row in rows]
    return PersonPage(items=items, next=rows[-1].id if more else None)


def _reach(connection: Connection, someone: Someone) -> Reach:
    return reach_of(connection, someone.actor, whole=someone.administers == "system")


def _codes(connection: Connection, ids: set[int]) -> dict[int, str]:
    return {row["id"]: row["code"] for row in units_by_id(connection, ids)}


def _unit(row: dict[str, Any], codes: dict[int, str]) -> UnitOut:
    names = [name for name in UnitOut.model_fields if name != "parent"]
    return UnitOut(**{name: row[name] for name in names}, parent=codes.get(row["parent_id"]))


def _held(one: Held) -> HeldOut:
    return HeldOut(
        username=one.username,
        name=one.person_name,
        kind=one.kind,
        begins_at=one.begins_at,
        ends_at=one.ends_at,
    )


def _person(row: PersonEntry, codes: dict[int, str]) -> PersonOut:
    held = [
        PersonsPost(unit=codes[one.unit], role=one.role, title=one.title, kind=one.kind)
        for one in row.held
    ]
    names = [name for name in PersonOut.model_fields if name != "posts"]
    return PersonOut(**{name: getattr(row, name) for name in names}, posts=held)
