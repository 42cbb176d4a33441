"""A list of units, people or deputies, however long: looked at line by line, or taken."""

import io
from typing import Any

from api.auth import Someone
from api.auth.refusals import NotAllowed
from api.context import Duban
from api.jobs.telling import Tell
from api.jobs.work import Made
from api.spreadsheets.org_import import report_on
from api.spreadsheets.org_lists import TITLES, Which, list_called
from workflow.engine.errors import InvalidInput
from workflow.organising.lines import IN_WORDS, Report
from workflow.store.jobs import Job
from workflow.store.offices.changes import Asked

LIST = "list"


def asked_for(
    which: Which, file: str, request: str, *, complete: bool, take: bool
) -> dict[str, Any]:
    """What the row of such a job keeps; `file` is the SHA-256 of the list, `request` makes taking
    it twice the same as taking it once.
    """
    return {
        "which": which, "file": file, "request": request, "complete": complete, "take": take
    }  # fmt: skip


def read_list(duban: Duban, someone: Someone, job: Job, tell: Tell) -> Made:
    """Say what would become of every line, or take the list where none of them is wrong."""
    if someone.administers != "system":
        raise NotAllowed("名单由系统管理员导入；交办的人已不是系统管理员")
    content = duban.files.read(job.asked["file"])
    if content is None:
        raise InvalidInput("表格已经清除，请重新上传")
    which, take = list_called(job.asked["which"]), bool(job.asked["take"])
    asked = Asked(job.asked["request"], duban.clock(), someone.person)
    complete = bool(job.asked["complete"])
    report = report_on(duban, which, content, asked, complete=complete, take=False, tell=tell)
    if take and not report.counts["wrong"]:
        report = report_on(duban, which, content, asked, complete=complete, take=True)
        return Made(f"{report.sentence}：{report.in_words()}")
    left = "；请在表格里改好，再上传一次" if report.counts["wrong"] else ""
    sentence = f"{report.in_words()}；一行也没有导入{left}"
    name = f"{TITLES[which]}名单逐行检查.xlsx"
    return Made(sentence, _sheet(report), name, failed=bool(report.counts["wrong"]))


def _sheet(report: Report) -> bytes:
    """What would become of each line that changes anything, those that are wrong first."""
    import xlsxwriter  # only here: not needed to start

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("逐行检查")
    sheet.set_column(1, 3, 24)
    sheet.write_row(0, 0, ["行", "结果", "内容", "说明"])
    lines = sorted(report.lines, key=lambda line: line.verdict != "wrong")
    for at, one in enumerate(lines, start=1):
        row = "表格以外" if one.row == 0 else one.row
        sheet.write_row(at, 0, [row, IN_WORDS[one.verdict], one.what, one.sentence])
    book.close()
    return content.getvalue()
