"""The organisation changed by a program of the system administrator's, who signs in for it: lists
looked at and taken, changes read and taken back.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response, UploadFile
from pydantic import BaseModel, Field

from api.auth import Installation, SignedIn
from api.downloads import disposition
from api.rest.inputs import LARGEST_ID, Before, Body, Limit
from api.spreadsheets.org_import import report_on
from api.spreadsheets.org_lists import TITLES, Which, template_of
from workflow.organising import Organising
from workflow.store.offices.changes import Asked, list_changes

router = APIRouter(prefix="/organisation", tags=["organisation"])

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_REQUEST = "an id of the client's own: a retry with it gets the first answer"


class LineOut(BaseModel):
    """What becomes of a line; `row` is 0 for what a complete list leaves out."""

    row: int
    verdict: str
    what: str
    sentence: str


class ListOut(BaseModel):
    """What becomes of a list: how many lines of each verdict, and the first of all that change.

    `change` is the number of the change once it was taken; before that nothing was.
    """

    counts: dict[str, int]
    lines: list[LineOut]
    change: int | None
    sentence: str


class ChangeOut(BaseModel):
    """A change of the organisation, in words; `person` is null for the command line."""

    id: int
    kind: str
    at: datetime
    person: str | None
    sentence: str
    undone_by: int | None


class ChangePage(BaseModel):
    """Some changes, newest first; `next` is `before` for the page that follows."""

    items: list[ChangeOut]
    next: int | None


class UndoBody(Body):
    """A change to take back."""

    request: str = Field(description=_REQUEST)


class UndoneOut(BaseModel):
    """The change that took another one back."""

    id: int
    sentence: str


@router.post("/import/{which}")
def import_list(
    which: Which,
    file: UploadFile,
    duban: Installation,
    someone: SignedIn,
    request: Annotated[str, Query(description=_REQUEST)],
    complete: Annotated[
        bool, Query(description="the list is all there is: what it leaves out is closed")
    ] = False,
    commit: Annotated[bool, Query(description="take it, not only say what would be")] = False,
) -> ListOut:
    """Look at what would become of every line of an xlsx or CSV file, or take all of it."""
    asked = Asked(request, duban.clock(), someone.person)
    report = report_on(duban, which, file.file.read(), asked, complete=complete, take=commit)
    names = LineOut.model_fields
    return ListOut(
        counts=dict(report.counts),
        lines=[LineOut(**{name: getattr(line, name) for name in names}) for line in report.lines],
        change=report.change,
        sentence=report.sentence or report.in_words(),
    )


@router.get("/import/{which}/template", response_class=Response)
def list_template(which: Which, _: SignedIn) -> Response:
    """The xlsx to fill in."""
    headers = {"Content-Disposition": disposition(f"{TITLES[which]}导入模板.xlsx")}
    return Response(template_of(which), headers=headers, media_type=_XLSX)


@router.get("/changes")
def changes(
    duban: Installation, _: SignedIn, before: Before = None, limit: Limit = 50
) -> ChangePage:
    """What was changed, newest first."""
    with duban.database.reading() as connection:
        rows = list_changes(connection, before=before, limit=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    return ChangePage(items=[_change(row) for row in rows], next=rows[-1]["id"] if more else None)


def _change(row: dict[str, Any]) -> ChangeOut:
    return ChangeOut(**{name: row[name] for name in ChangeOut.model_fields})


@router.post("/changes/{change}/undo")
def undo(
    change: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    body: UndoBody,
    duban: Installation,
    someone: SignedIn,
) -> UndoneOut:
    """Take a change back, while nothing was built upon it."""
    asked = Asked(body.request, duban.clock(), someone.person)
    done = Organising(duban.database).undo(asked, change)
    return UndoneOut(id=done.id, sentence=done.sentence)
