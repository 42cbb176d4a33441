"""从表格导入: fill in the template, see what would become of every row, open all of them at once.

The file is sent once: what was looked at is kept in the page and opened as it was looked at.
"""

from urllib.parse import urlencode

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.jobs import importing
from api.pages.forms import Posted, printable, text_in
from api.pages.kept_files import MOST_KEPT, content_of, kept_in
from api.pages.rendering import masthead_of, show
from api.presenting.importing import ImportPage, ImportRow
from api.spreadsheets.case_import import Report, RowReport, import_cases
from api.spreadsheets.case_table import columns_of
from workflow.engine.definition import Definition
from workflow.engine.errors import Refusal
from workflow.store import jobs

router = APIRouter()

_HERE = "/cases/new"
AT_ONCE = 300
"""Cases that are opened while the browser waits: a second or two."""


@router.get("/cases/import")
def ask(duban: Installation, someone: SignedInPage, workflow: str = "") -> Response:
    """The empty form of one workflow; nothing is chosen yet where none is named."""
    if not workflow:
        return RedirectResponse(_HERE, 303)
    definition = duban.catalog.newest(workflow).definition
    columns_of(definition)
    return _show(duban, someone, _page(definition))


@router.post("/cases/import")
def look_or_open(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Say what would become of every row, or open them; a refusal shows the form again."""
    definition = duban.catalog.newest(printable(text_in(form, "workflow"))).definition
    try:
        content = content_of(form)
        commit = text_in(form, "act") == "open"
        looked = import_cases(duban, someone, definition.workflow, content, commit=False)
        if commit and not looked.wrong:
            if len(looked.rows) > AT_ONCE:
                return _in_the_background(duban, someone, definition, content)
            looked = import_cases(duban, someone, definition.workflow, content, commit=True)
    except Refusal as refusal:
        page = _page(definition, problem=refusal.sentence)
        return _show(duban, someone, page, refusal)
    kept = content if len(content) <= MOST_KEPT and not (looked.wrong or looked.committed) else b""
    return _show(duban, someone, _page(definition, looked, kept=kept))


def _in_the_background(
    duban: Duban, someone: Someone, definition: Definition, content: bytes
) -> Response:
    """Have the cases opened as long work; to the page of that job."""
    now = duban.clock()
    ledger = next(iter(definition.ledgers), "")
    asked = importing.asked_for(definition.workflow, ledger, duban.files.put(content, now))
    title = f"从表格导入{definition.title}"
    with duban.database.unit_of_work() as connection:
        job = jobs.ask(connection, someone.actor, importing.CASES, title, asked, now)
    return RedirectResponse(f"/jobs/{job}", 303)


def _page(
    definition: Definition, report: Report | None = None, *, problem: str = "", kept: bytes = b""
) -> ImportPage:
    query = urlencode({"workflow": definition.workflow})
    return ImportPage(
        workflow=definition.workflow,
        title=definition.title,
        template=f"/api/v1/cases/import/template?{query}",
        problem=problem,
        looked=report is not None,
        committed=report.committed if report else False,
        wrong=report.wrong if report else 0,
        rows=tuple(map(_row, report.rows)) if report else (),
        kept=kept_in(kept),
    )


def _row(report: RowReport) -> ImportRow:
    url = f"/cases/{report.case}" if report.case else ""
    errors = tuple(report.errors.items())
    return ImportRow(report.row, report.about, report.ok, url, report.number or "", errors)


def _show(
    duban: Duban, someone: Someone, page: ImportPage, refused: Refusal | None = None
) -> Response:
    return show("import.html", page, masthead_of(duban, someone, _HERE), refused=refused)
