"""Timers: settled once, not before their time, by what they say, and nothing due left lying."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, and_, select

from workflow.doctor.ward import Complaint, Ward
from workflow.store.tables.handles import ARCHIVED_HISTORY, ARCHIVED_TIMER, CASE, HISTORY, TIMER

Row = Mapping[str, Any]


_TABLES = ((TIMER, HISTORY), (ARCHIVED_TIMER, ARCHIVED_HISTORY))
"""A case's settled timers go into the archive together with its history."""


def check_timers(ward: Ward) -> Iterator[Complaint]:
    """A timer's status is borne out by the case and by the history row it names."""
    for timers, history in _TABLES:
        yield from _check_status(ward, timers, history)


def _check_status(ward: Ward, timers: Table, history: Table) -> Iterator[Complaint]:
    query = (
        select(
            timers,
            CASE.c.number,
            CASE.c.definition_id,
            CASE.c.entry.label("now_entry"),
            CASE.c.closed_at,
            history.c.event,
            history.c.inputs,
            history.c.at,
        )
        .join(CASE, CASE.c.id == timers.c.case_id)
        .outerjoin(
            history, and_(history.c.case_id == timers.c.case_id, history.c.seq == timers.c.seq)
        )
    )
    for row in ward.rows(query):
        ward.figures[f"timers {row['status']}"] += 1
        problem = _PROBLEMS[row["status"]](row) or _moved_too_far(ward, row)
        if problem:
            yield Complaint("timers", row["number"], f"定时 {row['name']}：{problem}")


def _waiting(row: Row) -> str | None:
    if row["entry"] != row["now_entry"]:
        return "事项已离开该环节，定时仍在等候"
    if row["wake_at"] < row["due_at"] or (not row["moved"] and row["wake_at"] != row["due_at"]):
        return "等候的时刻被改动过"
    return None


def _fired(row: Row) -> str | None:
    if row["settled_at"] < row["due_at"]:
        return "未到时间就已触发"
    if row["event"] is None or row["at"] != row["settled_at"]:
        return "已触发却没有历史记录"
    kind, _, name = row["name"].partition(":")
    inputs = json.loads(row["inputs"])
    meant = ("rung", name, row["rung"]) if kind == "rung" else (name, None, None)
    found = (row["event"], inputs.get("ladder"), inputs.get("rung"))
    return None if found == meant else "历史记录不是它触发的"


def _cancelled(row: Row) -> str | None:
    over = row["entry"] < row["now_entry"] or row["closed_at"] is not None
    return None if over else "事项仍在该环节，定时却已取消"


def _collapsed(row: Row) -> str | None:
    return "未到时间就已合并" if row["settled_at"] < row["due_at"] else None


def _failed(row: Row) -> str | None:
    return f"执行失败：{row['error']}"


_PROBLEMS = {
    "waiting": _waiting,
    "fired": _fired,
    "cancelled": _cancelled,
    "collapsed": _collapsed,
    "failed": _failed,
}


def _moved_too_far(ward: Ward, row: Row) -> str | None:
    """A rung moves on until its warning has been out for as long as the ladder says, never longer
    than that from now; nothing else moves.
    """
    if not row["moved"] or row["status"] != "waiting":
        return None
    kind, _, name = row["name"].partition(":")
    ladders = ward.catalog.version(row["definition_id"]).definition.ladders
    rungs = ladders.get(name) if kind == "rung" else None
    warned = rungs[row["rung"]].warned if rungs and row["rung"] < len(rungs) else None
    if warned is None:
        return "不会顺延的定时被顺延过"
    latest = ward.catalog.calendar.add(warned, ward.now + _CLOCKS_DIFFER).at
    return "顺延得比规定的久" if row["wake_at"] > latest else None


_CLOCKS_DIFFER = timedelta(days=7)
"""Between machines, and before and after one was set; a holiday notice may have come since, too."""


def check_collapsed(ward: Ward) -> Iterator[Complaint]:
    """A reminder that was left out had a later one of its ladder to speak for it."""
    for timers, _ in _TABLES:
        yield from _check_spoken(ward, timers)


def _check_spoken(ward: Ward, timers: Table) -> Iterator[Complaint]:
    later = timers.alias("later")
    spoken = (
        select(later.c.id)
        .where(
            later.c.case_id == timers.c.case_id,
            later.c.entry == timers.c.entry,
            later.c.name == timers.c.name,
            later.c.rung > timers.c.rung,
            later.c.due_at <= timers.c.settled_at,
        )
        .exists()
    )
    query = (
        select(CASE.c.number, timers.c.name)
        .join(CASE, CASE.c.id == timers.c.case_id)
        .where(timers.c.status == "collapsed", ~spoken)
    )
    for number, name in ward.connection.execute(query):
        yield Complaint("timers", number, f"定时 {name} 被合并，却没有后一级提醒")


def check_overdue(ward: Ward) -> Iterator[Complaint]:
    """Nothing that is due was left lying (run after the sweeps)."""
    query = (
        select(CASE.c.number, TIMER.c.name)
        .join(CASE, CASE.c.id == TIMER.c.case_id)
        .where(TIMER.c.wake_at <= ward.now)
    )
    for number, name in ward.connection.execute(query):
        yield Complaint("timers", number, f"定时 {name} 已到时间而未触发")
