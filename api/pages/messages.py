"""消息: what the reader was told, and what could not be delivered."""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage
from api.pages.forms import GREATEST_ID, Before, Posted, text_in
from api.pages.rendering import masthead_of, show
from api.presenting.messages import MessagesPage, inbox_line, message_line
from api.presenting.sending import in_words
from api.presenting.wording import Names
from workflow.engine.case import Actor
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.lists import queries
from workflow.store.outgoing import messages, proofs, reading, replacing, sending

router = APIRouter()

PAGE_SIZE = 30
LOOKS_AFTER_FAILURES = frozenset({"specialist", "head"})
"""Roles that see which messages of their cases never arrived."""


@router.get("/messages")
def inbox(
    duban: Installation,
    someone: SignedInPage,
    before: Before = None,
    failed_before: Before = None,
    done: str = "",
) -> Response:
    """The inbox, and above it the failures for whoever looks after them."""
    reader = who_looks_after(someone.actor)
    with duban.database.reading() as connection:
        entries = messages.inbox_of(connection, someone.person, before=before, limit=PAGE_SIZE)
        failed = (
            messages.failures(connection, reader=reader, before=failed_before, limit=PAGE_SIZE)
            if reader.posts
            else []
        )
        known = proofs.proofs(connection, failed)
        near = {one.unit_id for one in failed if one.unit_id is not None}
        names = Names(units=queries.unit_names(connection, near))
        hold = sending.read(connection).hold
        unread = reading.unread_about(connection, someone.person, {one.case for one in entries})
    if unread:
        duban.database.note(partial(reading.note_opened, messages=unread, now=duban.clock()))
    page = MessagesPage(
        entries=tuple(map(inbox_line, entries)),
        next=f"?before={entries[-1].id}" if len(entries) == PAGE_SIZE else "",
        failures=tuple(
            message_line(one, known[one.id], names, duban.catalog.calendar, resends=True)
            for one in failed
            if not proofs.has_arrived(known[one.id])
        ),
        more_failures=f"?failed_before={failed[-1].id}" if len(failed) == PAGE_SIZE else "",
        sees_failures=bool(reader.posts),
        held=f"{in_words(hold)}由系统管理员放行。" if hold else "",
        done=RESENT.get(done, ""),
    )
    return show("messages.html", page, masthead_of(duban, someone, "/messages"))


@router.post("/messages/{message}/resend")
def resend(
    message: Annotated[int, Path(ge=1, le=GREATEST_ID)],
    duban: Installation,
    someone: SignedInForm,
    form: Posted,
) -> Response:
    """Let a message that failed go once more; a second click changes nothing."""
    now = duban.clock()
    with duban.database.unit_of_work() as connection:
        found = messages.one_message(connection, who_looks_after(someone.actor), message)
        if again := replacing.resend(connection, message, now):
            act = Act("resend", someone.person, ("message", message), data={"way": found.way})
            audit.record(connection, act, now)
    done = "again" if again else "already"
    if text_in(form, "back") == "case":
        return RedirectResponse(f"/cases/{found.case_id}/messages?done={done}", 303)
    return RedirectResponse(f"/messages?done={done}", 303)


def who_looks_after(actor: Actor) -> Actor:
    """The reader as far as failures go: only with the posts that look after them."""
    posts = tuple(post for post in actor.posts if post.role in LOOKS_AFTER_FAILURES)
    return replace(actor, posts=posts)


RESENT = {"again": "已重新安排发送", "already": "这条消息已经在重发，或不需要重发"}
