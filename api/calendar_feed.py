"""One's deadlines as a calendar (RFC 5545) at a secret address, for a calendar program.

Whoever has the address needs no sign-in, so it says no more than a deadline needs: the number of a
case, its stage and its day. What a case is about is read on its page, after signing in.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response

from api.auth import Installation
from api.context import Duban
from workflow.engine.errors import NotFound
from workflow.engine.remaining import due_in_words, ends_with_a_day
from workflow.engine.sight import due_day
from workflow.store.lists import queries
from workflow.store.offices.organisation import actor_of
from workflow.store.people import feeds

if TYPE_CHECKING:
    from icalendar import Alarm, Calendar, Event

router = APIRouter()

MOST = 300
"""Deadlines in one calendar, the soonest first."""

REFRESH = timedelta(hours=1)
_DAY_BEFORE, _SAME_MORNING = timedelta(hours=-15), timedelta(hours=9)
"""Nine o'clock, seen from the midnight at which an all-day event begins."""


@router.get("/calendar/{token}", include_in_schema=False)
def calendar(token: str, duban: Installation) -> Response:
    """The calendar of whoever made the address."""
    now = duban.clock()
    with duban.database.reading() as connection:
        person = feeds.reader_of(connection, token.removesuffix(".ics"))
        if person is None:
            raise NotFound("没有这个地址")
        rows = queries.list_work(connection, actor_of(connection, person, now), limit=MOST).rows
    body = calendar_of(duban, rows, now).to_ical()
    return Response(
        body, media_type="text/calendar; charset=utf-8", headers={"Cache-Control": "no-store"}
    )


def calendar_of(duban: Duban, rows: list[dict[str, Any]], now: datetime) -> "Calendar":
    """The calendar of these cases; one without a limit, or whose clock stands, is in none."""
    from icalendar import Calendar  # not at the top: 6 MiB, and only who subscribes needs them

    found = Calendar()
    found.add("prodid", "-//Duban//督办//ZH")
    found.add("version", "2.0")
    found.add("x-wr-calname", "督办期限")
    found.add("x-wr-timezone", "Asia/Shanghai")
    found.add("refresh-interval", REFRESH)
    for row in rows:
        if row["due_at"] is not None and row["body"]["stopped_at"] is None:
            found.add_component(_event(duban, row, row["due_at"], now))
    return found


def _event(duban: Duban, row: Mapping[str, Any], due_at: datetime, now: datetime) -> "Event":
    url = f"{duban.settings.base_url}/cases/{row['id']}"
    from icalendar import Event

    event = Event()
    event.add("uid", f"case-{row['id']}@duban")
    event.add("dtstamp", now)
    event.add("summary", _summary(duban, row))
    event.add("description", f"办理期限 {due_in_words(due_at)}，详情登录后查看：{url}")
    event.add("url", url)
    event.add("transp", "TRANSPARENT")
    if ends_with_a_day(due_at):
        event.add("dtstart", due_day(due_at))
        alarms = [_DAY_BEFORE, _SAME_MORNING]
    else:
        event.add("dtstart", due_at)
        alarms = [timedelta(hours=-1)]
    for before in alarms:
        event.add_component(_alarm(before, _summary(duban, row)))
    return event


def _summary(duban: Duban, row: Mapping[str, Any]) -> str:
    definition = duban.catalog.version(row["definition_id"]).definition
    if definition.confidential is not None:
        return "督办事项到期"
    return f"{row['number']} {definition.states[row['state']].title}到期"


def _alarm(before: timedelta, words: str) -> "Alarm":
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", before)
    alarm.add("description", words)
    return alarm
