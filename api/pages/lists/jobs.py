"""后台任务: long work that the reader asked for, how far it has come, and what came of it.

The page of a job asks for itself again every few seconds until it has ended, which needs no script;
it can be left, and found again in the list.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.auth import Installation, SignedInPage, Someone
from api.downloads import sent
from api.pages.forms import GREATEST_ID
from api.pages.lists.my_work import JOBS, my_tabs
from api.pages.rendering import LOOK_EVERY, masthead_of, show
from api.presenting.jobs import JobPage, JobsPage, job_line
from workflow.engine.errors import NotFound
from workflow.store import jobs
from workflow.store.processes import anybody_works

router = APIRouter()

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

JobId = Annotated[int, Path(ge=1, le=GREATEST_ID)]


@router.get(JOBS)
def list_jobs(duban: Installation, someone: SignedInPage) -> Response:
    """What the reader asked for, newest first."""
    with duban.database.reading() as connection:
        found = jobs.jobs_of(connection, someone.person)
    tabs = () if someone.administers else my_tabs(JOBS)
    page = JobsPage(tabs, tuple(job_line(one, duban.files.has) for one in found))
    return show("jobs.html", page, masthead_of(duban, someone, _part(someone)))


def _part(someone: Someone) -> str:
    """Which part of the site it belongs to: an administrator has no work besides."""
    return JOBS if someone.administers else "/"


@router.get("/jobs/{job}")
def one_job(
    job: JobId, duban: Installation, someone: SignedInPage, still: Annotated[str, Query()] = ""
) -> Response:
    """How far it has come; with `still` the page does not ask for itself again."""
    with duban.database.reading() as connection:
        found = jobs.one_of(connection, someone.person, job)
        works = anybody_works(connection, duban.clock())
    line = job_line(found, duban.files.has)
    page = JobPage(line, still=bool(still), worker=works)
    answer = show("job.html", page, masthead_of(duban, someone, _part(someone)))
    if not line.ended and not still:
        answer.headers["Refresh"] = str(LOOK_EVERY)
    return answer


@router.get("/jobs/{job}/file")
def file_of(job: JobId, duban: Installation, someone: SignedInPage) -> Response:
    """What came of it, while it is kept; raises NotFound."""
    with duban.database.reading() as connection:
        found = jobs.one_of(connection, someone.person, job)
    if not found.is_still_theirs(someone.actor):
        raise NotFound("岗位有变动，原岗位办的文件不能再下载", {"job": job})
    if found.file is None or found.file_name is None or not duban.files.has(found.file):
        raise NotFound("文件只保留一天，已经清除；需要的话请重新办理", {"job": job})
    return sent(duban.files.path(found.file), found.file_name, _XLSX)
