"""Cases from a long table: looked at again row by row, then opened in one transaction."""

import io
from typing import Any

from api.auth import Someone
from api.context import Duban
from api.jobs.telling import Tell
from api.jobs.work import Made
from api.spreadsheets.case_import import Report, import_cases
from workflow.engine.errors import InvalidInput
from workflow.store.jobs import Job

CASES = "cases"


def asked_for(workflow: str, ledger: str, file: str) -> dict[str, Any]:
    """What the row of such a job keeps; `file` is the SHA-256 of the table, and in `ledger` its
    cases stand then, where the workflow has one.
    """
    return {"workflow": workflow, "ledger": ledger, "file": file}


def open_from_table(duban: Duban, someone: Someone, job: Job, tell: Tell) -> Made:
    """Open a case for each row, all or none; a table taken in before opens nothing twice."""
    content = duban.files.read(job.asked["file"])
    if content is None:
        raise InvalidInput("表格已经清除，请重新上传")
    report = import_cases(duban, someone, job.asked["workflow"], content, commit=True, tell=tell)
    sentence = f"已导入 {len(report.rows)} 件；表格里是每一行的编号"
    return Made(sentence, _sheet(report), "导入结果.xlsx")


def _sheet(report: Report) -> bytes:
    """Which row became which case."""
    import xlsxwriter  # only here: not needed to start

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("导入结果")
    sheet.set_column(1, 1, 24)
    sheet.write_row(0, 0, ["行", "编号"])
    for at, row in enumerate(report.rows, start=1):
        sheet.write_row(at, 0, [row.row, row.number or ""])
    book.close()
    return content.getvalue()
