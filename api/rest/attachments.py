"""Attachments over REST: bring a file, then name its id in the facts of an event; fetch it back."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, UploadFile
from pydantic import BaseModel

from api.attaching import hand_out, receive
from api.auth import Installation, SignedIn
from api.rest.inputs import LARGEST_ID, CaseId

router = APIRouter(tags=["attachments"])

AttachmentId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="the attachment's id")]


class AttachmentOut(BaseModel):
    """A file as it was kept: a picture is redrawn, so its hash and size are those of the new one.

    Unless a case uses it within 24 hours it is cleared away.
    """

    id: int
    name: str
    sha256: str
    size: int
    mime: str


@router.post("/attachments", status_code=201)
def bring(file: UploadFile, duban: Installation, someone: SignedIn) -> AttachmentOut:
    """Bring a photo (JPG, PNG, WebP) or a document (PDF, OFD, docx, xlsx) of at most 20 MB."""
    kept = receive(duban, someone, file.filename or "", file.file.read())
    return AttachmentOut(
        id=kept.id, name=kept.name, sha256=kept.sha256, size=kept.size, mime=kept.mime
    )


@router.get("/cases/{case_id}/files/{attachment_id}", response_class=Response)
def fetch(
    case_id: CaseId,
    attachment_id: AttachmentId,
    duban: Installation,
    someone: SignedIn,
    preview: Annotated[bool, Query(description="a photo, small")] = False,
) -> Response:
    """A file that a case uses."""
    return hand_out(duban, someone, case_id, attachment_id, preview=preview)
