"""A document of a case from its draft to its issue: composed, looked over, numbered, drawn, kept.

What is wrong with a draft is told all at once; with anything wrong it is not issued.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from sqlalchemy import Connection

from api.attaching import safe_name
from api.auth import Someone
from api.context import Duban
from api.papers.values import filling
from workflow.engine.calendar import local_day
from workflow.engine.case import Case, World
from workflow.engine.errors import InvalidInput, Refusal
from workflow.engine.issuing import may_issue
from workflow.engine.scene import Scene
from workflow.issuing import Draft, Written
from workflow.papers.composing import Composed, compose
from workflow.papers.lint import mistakes_in
from workflow.store.casework import cases, documents
from workflow.store.casework.cases import case_in_scope
from workflow.store.sight.scope import check_scope
from workflow.uploads import NewFile, keep_made

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOT_YET = "　"
"""What stands in a draft where its number will."""


class DocumentRefused(InvalidInput):
    """A document with mistakes in it is not issued; `data` lists them."""

    code = "document_refused"


@dataclass(frozen=True, slots=True)
class Proof:
    """A draft as it would be issued now, and everything that stands against it."""

    document: Composed
    mistakes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A document that somebody may issue now, or why they may not, though it is theirs to issue."""

    name: str
    title: str
    reason: str = ""


def offers(scene: Scene, someone: Someone) -> Iterator[Offer]:
    """The documents a case offers somebody in its present state."""
    for name, paper in scene.definition.documents.items():
        if scene.case.state not in paper.from_:
            continue
        try:
            may_issue(scene, name, someone.actor)
        except Refusal as refusal:
            if refusal.code == "condition_not_met":
                yield Offer(name, paper.title, refusal.sentence)
        else:
            yield Offer(name, paper.title)


def proof(duban: Duban, someone: Someone, case_id: int, name: str) -> Proof:
    """The draft of a document that somebody may issue; raises a Refusal."""
    with duban.database.reading() as connection:
        case = case_in_scope(connection, someone.actor, case_id)
        scene = scene_of(connection, duban, case, duban.clock())
        may_issue(scene, name, someone.actor)
        paper = scene.definition.documents[name]
        _, template = duban.catalog.template(paper.template or name)
        unit = scene.case.parties[paper.issuer].unit
        number = None
        if template.series is not None:
            mark = documents.mark_of(connection, unit)
            year = local_day(scene.now).year
            number = documents.number_in_words(mark, template.series, year, NOT_YET)
        return _proof(connection, duban, someone, Draft(connection, scene, name, template, number))


def scene_of(connection: Connection, duban: Duban, case: Case, now: datetime) -> Scene:
    """The case as its documents see it."""
    compiled = duban.catalog.version(case.definition)
    children = cases.open_children(connection, case.id) if compiled.definition.children else {}
    return Scene(compiled, case, World(duban.catalog.calendar, children), now)


def _proof(connection: Connection, duban: Duban, someone: Someone, draft: Draft) -> Proof:
    filled = filling(connection, duban.catalog, draft.scene, draft.document, someone.name)
    composed = compose(
        draft.template, filled.values, filled.tables, filled.envelope, draft.number or ""
    )
    return Proof(composed, tuple(mistakes_in(composed, filled.sides)))


def issue(duban: Duban, someone: Someone, case_id: int, name: str, request: str) -> int:
    """Issue a document of a case; the history row that says so. Raises a Refusal."""
    now = duban.clock()

    def write(draft: Draft) -> Written:
        proof = _proof(draft.connection, duban, someone, draft)
        if proof.mistakes:
            sentence = "；".join(proof.mistakes)
            raise DocumentRefused(sentence, {"mistakes": list(proof.mistakes)})
        return _kept(draft.connection, duban, someone, proof.document, now)

    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
    answer = duban.commands.issue_document(
        case_id=case_id, document=name, actor=someone.actor, request=request, now=now, write=write
    )
    return answer.seq


def _kept(
    connection: Connection, duban: Duban, someone: Someone, document: Composed, now: datetime
) -> Written:
    from api.papers.docx_file import docx_of  # python-docx is slow to import

    new = NewFile(_file_name(document), DOCX, docx_of(document))
    file = keep_made(connection, duban.files, new, person=someone.person, now=now)
    return Written(document.title, document.as_dict(), file)


def _file_name(document: Composed) -> str:
    """What the file is called: its number and title, as an office would file it."""
    words = " ".join(filter(None, (document.number, document.title)))
    return PurePath(safe_name(f"{words.replace('/', '／')}.docx")).name
