"""消息: what the reader was told, and what could not be delivered."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.auth import Installation, SignedInPage
from api.pages.forms import GREATEST_ID
from api.pages.rendering import masthead_of, show
from api.presenting.messages import MessagesPage, inbox_line, message_line
from api.presenting.wording import Names
from workflow.store import messages, queries

router = APIRouter()

PAGE_SIZE = 30
LOOKS_AFTER_FAILURES = frozenset({"specialist", "head"})
"""Roles that see which messages of their cases never arrived."""

Before = Annotated[int | None, Query(ge=1, le=GREATEST_ID)]


@router.get("/messages")
def inbox(
    duban: Installation,
    someone: SignedInPage,
    before: Before = None,
    failed_before: Before = None,
) -> Response:
    """The inbox, and above it the failures for whoever looks after them."""
    posts = tuple(p for p in someone.actor.posts if p.role in LOOKS_AFTER_FAILURES)
    reader = replace(someone.actor, posts=posts)
    with duban.database.reading() as connection:
        entries = messages.inbox_of(connection, someone.person, before=before, limit=PAGE_SIZE)
        failed = (
            messages.failures(connection, reader=reader, before=failed_before, limit=PAGE_SIZE)
            if posts
            else []
        )
        near = {one.unit_id for one in failed if one.unit_id is not None}
        names = Names(units=queries.unit_names(connection, near))
    page = MessagesPage(
        entries=tuple(map(inbox_line, entries)),
        next=f"?before={entries[-1].id}" if len(entries) == PAGE_SIZE else "",
        failures=tuple(message_line(one, names) for one in failed),
        more_failures=f"?failed_before={failed[-1].id}" if len(failed) == PAGE_SIZE else "",
        sees_failures=bool(posts),
    )
    return show("messages.html", page, masthead_of(duban, someone, "/messages"))
