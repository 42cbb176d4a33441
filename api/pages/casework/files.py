"""附件: fetch one, whole or small."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.attaching import hand_out
from api.auth import Installation, SignedInPage
from api.pages.forms import GREATEST_ID, CaseId

router = APIRouter()

AttachmentId = Annotated[int, Path(ge=1, le=GREATEST_ID)]


@router.get("/cases/{case_id}/files/{attachment_id}")
def fetch(
    case_id: CaseId, attachment_id: AttachmentId, duban: Installation, someone: SignedInPage
) -> Response:
    """The file, to be saved."""
    return hand_out(duban, someone, case_id, attachment_id, preview=False)


@router.get("/cases/{case_id}/files/{attachment_id}/preview")
def preview(
    case_id: CaseId, attachment_id: AttachmentId, duban: Installation, someone: SignedInPage
) -> Response:
    """A photo, small."""
    return hand_out(duban, someone, case_id, attachment_id, preview=True)
