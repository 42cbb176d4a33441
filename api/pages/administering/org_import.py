"""导入单位、导入人员: look at what would become of every line of a list, then take all of it.

The file is sent once: what was looked at is kept in the page. A list too large for that is looked
at, and taken, as long work; it is chosen again for each.
"""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.downloads import disposition
from api.jobs import listing
from api.pages.administering.organisation import HERE
from api.pages.forms import Posted, text_in
from api.pages.kept_files import content_of, kept_in
from api.pages.rendering import masthead_of, show
from api.presenting.organisation import ListPage, list_lines
from api.spreadsheets.org_import import report_on
from api.spreadsheets.org_lists import TITLES, Which, template_of
from workflow.engine.errors import Refusal
from workflow.organising.lines import Report
from workflow.store import jobs
from workflow.store.offices.changes import Asked

router = APIRouter()

MOST_LISTED = 500
AT_ONCE = 200_000
"""Bytes of a list that is dealt with while the browser waits: some five thousand lines."""
_AGAIN = "名单检查过了，没有错误；请再选一次同一个文件，按“导入”"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/administration/import/{which}")
def ask(
    which: Which,
    duban: Installation,
    someone: SignedInPage,
    looked: Annotated[str, Query()] = "",
    complete: Annotated[str, Query()] = "",
) -> Response:
    """The empty form; once a long list was `looked` at, it can be taken."""
    page = _page(which, None, complete=bool(complete))
    return _show(duban, someone, replace(page, looked=True, total=_AGAIN) if looked else page)


@router.get("/administration/import/{which}/template.xlsx")
def template(which: Which, _: SignedInPage) -> Response:
    """The xlsx to fill in."""
    content = template_of(which)
    headers = {"Content-Disposition": disposition(f"{TITLES[which]}导入模板.xlsx")}
    return Response(content, headers=headers, media_type=_XLSX)


@router.post("/administration/import/{which}")
def look_or_take(
    which: Which, duban: Installation, someone: SignedInForm, form: Posted
) -> Response:
    """Say what would become of every line, or take the list; a refusal shows the form again."""
    complete = "complete" in form
    try:
        content = content_of(form)
        if len(content) > AT_ONCE:
            return _in_the_background(duban, someone, which, content, form)
        report = _report(duban, someone, which, content, form)
    except Refusal as refused:
        page = _page(which, None, problem=refused.sentence, complete=complete)
        return _show(duban, someone, page, refused)
    fit = not report.counts["wrong"] and report.change is None
    return _show(
        duban, someone, _page(which, report, kept=content if fit else b"", complete=complete)
    )


def _in_the_background(
    duban: Duban, someone: Someone, which: Which, content: bytes, form: FormData
) -> Response:
    """Have the list looked at or taken as long work; to the page of that job."""
    now, take = duban.clock(), text_in(form, "act") == "take"
    asked = listing.asked_for(
        which,
        duban.files.put(content, now),
        text_in(form, "request"),
        complete="complete" in form,
        take=take,
    )
    title = f"{'导入' if take else '检查'}{TITLES[which]}名单"
    with duban.database.unit_of_work() as connection:
        job = jobs.ask(connection, someone.actor, listing.LIST, title, asked, now)
    return RedirectResponse(f"/jobs/{job}", 303)


def _report(duban: Duban, someone: Someone, which: Which, content: bytes, form: FormData) -> Report:
    asked = Asked(text_in(form, "request"), duban.clock(), someone.person)
    take, complete = text_in(form, "act") == "take", "complete" in form
    return report_on(duban, which, content, asked, complete=complete, take=take)


def _page(
    which: Which,
    report: Report | None,
    *,
    kept: bytes = b"",
    problem: str = "",
    complete: bool = False,
) -> ListPage:
    lines = list_lines(report, MOST_LISTED) if report else ()
    return ListPage(
        which=which,
        title=TITLES[which],
        looked=report is not None,
        taken=report.sentence if report and report.change else "",
        wrong=bool(report and report.counts["wrong"]),
        total=report.in_words() if report else "",
        lines=lines,
        left_out=len(report.lines) - len(lines) if report else 0,
        complete=complete,
        kept=kept_in(kept),
        problem=problem,
    )


def _show(
    duban: Duban, someone: Someone, page: ListPage, refused: Refusal | None = None
) -> Response:
    return show("org_import.html", page, masthead_of(duban, someone, HERE), refused=refused)
