"""我的待办: what the reader can act on now, soonest limit first; what they watch; what they did."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import CaseId, Posted, place_in, text_in
from api.pages.lists.case_rows import work_items
from api.pages.rendering import masthead_of, show
from api.presenting.lists import LedgerLink, WorkItem, WorkPage
from api.presenting.timeline import what_happened
from api.presenting.wording import in_full
from workflow.engine.calendar import local_day
from workflow.engine.definition import Definition
from workflow.store.lists import attention, queries
from workflow.store.lists.attention import Noted
from workflow.store.lists.queries import Place

router = APIRouter()

PAGE_SIZE = 30
WORK, WATCHED, DONE = "", "watched", "done"
TITLES = {WORK: "我的待办", WATCHED: "我关注的", DONE: "我办过的"}
JOBS = "/jobs"

Found = tuple[list[WorkItem], Place | None]


def _which(show: Annotated[str, Query()] = WORK) -> str:
    """An unknown list is the first."""
    return show if show in TITLES else WORK


Which = Annotated[str, Depends(_which)]


@router.get("/")
def my_work(duban: Installation, someone: SignedInPage, which: Which, after: str = "") -> Response:
    """One page of a list; an administrator has none and is sent to what they look after."""
    if someone.administers is not None:
        return RedirectResponse("/administration", 303)
    with duban.database.reading() as connection:
        items, place = _LISTS[which](connection, duban, someone, place_in(after))
    page = WorkPage(
        title=TITLES[which],
        show=which,
        posts=bool(someone.actor.posts),
        tabs=my_tabs(_address(which)) if someone.actor.posts else (),
        items=tuple(items),
        next=_address(which, after=str(place)) if place else "",
        first=not after,
        start=_address(which),
    )
    return show("my_work.html", page, masthead_of(duban, someone, "/"))


@router.post("/cases/{case_id}/watch")
def watch(case_id: CaseId, duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Watch a case, or no longer; back to its page."""
    with duban.database.unit_of_work() as connection:
        if text_in(form, "watch"):
            attention.watch(connection, someone.actor, case_id, duban.clock())
        else:
            attention.unwatch(connection, someone.actor, case_id)
    return RedirectResponse(f"/cases/{case_id}", 303)


def my_tabs(here: str) -> tuple[LedgerLink, ...]:
    """What is mine, in several lists; the one at the address `here` is being read."""
    links = {_address(which): title for which, title in TITLES.items()} | {JOBS: "后台任务"}
    return tuple(LedgerLink(url, title, here=url == here) for url, title in links.items())


def _address(which: str, **more: str) -> str:
    query = {"show": which, **more}
    return "/?" + urlencode({k: v for k, v in query.items() if v}) if which or more else "/"


def _work(connection: Connection, duban: Duban, someone: Someone, after: Place | None) -> Found:
    found = queries.list_work(connection, someone.actor, after=after, limit=PAGE_SIZE)
    items = work_items(connection, duban, someone, found.rows)
    return [item for item, _, _ in items], found.next


def _watched(connection: Connection, duban: Duban, someone: Someone, after: Place | None) -> Found:
    found, place = attention.list_watched(connection, someone.actor, after=after, limit=PAGE_SIZE)
    said = _said(connection, duban, someone, found, lambda day, _, __: f"{day} 起关注")
    return list(said), place


def _done(connection: Connection, duban: Duban, someone: Someone, after: Place | None) -> Found:
    found, place = attention.list_done(connection, someone.actor, after=after, limit=PAGE_SIZE)
    said = _said(connection, duban, someone, found, _what_was_done)
    return list(said), place


def _what_was_done(day: str, noted: Noted, definition: Definition) -> str:
    row = {"event": noted.event, "from_state": noted.from_state, "inputs": {}}
    return f"{day} 我办理：{what_happened(definition, row)}"


def _said(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    found: list[Noted],
    say: Callable[[str, Noted, Definition], str],
) -> Iterator[WorkItem]:
    """The items of a list of one's own, each with the sentence why it stands there."""
    worded = work_items(connection, duban, someone, [one.row for one in found])
    for noted, (item, _, definition) in zip(found, worded, strict=True):
        yield replace(item, said=say(_day(noted.at), noted, definition))


def _day(at: datetime) -> str:
    return in_full(local_day(at))


_LISTS = {WORK: _work, WATCHED: _watched, DONE: _done}
