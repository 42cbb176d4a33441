"""Many cases at once: upload a table, and the template to fill in."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, UploadFile
from pydantic import BaseModel

from api.auth import Installation, SignedIn
from api.downloads import disposition
from api.rest.inputs import Word
from api.rest.mistakes import workflow_named
from api.spreadsheets.case_import import import_cases
from api.spreadsheets.case_table import columns_of
from api.spreadsheets.case_template import Offered, template
from workflow.store.lists.units import units_of_kinds

router = APIRouter(tags=["import"])

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_UNITS_OFFERED = 3000


class RowOut(BaseModel):
    """What became of a row; `errors` are sentences by column."""

    row: int
    ok: bool
    case: int | None
    number: str | None
    errors: dict[str, str]


class ReportOut(BaseModel):
    """What became of a file; without `committed` nothing was opened."""

    workflow: str
    committed: bool
    ok: int
    wrong: int
    rows: list[RowOut]


@router.post("/cases/import")
def import_table(
    file: UploadFile,
    duban: Installation,
    someone: SignedIn,
    workflow: Annotated[Word, Query()],
    commit: Annotated[
        bool, Query(description="open the cases, not only say what would be")
    ] = False,
) -> ReportOut:
    """Open a case for each row of an xlsx or CSV file, or say what would happen."""
    workflow_named(duban, workflow)
    report = import_cases(duban, someone, workflow, file.file.read(), commit=commit)
    names = RowOut.model_fields
    rows = [RowOut(**{name: getattr(row, name) for name in names}) for row in report.rows]
    return ReportOut(
        workflow=report.workflow,
        committed=report.committed,
        ok=len(rows) - report.wrong,
        wrong=report.wrong,
        rows=rows,
    )


@router.get("/cases/import/template", response_class=Response)
def import_template(
    workflow: Annotated[Word, Query()], duban: Installation, _: SignedIn
) -> Response:
    """The xlsx to fill in."""
    definition = workflow_named(duban, workflow).definition
    columns_of(definition)
    kinds = {selector for party in definition.parties.values() for selector in party.among}
    with duban.database.reading() as connection:
        rows = units_of_kinds(connection, _level_and_kind(kinds), _MOST_UNITS_OFFERED)
    names = [row["short_name"] for row in rows]
    units = [
        Offered(
            row["code"],
            row["short_name"],
            row["name"],
            row["above"] or "",
            by_code=names.count(row["short_name"]) > 1,
        )
        for row in rows
    ]
    headers = {"Content-Disposition": disposition(f"{definition.title}导入模板.xlsx")}
    return Response(template(definition, units), headers=headers, media_type=_XLSX)


def _level_and_kind(selectors: set[str]) -> list[tuple[str, str]] | None:
    """Kinds of unit as the unit table has them; None for all."""
    pairs = [one.partition(" ") for one in sorted(selectors)]
    return [(level, kind or "government") for level, _, kind in pairs] or None
