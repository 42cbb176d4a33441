"""消息 of one case: who was told what of it, by which way, and what became of that."""

from dataclasses import dataclass

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from api.auth import Installation, SignedInPage
from api.pages.forms import Before, CaseId
from api.pages.messages import PAGE_SIZE, RESENT, who_looks_after
from api.pages.rendering import masthead_of, show
from api.presenting.case_page import headline_of
from api.presenting.messages import MessageLine, message_line
from api.presenting.wording import Names
from workflow.engine.case import Actor
from workflow.engine.errors import NotFound
from workflow.store.casework.cases import case_in_scope
from workflow.store.lists import queries
from workflow.store.outgoing import messages, proofs
from workflow.store.sight.scope import check_scope

router = APIRouter()


@dataclass(frozen=True, slots=True)
class CaseMessagesPage:
    """What a case has led people to be told, newest first."""

    case: str
    number: str
    headline: str
    messages: tuple[MessageLine, ...]
    next: str
    first: bool
    done: str = ""


@router.get("/cases/{case_id}/messages")
def messages_of_case(
    case_id: CaseId,
    duban: Installation,
    someone: SignedInPage,
    before: Before = None,
    done: str = "",
) -> Response:
    """The messages, each with its story; whoever looks after them may send one again, and is told
    what came of it.
    """
    with duban.database.reading() as connection:
        case = case_in_scope(connection, someone.actor, case_id)
        told = messages.messages(
            connection, reader=None, case=case_id, before=before, limit=PAGE_SIZE + 1
        )
        shown = told[:PAGE_SIZE]
        known = proofs.proofs(connection, shown)
        near = {one.unit_id for one in shown if one.unit_id is not None}
        resends = _looks_after(connection, someone.actor, case_id)
        names = Names(units=queries.unit_names(connection, near))
    definition, calendar = duban.catalog.version(case.definition).definition, duban.catalog.calendar
    address = f"/cases/{case_id}"
    page = CaseMessagesPage(
        case=address,
        number=case.number,
        headline=headline_of(case, definition),
        messages=tuple(
            message_line(one, known[one.id], names, calendar, resends=resends) for one in shown
        ),
        next=f"{address}/messages?before={shown[-1].id}" if len(told) > PAGE_SIZE else "",
        first=before is None,
        done=RESENT.get(done, ""),
    )
    return show("case_messages.html", page, masthead_of(duban, someone, ""))


def _looks_after(connection: Connection, actor: Actor, case_id: int) -> bool:
    """Whether a post that looks after messages is one through which the reader sees the case."""
    reader = who_looks_after(actor)
    try:
        check_scope(connection, reader, case_id)
    except NotFound:
        return False
    return bool(reader.posts)
