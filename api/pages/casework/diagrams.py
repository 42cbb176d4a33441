"""Diagrams as pictures of their own: of a workflow, and of a case with its present state."""

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.forms import CaseId
from workflow.diagram import draw
from workflow.store.casework.cases import case_in_scope

router = APIRouter()

_KEEP = {"Cache-Control": "private, max-age=3600"}
"""Pages ask for a diagram with the version it shows, so a changed one has another address."""


@router.get("/cases/{case_id}/diagram.svg")
def of_case(case_id: CaseId, duban: Installation, someone: SignedInPage) -> Response:
    """The case's workflow, with the states it went through in this cycle and the present one."""
    with duban.database.reading() as connection:
        case = case_in_scope(connection, someone.actor, case_id)
    definition = duban.catalog.version(case.definition).definition
    return _svg(draw(definition, present=case.state, walked=tuple(case.cycle.entries)))


@router.get("/workflows/{name}/diagram.svg")
def of_workflow(name: str, duban: Installation, someone: SignedInPage) -> Response:
    """The workflow in its newest version."""
    del someone
    return _svg(draw(duban.catalog.newest(name).definition))


def _svg(drawn: str) -> Response:
    return Response(drawn, media_type="image/svg+xml", headers=_KEEP)
