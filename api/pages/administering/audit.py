"""审计日志: the log for the audit administrator, its export, and the checkpoints."""

import csv
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from io import StringIO
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Response

from api.auth import Installation, SignedInForm, SignedInPage
from api.checkpoint_files import EVERY
from api.context import Duban
from api.pages.forms import GREATEST_ID, Posted, day_in, printable, text_in
from api.pages.rendering import masthead_of, show
from api.presenting.audit_log import (
    OUTCOMES,
    AuditPage,
    Line,
    checkpoint_line,
    lines_of,
    people_in,
    units_in,
)
from api.presenting.fields import options_of
from api.presenting.wording import Names
from workflow.engine.errors import InvalidInput, NotFound
from workflow.store.evidence import audit, audit_log
from workflow.store.evidence.audit import KINDS, Act
from workflow.store.evidence.audit_log import Spot, Wanted
from workflow.store.lists import queries

router = APIRouter()

PAGE_SIZE = 50
SHOWN_CHECKPOINTS = 5
MOST_EXPORTED = 50_000
"""Rows of one export; narrower filters give the rest."""

_HEADER = ("时间", "操作", "结果", "人员", "对象", "详情", "来源地址", "日志行号", "原始内容")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader narrowed the log to, as it was typed."""

    kind: str = ""
    outcome: str = ""
    who: str = ""
    since: str = ""
    until: str = ""

    def given(self) -> dict[str, str]:
        """Those that are not empty."""
        return {name: text for name, text in asdict(self).items() if text}


def _asked(
    kind: str = "", outcome: str = "", who: str = "", since: str = "", until: str = ""
) -> Filters:
    """Unknown choices count as not made."""
    return Filters(
        kind if kind in KINDS else "",
        outcome if outcome in OUTCOMES else "",
        *map(printable, (who, since, until)),
    )


Asked = Annotated[Filters, Depends(_asked)]
"""The filters of the address asked for."""


@router.get("/audit")
def log(duban: Installation, someone: SignedInPage, filters: Asked, after: str = "") -> Response:
    """The log, newest first."""
    problem = ""
    try:
        lines, last = _read(duban, filters, PAGE_SIZE, _spot(after))
    except InvalidInput as error:
        lines, last, problem = (), None, error.sentence
    with duban.database.reading() as connection:
        checkpoints = audit_log.list_checkpoints(connection, SHOWN_CHECKPOINTS)
    newest = checkpoints[0]["at"] if checkpoints else None
    following = urlencode({**filters.given(), "after": _address(last)}) if last else ""
    page = AuditPage(
        lines=lines,
        kinds=options_of(KINDS, filters.kind),
        outcomes=options_of(OUTCOMES, filters.outcome),
        who=filters.who,
        since=filters.since,
        until=filters.until,
        problem=problem,
        next=f"?{following}" if len(lines) == PAGE_SIZE else "",
        query=tuple(filters.given().items()),
        checkpoints=tuple(map(checkpoint_line, checkpoints)),
        overdue=newest is None or duban.clock() > newest + 2 * EVERY,
    )
    return show("audit.html", page, masthead_of(duban, someone, "/audit"))


@router.post("/audit/export")
def export(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """The filtered log as CSV, all of it; that it was exported stands in the log. Raises
    InvalidInput where it is too long.
    """
    wanted = _asked(**{one.name: text_in(form, one.name) for one in fields(Filters)})
    lines, _ = _read(duban, wanted, MOST_EXPORTED + 1)
    if len(lines) > MOST_EXPORTED:
        raise InvalidInput(f"超过 {MOST_EXPORTED:,} 行，一张表装不下；请选定日期，再分几次导出")
    with duban.database.unit_of_work() as connection:
        act = Act("export", someone.person, data={"what": "audit", "rows": len(lines)})
        audit.record(connection, act, duban.clock())
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    # the mark in front has spreadsheets read it as UTF-8
    return Response("\ufeff" + _csv(lines), 200, headers, "text/csv; charset=utf-8")


@router.get("/audit/checkpoints/{number}")
def checkpoint(
    number: Annotated[int, Path(ge=1, le=GREATEST_ID)], duban: Installation, someone: SignedInPage
) -> Response:
    """The file of one checkpoint."""
    del someone
    with duban.database.reading() as connection:
        text = audit_log.checkpoint_text(connection, number)
    if text is None:
        raise NotFound("没有这个校验点")
    headers = {"Content-Disposition": f'attachment; filename="checkpoint-{number:06}.json"'}
    return Response(text + "\n", 200, headers, "application/json")


def _read(
    duban: Duban, filters: Filters, limit: int, after: Spot | None = None
) -> tuple[tuple[Line, ...], Spot | None]:
    """The lines, and where they end; raises InvalidInput for a date that is none."""
    since, until = (day_in(filters.given(), name) for name in ("since", "until"))
    known = {name: one.definition for name, one in duban.catalog.workflows().items()}
    with duban.database.reading() as connection:
        wanted = Wanted(
            kind=filters.kind or None,
            outcome=filters.outcome or None,
            people=audit_log.people_called(connection, filters.who) if filters.who else None,
            since=since,
            until=until and until + timedelta(days=1),
        )
        rows = audit_log.read_log(connection, wanted, limit=limit, after=after)
        names = Names(
            units=queries.unit_names(connection, units_in(rows)),
            people=queries.person_names(connection, people_in(rows)),
            workflows={name: one.title for name, one in known.items()},
            papers={
                name: paper.title for one in known.values() for name, paper in one.documents.items()
            },
        )
    last = Spot(rows[-1]["at"], rows[-1]["strand"], rows[-1]["seq"]) if rows else None
    return lines_of(rows, names), last


def _address(spot: Spot) -> str:
    return f"{spot.at.isoformat()}_{spot.strand}_{spot.seq}"


def _spot(text: str) -> Spot | None:
    """Where the page goes on; raises InvalidInput."""
    if not text:
        return None
    try:
        at, strand, seq = text.replace(" ", "+").split("_")
        spot = Spot(datetime.fromisoformat(at), int(strand), int(seq))
    except ValueError:
        spot = None
    if spot is None or spot.at.tzinfo is None or max(spot.strand, spot.seq) > GREATEST_ID:
        raise InvalidInput("翻页的地址有误，请从第一页看起")
    return spot


def _csv(lines: tuple[Line, ...]) -> str:
    """A table whose cells a spreadsheet takes for texts."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADER)
    for one in lines:
        cells = (one.iso, one.kind, one.outcome, one.who, one.about, one.details, one.address)
        writer.writerow([_as_text(cell) for cell in (*cells, one.place, one.data)])
    return text.getvalue()


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
