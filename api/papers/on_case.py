"""What the page of a case, or its answer to a program, says of documents."""

from collections.abc import Sequence

from sqlalchemy import Connection

from api.auth import Someone
from api.papers.issuing import offers
from api.papers.sealing import may_bring
from api.presenting.documents import DocumentOffer, Papers, document_line
from api.presenting.wording import Names
from workflow.engine.errors import Refusal
from workflow.engine.issuing import may_void
from workflow.engine.scene import Scene
from workflow.store.casework import documents


def papers_of(
    connection: Connection,
    someone: Someone,
    scene: Scene,
    names: Names,
    history: Sequence[documents.Row],
) -> Papers:
    """The documents that a case offers a reader, and those that it has issued, by its history."""
    definition, case = scene.definition, scene.case
    if not definition.documents:
        return Papers()
    titles = {name: paper.title for name, paper in definition.documents.items()}
    issued = any(row["event"] == "issue_document" for row in history)
    rows = documents.issued(connection, case.id) if issued else []
    sealed = documents.sealed_of(connection, case.id) if rows else {}
    void = documents.void_in(history)
    lines = tuple(
        document_line(
            case.id,
            titles.get(row["name"], ""),
            row,
            sealed.get(row["seq"]),
            names,
            void=void.get(row["seq"], ""),
            may_seal=may_bring(scene, row["name"], someone),
            may_void=_may_void(scene, row["name"], someone),
        )
        for row in rows
    )
    found = tuple(
        DocumentOffer(f"/cases/{case.id}/documents/{one.name}", one.title, one.reason)
        for one in offers(scene, someone)
    )
    return Papers(found, lines)


def _may_void(scene: Scene, name: str, someone: Someone) -> bool:
    try:
        may_void(scene, name, someone.actor)
    except Refusal:
        return False
    return True
