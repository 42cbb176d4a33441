"""Documents (公文) over REST: what a case offers and has issued, with hashes for whoever puts seals
on; issuing is the act of a person in a session of their own.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.auth import Installation, SignedIn
from api.papers.issuing import issue, offers, scene_of
from api.papers.sealing import bring
from api.rest.inputs import LARGEST_ID, CaseId
from workflow.engine.issuing import LONGEST_REASON
from workflow.store.casework import cases, documents
from workflow.store.lists import queries
from workflow.store.sight.scope import check_scope

router = APIRouter(tags=["documents"])


class OfferOut(BaseModel):
    """A document that may be issued now; with a reason it may not yet."""

    document: str
    title: str
    why_not: str | None


class SealedOut(BaseModel):
    """The file of a document as it came back under its seal, byte for byte, with its hash."""

    seq: int = Field(description="the row of the history")
    brought_at: datetime
    brought_by: str
    attachment: int
    file: str
    mime: str
    sha256: str


class DocumentOut(BaseModel):
    """A document that was issued: its number, and its file with the hash of the bytes.

    A program that puts electronic seals on fetches the file, seals it, brings the sealed one as an
    attachment and says here which document it is of; from then on `sealed` is what is handed out.
    Nothing here draws a seal.
    """

    seq: int = Field(description="the row of the history")
    document: str
    title: str
    number: str | None
    issued_at: datetime
    issued_by: str
    attachment: int
    file: str
    sha256: str
    sealed: SealedOut | None
    void: str | None = Field(description="why it counts no more; null while it does")


class DocumentsOut(BaseModel):
    """All documents of a case."""

    offers: list[OfferOut]
    issued: list[DocumentOut]


class IssueIn(BaseModel):
    """Issue a document; the same request id again gets the first answer."""

    request: str = Field(min_length=1, max_length=80)


class SealedIn(BaseModel):
    """Bring the sealed file of a document; the same request id again gets the first answer."""

    request: str = Field(min_length=1, max_length=80)
    number: str = Field("", max_length=60, description="as it stands on the file; checked")
    attachment: int = Field(ge=1, le=LARGEST_ID, description="a PDF or OFD that the asker brought")


class VoidIn(BaseModel):
    """Make a document void; the same request id again gets the first answer."""

    request: str = Field(min_length=1, max_length=80)
    reason: str = Field(min_length=2, max_length=LONGEST_REASON)


class IssuedOut(BaseModel):
    """The history row in which the document stands, or in which it became void."""

    case: int
    seq: int


@router.get("/cases/{case_id}/documents")
def list_documents(case_id: CaseId, duban: Installation, someone: SignedIn) -> DocumentsOut:
    """What a case offers the reader, and what it has issued."""
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
        case, _ = cases.read_case(connection, case_id)
        scene = scene_of(connection, duban, case, duban.clock())
        rows = documents.issued(connection, case_id)
        sealed = documents.sealed_of(connection, case_id) if rows else {}
        void = documents.void_of(connection, [case_id]) if rows else {}
        brought = (row["person_id"] for row in (*rows, *sealed.values()))
        people = queries.person_names(connection, set(brought))
        return DocumentsOut(
            offers=[
                OfferOut(document=one.name, title=one.title, why_not=one.reason or None)
                for one in offers(scene, someone)
            ],
            issued=[
                DocumentOut(
                    seq=row["seq"],
                    document=row["name"],
                    title=row["title"],
                    number=row["number"],
                    issued_at=row["at"],
                    issued_by=people[row["person_id"]],
                    attachment=row["attachment_id"],
                    file=row["file"],
                    sha256=row["sha256"],
                    sealed=_sealed(sealed.get(row["seq"]), people),
                    void=void.get((case_id, row["seq"])),
                )
                for row in rows
            ],
        )


def _sealed(row: documents.Row | None, people: Mapping[int, str]) -> SealedOut | None:
    if row is None:
        return None
    return SealedOut(
        seq=row["seq"],
        brought_at=row["at"],
        brought_by=people[row["person_id"]],
        attachment=row["attachment_id"],
        file=row["file"],
        mime=row["mime"],
        sha256=row["sha256"],
    )


@router.post("/cases/{case_id}/documents/{name}", status_code=201)
def issue_document(
    case_id: CaseId,
    name: Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,29}$")],
    body: IssueIn,
    duban: Installation,
    someone: SignedIn,
) -> IssuedOut:
    """Issue a document; 422 with every mistake in it under `data.mistakes`."""
    return IssuedOut(case=case_id, seq=issue(duban, someone, case_id, name, body.request))


@router.post("/cases/{case_id}/issued/{seq}/sealed", status_code=201)
def bring_sealed(
    case_id: CaseId,
    seq: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    body: SealedIn,
    duban: Installation,
    someone: SignedIn,
) -> IssuedOut:
    """Say that an attachment is the sealed file of a document that was issued."""
    row = bring(
        duban,
        someone,
        case_id,
        seq,
        number=body.number,
        attachment=body.attachment,
        request=body.request,
    )
    return IssuedOut(case=case_id, seq=row)


@router.post("/cases/{case_id}/issued/{seq}/void", status_code=201)
def void_document(
    case_id: CaseId,
    seq: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    body: VoidIn,
    duban: Installation,
    someone: SignedIn,
) -> IssuedOut:
    """Make a document void (作废); its number stays in the register with the reason."""
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
    answer = duban.commands.void_document(
        case_id=case_id,
        seq=seq,
        reason=body.reason,
        actor=someone.actor,
        request=body.request,
        now=duban.clock(),
    )
    return IssuedOut(case=case_id, seq=answer.seq)
