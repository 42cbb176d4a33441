"""放假通知: the system administrator types a holiday notice in as the State Council writes it;
look first, then enter it. The worker works out again the limits that it moves, case by case, and
the page says how many are left.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection
from starlette.datastructures import FormData

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.notice_file import BadNotice, typed_notice
from api.pages.forms import Posted, printable, text_in, whole
from api.pages.rendering import LOOK_EVERY, masthead_of, show
from api.presenting.holidays import HolidaysPage, TypedHoliday, blank_rows, notice_shown, rows_of
from api.presenting.wording import to_the_minute
from workflow import timers
from workflow.engine.calendar import YearNotice
from workflow.store import calendars
from workflow.store.processes import anybody_works

router = APIRouter()

HERE = "/administration/holidays"
MOST_ROWS = 60
"""Rows of a form that are read: a notice that was given day by day has one each."""
_IN_BRACKETS = re.compile(r"（[^（）]*）|\([^()]*\)")
_MONTH_AND_DAY = re.compile(r"^(\d{1,2})月(\d{1,2})日(?:上班)?$")
_ONE_FIGURE = re.compile(r"-(?=\d(?:-|$))")
_BETWEEN_DAYS = re.compile(r"[\s,，、;；]+")
_IN_A_FILE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@router.get(HERE)
def holidays(
    duban: Installation,
    someone: SignedInPage,
    entered: Annotated[str, Query()] = "",
    still: Annotated[str, Query()] = "",
    again: Annotated[str, Query()] = "",
) -> Response:
    """The years known, the form for the next one or for one of these `again`, and what is still to
    be worked out.
    """
    known = duban.catalog.calendar.notices
    done = whole(entered, 9999)
    said = f"已录入 {done} 年的放假通知" if done in known else ""
    if notice := known.get(whole(again, 9999) or 0):
        return _show(duban, someone, str(notice.year), rows_of(notice), still=True)
    year = str(max(known) + 1)
    return _show(duban, someone, year, blank_rows(), done=said, still=bool(still))


@router.post(HERE)
def look_or_enter(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Say what the notice comes to, or enter what was looked at; mistakes are told all at once."""
    year, rows = printable(text_in(form, "year"), 4), tuple(_typed(form)) or blank_rows()
    try:
        notice = typed_notice(whole(year, 9999) or 0, _given(rows, year))
    except BadNotice as bad:
        problems = tuple(dict.fromkeys(_said(str(bad)).splitlines()))
        return _show(duban, someone, year, rows, problems=problems, status=422)
    enter, seen = text_in(form, "act") == "enter", text_in(form, "seen")
    if not enter or seen != notice_shown(notice).mark:
        return _show(duban, someone, year, rows, looked=notice, changed=enter and bool(seen))
    _enter(duban, someone, notice)
    return RedirectResponse(f"{HERE}?entered={notice.year}", 303)


def _said(problems: str) -> str:
    """What is wrong, with days as the form shows them and not as a file of notices does."""
    return _IN_A_FILE.sub(lambda day: f"{day[1]}年{int(day[2])}月{int(day[3])}日", problems)


def _enter(duban: Duban, someone: Someone, notice: YearNotice) -> None:
    """Once, however often it is sent."""
    if duban.catalog.calendar.notices.get(notice.year) != notice:
        timers.enter_notice(duban.database, duban.catalog, notice, duban.clock(), someone.person)


def _typed(form: FormData) -> Iterator[TypedHoliday]:
    for at in range(MOST_ROWS):
        if f"name.{at}" not in form:
            return
        name, first, last, work = (
            printable(text_in(form, f"{cell}.{at}"), 200) for cell in ("name", "from", "to", "work")
        )
        yield TypedHoliday(name[:20], first, last, work)


def _given(rows: tuple[TypedHoliday, ...], year: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Rows in which something besides the name stands, each with what the form calls it."""
    for number, row in enumerate(rows, start=1):
        if row.first or row.last or row.work:
            yield f"第 {number} 行{row.name}", _as_written(row, year)


def _as_written(row: TypedHoliday, year: str) -> dict[str, object]:
    """A row as a notice has it; days worked may stand as in the notice, 2月14日（周六）."""
    days = _BETWEEN_DAYS.split(_IN_BRACKETS.sub("", row.work))
    work = [_MONTH_AND_DAY.sub(rf"{year}-\g<1>-\g<2>", text) for text in days if text]
    work = [_ONE_FIGURE.sub("-0", text) for text in work]
    name = row.name or "节假日"
    return {"name": name, "from": row.first, "to": row.last or row.first, "work": work}


def _show(
    duban: Duban,
    someone: Someone,
    year: str,
    rows: tuple[TypedHoliday, ...],
    *,
    done: str = "",
    looked: YearNotice | None = None,
    changed: bool = False,
    problems: tuple[str, ...] = (),
    still: bool = False,
    status: int = 200,
) -> Response:
    with duban.database.reading() as connection:
        entries = calendars.entries(connection)
        waiting = len(timers.behind_calendar(connection, duban.catalog))
        moves = len(_moved(connection, duban, looked)) if looked else 0
        works = anybody_works(connection, duban.clock())
    known = sorted(duban.catalog.calendar.notices.items(), reverse=True)
    page = HolidaysPage(
        years=tuple(
            notice_shown(one, _entered(*entries[at])) for at, one in known if at in entries
        ),
        year=year,
        rows=rows,
        waiting=waiting,
        works=works,
        still=still,
        done=done,
        looked=notice_shown(looked) if looked else None,
        moves=moves,
        changed=changed,
        problems=problems,
    )
    answer = show("holidays.html", page, masthead_of(duban, someone, HERE), status=status)
    if waiting and not (still or looked or problems):
        answer.headers["Refresh"] = str(LOOK_EVERY)
    return answer


def _moved(connection: Connection, duban: Duban, notice: YearNotice) -> list[int]:
    """The cases whose limits a notice would have worked out again."""
    then = timers.with_notice(duban.catalog, notice)
    return timers.behind_calendar(connection, duban.catalog, then)


def _entered(at: datetime, name: str | None) -> str:
    return f"{name or '随系统带来'}，{to_the_minute(at)}"
