"""What the page of a case, or its answer to a program, says of documents."""

from sqlalchemy import Connection

from api.auth import Someone
from api.context import Duban
from api.papers.issuing import offers, scene_of
from api.presenting.documents import DocumentOffer, Papers, document_lines
from api.presenting.wording import Names
from workflow.engine.case import Case
from workflow.store.casework import documents


def papers_of(
    connection: Connection, duban: Duban, someone: Someone, case: Case, names: Names
) -> Papers:
    """The documents that a case offers a reader, and those that it has issued."""
    definition = duban.catalog.version(case.definition).definition
    if not definition.documents:
        return Papers()
    titles = {name: paper.title for name, paper in definition.documents.items()}
    rows = documents.issued(connection, case.id)
    found = tuple(
        DocumentOffer(f"/cases/{case.id}/documents/{one.name}", one.title, one.reason)
        for one in offers(scene_of(connection, duban, case, duban.clock()), someone)
    )
    return Papers(found, document_lines(case.id, titles, rows, names))
