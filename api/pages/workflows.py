"""工作流程: what is declared, in plain Chinese: diagram, parties, and the rules of every state."""

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.rendering import masthead_of, show
from api.presenting.wording import Names
from api.presenting.workflows import WorkflowLine, WorkflowsPage, workflow_page

router = APIRouter()


@router.get("/workflows")
def all_workflows(duban: Installation, someone: SignedInPage) -> Response:
    """The list."""
    lines = tuple(
        WorkflowLine(f"/workflows/{name}", compiled.definition.title, compiled.definition.basis)
        for name, compiled in duban.catalog.workflows().items()
    )
    return show("workflows.html", WorkflowsPage(lines), masthead_of(duban, someone, "/workflows"))


@router.get("/workflows/{name}")
def one_workflow(name: str, duban: Installation, someone: SignedInPage) -> Response:
    """The rule book of one."""
    compiled = duban.catalog.newest(name)
    titles = {other: c.definition.title for other, c in duban.catalog.workflows().items()}
    page = workflow_page(compiled.definition, compiled.version, Names(workflows=titles))
    return show("workflow.html", page, masthead_of(duban, someone, "/workflows"))
