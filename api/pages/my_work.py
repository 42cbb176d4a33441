"""我的待办: what the reader can act on now, soonest limit first."""

from urllib.parse import urlencode

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInPage
from api.pages.forms import place_in
from api.pages.rendering import masthead_of, show
from api.presenting.lists import WorkPage, work_item
from api.presenting.wording import Names
from workflow.store import queries

router = APIRouter()

PAGE_SIZE = 30


@router.get("/")
def my_work(duban: Installation, someone: SignedInPage, after: str = "") -> Response:
    """One page of the list; an administrator has none and is sent to what they look after."""
    if someone.administers is not None:
        return RedirectResponse("/administration", 303)
    now = duban.clock()
    with duban.database.reading() as connection:
        found = queries.list_work(connection, someone.actor, after=place_in(after), limit=PAGE_SIZE)
        units = queries.unit_names(connection, {row["unit_id"] for row in found.rows})
    names = Names(units=units)
    items = tuple(
        work_item(
            row,
            duban.catalog.version(row["definition_id"]),
            names,
            someone.actor,
            duban.catalog.calendar,
            now,
        )
        for row in found.rows
    )
    following = f"/?{urlencode({'after': str(found.next)})}" if found.next else ""
    page = WorkPage(items, following, first=not after)
    return show("my_work.html", page, masthead_of(duban, someone, "/"))
