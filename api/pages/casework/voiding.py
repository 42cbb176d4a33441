"""作废: make a document void, with the reason; its number stays and is explained."""

from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.casework.documents import Seq
from api.pages.forms import CaseId, Posted, text_in
from api.pages.rendering import masthead_of, show
from api.papers.issuing import scene_of
from workflow.engine.errors import NotFound, Refusal
from workflow.engine.issuing import LONGEST_REASON, may_void
from workflow.store.casework import documents
from workflow.store.casework.cases import case_in_scope

router = APIRouter()


@dataclass(frozen=True, slots=True)
class VoidingPage:
    """The document that is to be void, and the reason asked for."""

    case: str
    case_number: str
    number: str
    title: str
    reason: str
    longest: int
    problem: str = ""


@router.get("/cases/{case_id}/issued/{seq}/void")
def ask(case_id: CaseId, seq: Seq, duban: Installation, someone: SignedInPage) -> Response:
    """Ask for the reason."""
    return _page(duban, someone, case_id, seq)


@router.post("/cases/{case_id}/issued/{seq}/void")
def void_it(
    case_id: CaseId,
    seq: Seq,
    duban: Installation,
    someone: SignedInForm,
    form: Posted,
) -> Response:
    """Make it void; a refusal shows the form again."""
    _page(duban, someone, case_id, seq)  # out of scope is 404, before anything is tried
    reason = text_in(form, "reason")
    try:
        answer = duban.commands.void_document(
            case_id=case_id,
            seq=seq,
            reason=reason,
            actor=someone.actor,
            request=text_in(form, "request"),
            now=duban.clock(),
        )
    except Refusal as refusal:
        return _page(duban, someone, case_id, seq, refusal, reason)
    return RedirectResponse(f"/cases/{case_id}?done={answer.seq}", 303)


def _page(
    duban: Duban,
    someone: Someone,
    case_id: int,
    seq: int,
    refused: Refusal | None = None,
    reason: str = "",
) -> Response:
    """Whoever may not void it does not learn that there is such a document."""
    with duban.database.reading() as connection:
        case = case_in_scope(connection, someone.actor, case_id)
        found = documents.one_issued(connection, case_id, seq)
        if found["number"] is None:
            raise NotFound("没有这份带文号的公文", {"seq": seq})
        may_void(scene_of(connection, duban, case, duban.clock()), found["name"], someone.actor)
    page = VoidingPage(
        case=f"/cases/{case_id}",
        case_number=case.number,
        number=found["number"],
        title=found["title"],
        reason=reason,
        longest=LONGEST_REASON,
        problem=refused.sentence if refused else "",
    )
    return show("voiding.html", page, masthead_of(duban, someone, ""), refused=refused)
