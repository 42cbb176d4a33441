"""The versions of the calendar: the notices that came with the software, then each notice as it
was entered.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from workflow.engine.calendar import Calendar, YearNotice
from workflow.store.plain import dumps
from workflow.store.tables.handles import NOTICE, PERSON

_BY_VERSION = select(NOTICE).order_by(NOTICE.c.version)


def read_calendars(
    connection: Connection, known: Mapping[int, Calendar] | None = None
) -> Mapping[int, Calendar]:
    """Every version of the calendar; version n knows the first n entered notices.

    While there is no other version than those `known`, these are the answer themselves: what was
    found by a calendar is kept under it.
    """
    rows = connection.execute(_BY_VERSION).mappings().all()
    if known is not None and [row["version"] for row in rows] == list(known):
        return known
    notices: dict[int, YearNotice] = {}
    calendars: dict[int, Calendar] = {}
    for row in rows:
        notices = {**notices, row["year"]: _notice_of(row["year"], row["body"])}
        calendars[row["version"]] = Calendar(row["version"], notices)
    return calendars


def add_notice(
    connection: Connection, notice: YearNotice, *, now: datetime, person: int | None = None
) -> int:
    """Enter a notice; the number of the calendar's new version."""
    statement = insert(NOTICE).returning(NOTICE.c.version)
    version = connection.execute(
        statement.values(year=notice.year, body=_body(notice), entered_at=now, entered_by=person)
    )
    return int(version.scalar_one())


def entries(connection: Connection) -> dict[int, tuple[datetime, str | None]]:
    """When the newest notice of each year was entered, and by whom; nobody is the installation."""
    query = select(NOTICE.c.year, NOTICE.c.entered_at, PERSON.c.name)
    query = query.outerjoin(PERSON, PERSON.c.id == NOTICE.c.entered_by).order_by(NOTICE.c.version)
    return {year: (at, name) for year, at, name in connection.execute(query)}


def _body(notice: YearNotice) -> str:
    return dumps(
        {
            "rest": sorted(day.isoformat() for day in notice.rest),
            "work": sorted(day.isoformat() for day in notice.work),
            "names": {day.isoformat(): name for day, name in notice.names.items()},
        }
    )


def _notice_of(year: int, body: str) -> YearNotice:
    plain = json.loads(body)
    return YearNotice(
        year,
        frozenset(map(date.fromisoformat, plain["rest"])),
        frozenset(map(date.fromisoformat, plain["work"])),
        {date.fromisoformat(day): name for day, name in plain["names"].items()},
    )
