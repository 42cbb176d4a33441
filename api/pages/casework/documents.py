"""公文: look a draft over, issue it; a preview of a draft and of what was issued."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import GREATEST_ID, CaseId, Posted, text_in
from api.pages.rendering import masthead_of, show
from api.papers.issuing import issue, proof
from api.papers.previews import preview_of_draft, preview_of_issued
from api.presenting.documents import ProofPage
from workflow.engine.errors import NotFound, Refusal
from workflow.papers.composing import joined
from workflow.store.casework import cases

router = APIRouter()

Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Seq = Annotated[int, Path(ge=1, le=GREATEST_ID)]


@router.get("/cases/{case_id}/documents/{name}")
def look_over(case_id: CaseId, name: Name, duban: Installation, someone: SignedInPage) -> Response:
    """The draft, with everything that stands against it."""
    return _page(duban, someone, case_id, name)


@router.post("/cases/{case_id}/documents/{name}")
def issue_it(
    case_id: CaseId,
    name: Name,
    duban: Installation,
    someone: SignedInForm,
    form: Posted,
) -> Response:
    """Issue the document; a refusal shows the draft again."""
    try:
        seq = issue(duban, someone, case_id, name, text_in(form, "request"))
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(duban, someone, case_id, name, refusal)
    return RedirectResponse(f"/cases/{case_id}?done={seq}", 303)


@router.get("/cases/{case_id}/documents/{name}/preview.pdf")
def preview_draft(
    case_id: CaseId, name: Name, duban: Installation, someone: SignedInPage
) -> Response:
    """The draft as it would look on paper."""
    return preview_of_draft(duban, someone, case_id, name)


@router.get("/cases/{case_id}/issued/{seq}/preview.pdf")
def preview_issued(
    case_id: CaseId, seq: Seq, duban: Installation, someone: SignedInPage
) -> Response:
    """A document that was issued, as it looks on paper."""
    return preview_of_issued(duban, someone, case_id, seq)


def _page(
    duban: Duban, someone: Someone, case_id: int, name: str, refused: Refusal | None = None
) -> Response:
    draft = proof(duban, someone, case_id, name)
    with duban.database.reading() as connection:
        case, _ = cases.read_case(connection, case_id)
    document, url = draft.document, f"/cases/{case_id}/documents/{name}"
    told = refused is not None and refused.code != "document_refused"
    page = ProofPage(
        case_id=case_id,
        case_number=case.number,
        name=document.name,
        kind=document.kind,
        mark=document.mark,
        number=document.number,
        signer=document.signer,
        title=document.title,
        to=joined(document.to),
        blocks=document.blocks,
        attachments=document.attachments,
        organ=document.organ,
        date=document.date,
        copies=joined(document.copies),
        annexes=document.annexes,
        mistakes=draft.mistakes,
        url=url,
        preview=f"{url}/preview.pdf",
        problem=refused.sentence if refused and told else "",
    )
    return show("document.html", page, masthead_of(duban, someone, ""), refused=refused)
