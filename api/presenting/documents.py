"""Documents (公文) of a case in words: what may be issued, what was, a draft to look over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from api.presenting.wording import Names, to_the_minute


@dataclass(frozen=True, slots=True)
class DocumentOffer:
    """A document that the reader may draft now; with a `reason` they may not yet."""

    url: str
    title: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document that was issued, with where to fetch it and where to look at it."""

    number: str
    title: str
    kind: str
    issued: str
    who: str
    unit: str
    url: str
    preview: str


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
    request: str
    problem: str = ""


def document_lines(
    case_id: int, titles: Mapping[str, str], rows: Iterable[Mapping[str, Any]], names: Names
) -> tuple[DocumentLine, ...]:
    """The documents of a case from their rows; `titles` says what each kind is called."""
    return tuple(
        DocumentLine(
            number=row["number"] or "",
            title=row["title"],
            kind=titles.get(row["name"], ""),
            issued=to_the_minute(row["at"]),
            who=names.person(row["person_id"]),
            unit=names.unit(row["unit_id"], row["at"]),
            url=f"/cases/{case_id}/files/{row['attachment_id']}",
            preview=f"/cases/{case_id}/issued/{row['seq']}/preview.pdf",
        )
        for row in rows
    )
