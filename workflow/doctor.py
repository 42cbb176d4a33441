"""Everything that can be verified of a database, with figures: the tests' oracle and the
operator's check.

`examine` reads only. Each check is one function in `CHECKS`: it yields a Complaint a fault and may
note figures.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, func, select

from workflow.catalog import Catalog
from workflow.engine.case import Case
from workflow.engine.errors import DubanError
from workflow.replay import replay
from workflow.store.codec import case_of
from workflow.store.database import Database
from workflow.store.journal import START, hash_of
from workflow.store.organisation import PERSON, UNIT
from workflow.store.writes import CASE, HISTORY, OUTBOX, SIGN_OFF, TIMER


@dataclass(frozen=True, slots=True)
class Complaint:
    """One fault: the check that found it, the case it is in, and what is wrong, in Chinese."""

    check: str
    case: str
    sentence: str


@dataclass
class Report:
    """What an examination found."""

    complaints: list[Complaint] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    root: str = ""

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.complaints


@dataclass
class _Ward:
    """What the checks look at, one case at a time."""

    connection: Connection
    catalog: Catalog
    now: datetime
    figures: Counter[str]


def examine(database: Database, catalog: Catalog, now: datetime) -> Report:
    """Verify the whole database as of `now`; nothing is changed."""
    report = Report()
    with database.reading() as connection:
        ward = _Ward(connection, catalog, now, report.figures)
        for check in CHECKS:
            report.complaints += check(ward)
        report.root = root_of(connection)
    return report


def root_of(connection: Connection) -> str:
    """One digest over every case's head and count: kept elsewhere, it shows a cut tail and a lost
    case.
    """
    digest = hashlib.sha256()
    query = select(CASE.c.id, CASE.c.seq, CASE.c.state, CASE.c.head).order_by(CASE.c.id)
    for row in connection.execute(query):
        digest.update("|".join(map(str, row)).encode())
    return digest.hexdigest()


def _histories(ward: _Ward) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    cases = {row["id"]: dict(row) for row in ward.connection.execute(select(CASE)).mappings()}
    query = select(HISTORY).order_by(HISTORY.c.case_id, HISTORY.c.seq)
    rows = (dict(row) for row in ward.connection.execute(query).mappings())
    seen = set()
    for case_id, history in groupby(rows, key=lambda row: row["case_id"]):
        seen.add(case_id)
        yield cases[case_id], list(history)
    for case_id in cases.keys() - seen:
        yield cases[case_id], []


def check_histories(ward: _Ward) -> Iterator[Complaint]:
    """Chains verify without a gap, and replay from row 1 gives the state that is stored."""
    for row, history in _histories(ward):
        ward.figures["cases"] += 1
        ward.figures["history rows"] += len(history)
        problem = _chain_problem(row, history) or _replay_problem(ward, row, history)
        if problem:
            yield Complaint("history", row["number"], problem)


def _chain_problem(case: Mapping[str, Any], history: list[Mapping[str, Any]]) -> str | None:
    prev = START
    for seq, row in enumerate(history, start=1):
        if row["seq"] != seq:
            return f"历史第 {seq} 行缺失"
        if row["prev"] != prev or hash_of(row) != row["hash"]:
            return f"历史第 {seq} 行被改动过"
        prev = row["hash"]
    if len(history) != case["seq"] or prev != case["head"]:
        return f"历史有 {len(history)} 行，事项记录为 {case['seq']} 行"
    return None


def _replay_problem(
    ward: _Ward, row: Mapping[str, Any], history: list[Mapping[str, Any]]
) -> str | None:
    compiled = ward.catalog.version(row["definition_id"])
    try:
        again = replay(compiled, history, ward.catalog.calendars)
    except DubanError as error:
        return f"按历史重演时被拒绝：{error}"
    stored = case_of(row)
    differing = [name for name in Case.__dataclass_fields__ if _differs(stored, again, name)]
    return f"重演结果与现状不符：{'、'.join(differing)}" if differing else None


def _differs(stored: Case, again: Case, name: str) -> bool:
    a, b = getattr(stored, name), getattr(again, name)
    return a != b and json.dumps(a, default=str) != json.dumps(b, default=str)


def check_timers(ward: _Ward) -> Iterator[Complaint]:
    """Every timer is settled once and not before its time; those that wait belong to the present
    entry.
    """
    query = select(
        TIMER, CASE.c.number, CASE.c.entry.label("now_entry"), CASE.c.seq.label("rows")
    ).join(CASE, CASE.c.id == TIMER.c.case_id)
    for row in ward.connection.execute(query).mappings():
        ward.figures[f"timers {row['status']}"] += 1
        if problem := _timer_problem(dict(row)):
            yield Complaint("timers", row["number"], f"定时 {row['name']}：{problem}")


def _timer_problem(row: Mapping[str, Any]) -> str | None:
    if row["status"] == "waiting" and row["entry"] != row["now_entry"]:
        return "事项已离开该环节，定时仍在等候"
    if row["status"] == "fired" and row["settled_at"] < row["due_at"]:
        return "未到时间就已触发"
    if row["status"] == "fired" and not 1 <= (row["seq"] or 0) <= row["rows"]:
        return "已触发却没有历史记录"
    return f"执行失败：{row['error']}" if row["status"] == "failed" else None


def check_overdue_timers(ward: _Ward) -> Iterator[Complaint]:
    """Nothing that is due was left lying (run after the sweeps)."""
    query = (
        select(CASE.c.number, TIMER.c.name)
        .join(CASE, CASE.c.id == TIMER.c.case_id)
        .where(TIMER.c.wake_at <= ward.now)
    )
    for number, name in ward.connection.execute(query):
        yield Complaint("timers", number, f"定时 {name} 已到时间而未触发")


def check_messages(ward: _Ward) -> Iterator[Complaint]:
    """Every history row that owed messages has its rows, and no message is without its cause."""
    owed = {
        (case, seq): json.loads(effects).get("told", 0)
        for case, seq, effects in ward.connection.execute(
            select(HISTORY.c.case_id, HISTORY.c.seq, HISTORY.c.effects)
        )
    }
    query = (
        select(OUTBOX.c.case_id, OUTBOX.c.seq, func.count())
        .where(OUTBOX.c.case_id.is_not(None))
        .group_by(OUTBOX.c.case_id, OUTBOX.c.seq)
    )
    present = {(case, seq): count for case, seq, count in ward.connection.execute(query)}
    for key, told in owed.items():
        if told and key not in present:
            yield Complaint("messages", str(key[0]), f"历史第 {key[1]} 行应发的消息不存在")
    for key in present.keys() - {key for key, told in owed.items() if told}:
        yield Complaint("messages", str(key[0]), f"历史第 {key[1]} 行不该有消息")
    yield from _message_states(ward)


def _message_states(ward: _Ward) -> Iterator[Complaint]:
    digest = OUTBOX.alias("digest")
    counts = select(OUTBOX.c.status, OUTBOX.c.way, func.count()).group_by(
        OUTBOX.c.status, OUTBOX.c.way
    )
    for status, way, count in ward.connection.execute(counts):
        ward.figures[f"messages {way} {status}"] += count
    lost = (
        select(OUTBOX.c.key)
        .outerjoin(digest, and_(digest.c.id == OUTBOX.c.digest_id, digest.c.template == "digest"))
        .where(OUTBOX.c.status == "folded", digest.c.id.is_(None))
    )
    for (key,) in ward.connection.execute(lost):
        yield Complaint("messages", key, "已并入每日摘要，摘要却不存在")


def check_sign_offs(ward: _Ward) -> Iterator[Complaint]:
    """What a state needs signed is signed in this cycle, by different persons and units."""
    query = select(SIGN_OFF).where(SIGN_OFF.c.live == 1)
    live: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
    for row in ward.connection.execute(query).mappings():
        live.setdefault((row["case_id"], row["cycle"]), []).append(dict(row))
        ward.figures["sign-offs in force"] += 1
    for row in ward.connection.execute(select(CASE)).mappings():
        signed = live.get((row["id"], row["cycle"]), [])
        state = ward.catalog.version(row["definition_id"]).definition.states[row["state"]]
        sides = {one["side"] for one in signed}
        if missing := set(state.needs_signed) - sides:
            yield Complaint("sign-offs", row["number"], f"缺少签字：{'、'.join(sorted(missing))}")
        people, units = {one["person_id"] for one in signed}, {one["unit_id"] for one in signed}
        if len(people) < len(signed) or len(units) < len(signed):
            yield Complaint("sign-offs", row["number"], "同一人或同一单位签了两次")


def check_names(ward: _Ward) -> Iterator[Complaint]:
    """Whoever the history names exists."""
    people = set(ward.connection.execute(select(PERSON.c.id)).scalars())
    units = set(ward.connection.execute(select(UNIT.c.id)).scalars())
    query = select(
        HISTORY.c.case_id,
        HISTORY.c.seq,
        HISTORY.c.person_id,
        HISTORY.c.holder_id,
        HISTORY.c.unit_id,
    )
    for case_id, seq, person, holder, unit in ward.connection.execute(query):
        if {person, holder} - people - {None} or {unit} - units - {None}:
            yield Complaint("names", str(case_id), f"历史第 {seq} 行所记的人或单位不存在")


def check_integrity(ward: _Ward) -> Iterator[Complaint]:
    """The database's own verdict on its files and foreign keys (SQLite; PostgreSQL checks as it
    goes).
    """
    if ward.connection.dialect.name != "sqlite":
        return
    verdict = ward.connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    if verdict != "ok":
        yield Complaint("integrity", "-", f"数据库文件损坏：{verdict}")
    for row in ward.connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        yield Complaint("integrity", "-", f"外键不符：{row[0]}")


CHECKS: tuple[Callable[[_Ward], Iterator[Complaint]], ...] = (
    check_histories,
    check_timers,
    check_overdue_timers,
    check_messages,
    check_sign_offs,
    check_names,
    check_integrity,
)
