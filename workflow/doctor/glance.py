"""What can be verified of a database in a moment, before a process begins to work on it.

Every case's head, every rule of the database, and the whole chains of some cases: the newest, and
as many others, which are others at each start. The full examination is `examine`.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Connection, and_, exists, func, or_, select

from workflow.doctor.cases import chain_problem
from workflow.doctor.rules import missing_triggers
from workflow.doctor.ward import Complaint
from workflow.store.evidence.archive import EVERY_ROW
from workflow.store.tables.handles import ARCHIVED_HISTORY, AUDIT, CASE, HEAD, HISTORY

SOME = 200
"""Cases of each kind whose chains are verified from end to end."""


def glance(connection: Connection, now: datetime) -> Iterator[Complaint]:
    """What is wrong at first sight; nothing in a database that may be worked on."""
    for name in missing_triggers(connection):
        yield Complaint("integrity", "-", f"数据库规则 {name} 已被去掉")
    yield from _cut_heads(connection)
    yield from _cut_strands(connection)
    yield from _broken_chains(connection, _some_cases(connection, now))


def _cut_heads(connection: Connection) -> Iterator[Complaint]:
    """Cases whose last row of history is not the one that the case names."""
    last, beyond = [], []
    for rows in (HISTORY, ARCHIVED_HISTORY):
        ours = rows.c.case_id == CASE.c.id
        last.append(exists().where(ours, rows.c.seq == CASE.c.seq, rows.c.hash == CASE.c.head))
        beyond.append(exists().where(ours, rows.c.seq == CASE.c.seq + 1))
    query = select(CASE.c.number).where(or_(~or_(*last), *beyond))
    for (number,) in connection.execute(query):
        yield Complaint("cases", number, "最后一行历史与事项记录不符")


def _cut_strands(connection: Connection) -> Iterator[Complaint]:
    """Strands of the audit log that do not end where their head says."""
    last = and_(AUDIT.c.strand == HEAD.c.strand, AUDIT.c.seq == HEAD.c.seq)
    there = exists().where(last, AUDIT.c.hash == HEAD.c.hash)
    query = select(HEAD.c.strand).where(HEAD.c.seq > HEAD.c.floor, ~there)
    for (strand,) in connection.execute(query):
        yield Complaint("audit", f"第 {strand} 股", "日志的最后一行与记录不符")


def _some_cases(connection: Connection, now: datetime) -> set[int]:
    """The newest cases, and as many others evenly from the rest."""
    newest = connection.execute(select(func.max(CASE.c.id))).scalar() or 0
    step = max(1, newest // SOME)
    return {*range(max(1, newest - SOME), newest + 1), *range(1 + now.second % step, newest, step)}


def _broken_chains(connection: Connection, ids: Collection[int]) -> Iterator[Complaint]:
    cases = connection.execute(select(CASE).where(CASE.c.id.in_(ids)).order_by(CASE.c.id))
    histories: dict[int, list[dict[str, object]]] = {}
    rows = select(EVERY_ROW).where(EVERY_ROW.c.case_id.in_(ids))
    query = rows.order_by(EVERY_ROW.c.case_id, EVERY_ROW.c.seq)
    for row in connection.execute(query).mappings():
        histories.setdefault(row["case_id"], []).append(dict(row))
    for case in map(dict, cases.mappings()):
        if problem := chain_problem(case, histories.get(case["id"], [])):
            yield Complaint("cases", case["number"], problem)
