"""送回盖章件: bring the sealed file of a document, to be handed out from then on."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.casework.documents import Seq
from api.pages.forms import CaseId, Posted, text_in
from api.pages.rendering import masthead_of, show
from api.papers.sealing import bring_file, to_be_sealed
from api.presenting.documents import SealPage
from workflow.engine.errors import InvalidInput, NotFound, Refusal
from workflow.store.casework import cases

router = APIRouter()


@router.get("/cases/{case_id}/issued/{seq}/sealed")
def ask(case_id: CaseId, seq: Seq, duban: Installation, someone: SignedInPage) -> Response:
    """The form, for whoever may issue the document."""
    return _page(duban, someone, case_id, seq)


@router.post("/cases/{case_id}/issued/{seq}/sealed")
def bring(
    case_id: CaseId,
    seq: Seq,
    duban: Installation,
    someone: SignedInForm,
    form: Posted,
) -> Response:
    """Take the file in; a refusal shows the form again."""
    try:
        file = form.get("file")
        content = file.file.read() if isinstance(file, UploadFile) else b""
        if not content:
            raise InvalidInput("请选择盖好章的 PDF 或 OFD 文件")
        row = bring_file(
            duban,
            someone,
            case_id,
            seq,
            number=text_in(form, "number"),
            content=content,
            request=text_in(form, "request"),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(duban, someone, case_id, seq, refusal)
    return RedirectResponse(f"/cases/{case_id}?done={row}", 303)


def _page(
    duban: Duban, someone: Someone, case_id: int, seq: int, refused: Refusal | None = None
) -> Response:
    row = to_be_sealed(duban, someone, case_id, seq)
    with duban.database.reading() as connection:
        case, _ = cases.read_case(connection, case_id)
    page = SealPage(
        case_id=case_id,
        case_number=case.number,
        title=row["title"],
        number=row["number"] or "",
        url=f"/cases/{case_id}/issued/{seq}/sealed",
        problem=refused.sentence if refused else "",
    )
    return show("sealed_document.html", page, masthead_of(duban, someone, ""), refused=refused)
