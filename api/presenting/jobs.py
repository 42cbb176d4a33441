"""Long work in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.jobs.exporting import LEDGER
from api.jobs.importing import CASES
from api.jobs.listing import LIST
from api.presenting.lists import LedgerLink
from api.presenting.wording import to_the_minute
from workflow.store.jobs import Job

STATUSES = {"waiting": "等待处理", "running": "正在处理", "done": "已完成", "failed": "没有办成"}


@dataclass(frozen=True, slots=True)
class Way:
    """A page to go to: the one on which a job was begun, or where to go on from it."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job: what it is, where it stands, how far it has come; `file` is where to fetch what came
    of it, `next` where to go on from it if anywhere, `back` where it was begun.
    """

    url: str
    title: str
    status: str
    ended: bool
    failed: bool
    done: int
    total: int
    progress: str
    asked: str
    detail: str
    file: str
    file_name: str
    back: Way
    next: Way | None


@dataclass(frozen=True, slots=True)
class JobsPage:
    """What the reader asked for."""

    tabs: tuple[LedgerLink, ...]
    jobs: tuple[JobLine, ...]


@dataclass(frozen=True, slots=True)
class JobPage:
    """One job; `worker` is whether anybody is there to do it."""

    job: JobLine
    still: bool
    worker: bool


def job_line(job: Job, is_kept: Callable[[str], bool]) -> JobLine:
    """A job in words; a file that was cleared away is not offered."""
    url = f"/jobs/{job.id}"
    kept = job.file is not None and is_kept(job.file)
    return JobLine(
        url=url,
        title=job.title,
        status=STATUSES[job.status],
        ended=job.ended_at is not None,
        failed=job.status == "failed",
        done=job.done,
        total=job.total,
        progress=_progress(job),
        asked=to_the_minute(job.asked_at),
        detail=job.detail or "",
        file=f"{url}/file" if kept else "",
        file_name=job.file_name or "",
        back=_BACK[job.kind](job.asked),
        next=_NEXT[job.kind](job.asked) if job.status == "done" else None,
    )


def _ledger_of(asked: Mapping[str, Any]) -> str:
    """The ledger as it was filtered; jobs of before do not know how."""
    return f"/ledgers/{asked['workflow']}/{asked['ledger']}{asked.get('address', '')}"


_BACK: Mapping[str, Callable[[Mapping[str, Any]], Way]] = {
    LEDGER: lambda asked: Way(_ledger_of(asked), "回到台账"),
    CASES: lambda asked: Way(f"/cases/import?workflow={asked['workflow']}", "回到导入"),
    LIST: lambda asked: Way(f"/administration/import/{asked['which']}", "回到导入"),
}


def _to_its_cases(asked: Mapping[str, Any]) -> Way | None:
    """Where the cases of a table stand, the newest first; jobs of before do not know where."""
    if not asked.get("ledger"):
        return None
    return Way(f"{_ledger_of(asked)}?order=newest", "到台账看导入的事项")


def _to_take(asked: Mapping[str, Any]) -> Way | None:
    """A list that was looked at and found right is taken next."""
    if asked["take"]:
        return None
    whole = "&complete=yes" if asked["complete"] else ""
    return Way(f"/administration/import/{asked['which']}?looked=yes{whole}", "接着导入")


_NEXT: Mapping[str, Callable[[Mapping[str, Any]], Way | None]] = {
    LEDGER: lambda asked: None,
    CASES: _to_its_cases,
    LIST: _to_take,
}


def _progress(job: Job) -> str:
    if job.status != "running" or not job.total:
        return ""
    if job.done == job.total:
        return f"{job.total:,} 行都已读过，正在核对和写入"
    return f"已处理 {job.done:,} 行，共 {job.total:,} 行"


@dataclass(frozen=True, slots=True)
class ExportPage:
    """A ledger that is too long to be made while the browser waits."""

    title: str
    rows: int
    ledger: str
    action: str
