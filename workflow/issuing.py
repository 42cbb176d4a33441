"""Issuing a document inside a transaction: who may is asked first, then its number is taken, then
it is written; all of it commits together, or the number goes back. And taking it in again when it
comes back under its seal.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from workflow.engine.calendar import local_day
from workflow.engine.case import Actor, Case, Firing, Issued, Sealed, Voided
from workflow.engine.errors import InvalidInput, NotFound
from workflow.engine.issuing import may_issue
from workflow.engine.scene import Scene
from workflow.papers.template import Template
from workflow.store.casework import attachments, documents
from workflow.store.casework.attachments import Attachment
from workflow.store.plain import dumps
from workflow.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Draft:
    """What whoever writes a document is given: the locked case, the template, the number (or
    none), and the connection in which all of it happens.
    """

    connection: Connection
    scene: Scene
    document: str
    template: Template
    number: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """A document that has been written: its title, what it says, and the file kept of it."""

    title: str
    body: Mapping[str, Any]
    file: Attachment


Write = Callable[[Draft], Written]


def issue(work: Transaction, case_id: int, document: str, actor: Actor, write: Write) -> Case:
    """Issue a document of a case; raises a Refusal, also one that `write` raises."""
    scene = work.scene(case_id, Firing("issue_document"), actor)
    may_issue(scene, document, actor)
    paper = scene.definition.documents[document]
    template_id, template = work.catalog.template(paper.template or document)
    unit = scene.case.parties[paper.issuer].unit
    number = None
    if template.series is not None:
        year = local_day(work.now).year
        number = documents.next_number(work.connection, unit, template.series, year)
    words = number.text if number else None
    written = write(Draft(work.connection, scene, document, template, words))
    body = dumps(written.body)
    digest = hashlib.sha256(body.encode()).hexdigest()
    issued = Issued(document, words, written.file.reference, template_id, digest)
    step = work.fire(case_id, Firing("issue_document", issued=issued), actor)
    work.writes.documents.append(
        {
            "case_id": case_id,
            "seq": step.case.seq,
            "name": document,
            "title": written.title,
            "template_id": template_id,
            "attachment_id": written.file.id,
            "unit_id": unit,
            "series": number.series if number else None,
            "year": number.year if number else None,
            "serial": number.serial if number else None,
            "number": words,
            "body": body,
        }
    )
    return work.case(case_id)


def void(work: Transaction, case_id: int, seq: int, reason: str, actor: Actor) -> Case:
    """Make the document that the row `seq` issued void, its number explained; raises a Refusal."""
    row = documents.one_issued(work.connection, case_id, seq)
    if row["number"] is None:
        raise NotFound("没有这份带文号的公文", {"document": seq})
    voided = Voided(row["name"], seq, row["cycle"], row["number"], reason.strip())
    work.fire(case_id, Firing("void_document", voided=voided), actor)
    return work.case(case_id)


SEALED_KINDS = {"application/pdf": "PDF", "application/ofd": "OFD"}
"""What programs that put electronic seals on make."""
_BRACKETS = str.maketrans("[]（）()［］【】", "〔〕〔〕〔〕〔〕〔〕")


def take_sealed(
    work: Transaction, case_id: int, seq: int, number: str, attachment: int, actor: Actor
) -> Case:
    """Take in the sealed file of the document that the row `seq` issued; raises a Refusal.

    Whoever brings it says its number: a file that belongs to another document is not taken.
    """
    row = documents.one_issued(work.connection, case_id, seq)
    if _plain(number) != _plain(row["number"] or ""):
        said = f"这份公文的文号是“{row['number']}”" if row["number"] else "这份公文没有文号"
        raise InvalidInput(f"{said}，与填写的不符，请核对送回的是不是它", {"number": number[:60]})
    known = attachments.usable(work.connection, [attachment], actor.person, None)
    file = known.get(attachment)
    if file is None or file.mime not in SEALED_KINDS:
        kinds = "、".join(SEALED_KINDS.values())
        raise InvalidInput(f"盖章件应为你上传的 {kinds} 文件", {"attachment": attachment})
    sealed = Sealed(row["name"], seq, row["number"], file.reference)
    step = work.fire(case_id, Firing("seal_document", sealed=sealed), actor)
    work.writes.sealed.append(
        {
            "case_id": case_id,
            "seq": step.case.seq,
            "of_seq": seq,
            "attachment_id": file.id,
        }
    )
    return work.case(case_id)


def _plain(number: str) -> str:
    """A number however it was typed: kinds of brackets and blanks do not matter."""
    return "".join(number.split()).translate(_BRACKETS)
