"""Documents (公文) of a case in words: what may be issued, what was, a draft to look over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.presenting.wording import Names, to_the_minute

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentOffer:
    """A document that the reader may draft now; with a `reason` they may not yet."""

    url: str
    title: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document that was issued: `url` is what is handed out, the sealed file once it is back, and
    `draft` then what was issued; `seal` is where the reader may bring the sealed file.

    `void` is why it counts no more, `voiding` where the reader makes it void.
    """

    number: str
    title: str
    kind: str
    issued: str
    who: str
    unit: str
    url: str
    preview: str
    draft: str = ""
    sealed: str = ""
    seal: str = ""
    void: str = ""
    voiding: str = ""


@dataclass(frozen=True, slots=True)
class Papers:
    """All that the page of a case says of its documents."""

    offers: tuple[DocumentOffer, ...] = ()
    lines: tuple[DocumentLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ProofPage:
    """A draft: what it says, everything that stands against it, and the button that issues it."""

    case_id: int
    case_number: str
    name: str
    kind: str
    mark: str
    number: str
    signer: str
    title: str
    to: str
    blocks: tuple[Any, ...]
    attachments: tuple[str, ...]
    organ: tuple[str, ...]
    date: str
    copies: str
    annexes: tuple[Any, ...]
    mistakes: tuple[str, ...]
    url: str
    preview: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SealPage:
    """Where the sealed file of a document is brought."""

    case_id: int
    case_number: str
    title: str
    number: str
    url: str
    problem: str = ""


def document_line(
    case_id: int,
    kind: str,
    row: Row,
    sealed: Row | None,
    names: Names,
    *,
    void: str,
    may_seal: bool,
    may_void: bool,
) -> DocumentLine:
    """A document of a case from its row and that of its sealed file, if there is one; `void` is why
    it counts no more.
    """
    files, issued = f"/cases/{case_id}/files", f"/cases/{case_id}/issued/{row['seq']}"
    drawn = f"{files}/{row['attachment_id']}"
    back = ""
    if sealed is not None:
        back = f"{names.person(sealed['person_id'])} {to_the_minute(sealed['at'])} 送回盖章件"
    return DocumentLine(
        number=row["number"] or "",
        title=row["title"],
        kind=kind,
        issued=to_the_minute(row["at"]),
        who=names.person(row["person_id"]),
        unit=names.unit(row["unit_id"], row["at"]),
        url=f"{files}/{sealed['attachment_id']}" if sealed else drawn,
        preview=f"{issued}/preview.pdf",
        draft=drawn if sealed else "",
        sealed=back,
        seal=f"{issued}/sealed" if may_seal and not void else "",
        void=void,
        voiding=f"{issued}/void" if may_void and row["number"] and not void else "",
    )
