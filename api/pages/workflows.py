"""工作流程: what is declared, in plain Chinese: the rule book with its diagram, to be printed and
signed; what each post has to do; and every version with what it changed.
"""

from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.context import Duban
from api.pages.rendering import masthead_of, show
from api.presenting.handbook import (
    HandbookPage,
    VersionLine,
    VersionsPage,
    changes_between,
    parts_of,
)
from api.presenting.wording import Names, in_full
from api.presenting.workflows import WorkflowLine, WorkflowPage, WorkflowsPage, workflow_page
from workflow.engine.calendar import local_day

router = APIRouter()

_HERE = "/workflows"


@router.get("/workflows")
def all_workflows(duban: Installation, someone: SignedInPage) -> Response:
    """The list."""
    lines = tuple(
        WorkflowLine(f"/workflows/{name}", compiled.definition.title, compiled.definition.basis)
        for name, compiled in duban.catalog.workflows().items()
    )
    return show("workflows.html", WorkflowsPage(lines), masthead_of(duban, someone, _HERE))


@router.get("/workflows/{name}")
def one_workflow(name: str, duban: Installation, someone: SignedInPage) -> Response:
    """The rule book of one."""
    page = _rule_books(duban, name)[0]
    return show("workflow.html", page, masthead_of(duban, someone, _HERE))


@router.get("/workflows/{name}/handbook")
def handbook(name: str, duban: Installation, someone: SignedInPage) -> Response:
    """What each post has to do."""
    page = _handbook(duban, name)
    return show("handbook.html", page, masthead_of(duban, someone, _HERE))


@router.get("/workflows/{name}/handbook.html")
def handbook_file(name: str, duban: Installation, someone: SignedInPage) -> Response:
    """The same as one file that needs nothing else, to be read without a network."""
    del someone
    page = _handbook(duban, name)
    answer = show("handbook_file.html", page)
    title = quote(f"{page.title}办事指南.html")
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"handbook.html\"; filename*=UTF-8''{title}"
    )
    return answer


@router.get("/workflows/{name}/versions")
def versions(name: str, duban: Installation, someone: SignedInPage) -> Response:
    """Every version with its date and what it changed, the newest first."""
    books = _rule_books(duban, name)
    lines = [
        VersionLine(
            number=book.version,
            since=book.since,
            changes=changes_between(older, book) if older else (),
            first=older is None,
            newest=book is books[0],
        )
        for book, older in zip(books, [*books[1:], None], strict=True)
    ]
    page = VersionsPage(name, books[0].title, tuple(lines))
    return show("versions.html", page, masthead_of(duban, someone, _HERE))


def _handbook(duban: Duban, name: str) -> HandbookPage:
    book, definition = _rule_books(duban, name)[0], duban.catalog.newest(name).definition
    return HandbookPage(
        name=name,
        title=book.title,
        basis=book.basis,
        begins=book.begins,
        version=book.version,
        since=book.since,
        parts=parts_of(definition),
    )


def _rule_books(duban: Duban, name: str) -> list[WorkflowPage]:
    """The rule book of every version, the newest first; raises NotFound."""
    titles = {other: c.definition.title for other, c in duban.catalog.workflows().items()}
    names = Names(workflows=titles)
    return [
        workflow_page(duban.catalog.version(id_).definition, number, names, _day(published_at))
        for id_, number, published_at in duban.catalog.versions_of(name)
    ]


def _day(at: datetime) -> str:
    return in_full(local_day(at))
