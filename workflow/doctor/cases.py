"""Cases: their history happens again, and what it would write is held against what is there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import FromClause, Select, select

from workflow.doctor.ward import Complaint, Ward, side_by_side
from workflow.engine.errors import DubanError
from workflow.replay import replay_steps
from workflow.store.casework.writes import Writes, case_row
from workflow.store.evidence.archive import EVERY_ROW, EVERY_TIMER
from workflow.store.evidence.chain import ALGORITHMS, START
from workflow.store.evidence.history import hash_of
from workflow.store.sight.sights import INHERITED
from workflow.store.tables.handles import CASE, SCOPE, SIGN_OFF

Row = Mapping[str, Any]


def check_cases(ward: Ward) -> Iterator[Complaint]:
    """Chains verify without a gap; replayed from row 1 a history writes exactly what is stored."""
    tables = (
        select(CASE, CASE.c.id.label("case_id")).order_by(CASE.c.id),
        _by_case(EVERY_ROW, "seq"),
        _by_case(SIGN_OFF, "seq"),
        _by_case(EVERY_TIMER, "id"),
        _by_case(SCOPE, "unit_id"),
    )
    for case_id, (cases, history, *others) in side_by_side(*map(ward.rows, tables)):
        if not cases:
            if history:
                yield Complaint("cases", str(case_id), "有历史而没有事项")
            continue
        (case,) = cases
        ward.figures["cases"] += 1
        ward.figures["history rows"] += len(history)
        problem = chain_problem(case, history)
        problems = [problem] if problem else _replayed(ward, case, history, *others)
        for sentence in problems:
            yield Complaint("cases", case["number"], sentence)


def _by_case(table: FromClause, order: str) -> "Select[Any]":
    return select(table).order_by(table.c.case_id, table.c[order])


def chain_problem(case: Row, history: Sequence[Row]) -> str | None:
    """What is wrong with a case's chain, in Chinese; None for one that holds."""
    prev = START
    for seq, row in enumerate(history, start=1):
        if row["seq"] != seq:
            return f"历史第 {seq} 行缺失"
        if row["prev"] != prev or row["alg"] not in ALGORITHMS or hash_of(row) != row["hash"]:
            return f"历史第 {seq} 行被改动过"
        prev = row["hash"]
    if len(history) != case["seq"] or prev != case["head"]:
        return f"历史有 {len(history)} 行，事项记录为 {case['seq']} 行"
    return None


def _replayed(
    ward: Ward,
    case: Row,
    history: Sequence[Row],
    signatures: Sequence[Row],
    timers: Sequence[Row],
    scope: Sequence[Row],
) -> Iterator[str]:
    """What differs between the stored rows and those that the history writes again."""
    try:
        again = _written_again(ward, case, history)
    except (DubanError, LookupError, ValueError) as error:
        yield f"按历史重演时被拒绝：{error}"
        return
    for seq, (row, made) in enumerate(zip(history, again.history, strict=True), start=1):
        if row["hash"] != made["hash"]:
            yield f"历史第 {seq} 行与重演不符"
            return
    made = case_row(*again.new_cases[case["id"]])
    if differing := [name for name, value in made.items() if case[name] != value]:
        yield f"现状与历史不符：{'、'.join(differing)}"
    yield from _signature_problems(again, signatures)
    yield from _timer_problems(again, case, timers)
    yield from _scope_problems(again, case["id"], scope)


def _written_again(ward: Ward, case: Row, history: Sequence[Row]) -> Writes:
    compiled = ward.catalog.version(case["definition_id"])
    writes, prev = Writes(ward.now), START
    steps = replay_steps(compiled, history, ward.catalog.calendars)
    for row, again in zip(history, steps, strict=True):
        writes.algorithm = row["alg"]
        prev = writes.add(again.step, again.before, again.world, compiled, again.inputs, prev)
    return writes


def _signature_problems(again: Writes, stored: Sequence[Row]) -> Iterator[str]:
    names = ("seq", "cycle", "side", "person_id", "unit_id", "at")
    made = {row["seq"]: [row[name] for name in names] for row in again.sign_offs}
    there = {row["seq"]: [row[name] for name in names] for row in stored}
    if made != there:
        yield "签字记录与历史不符"
    voided = {row["voided_seq"] for row in stored if row["live"] is None}
    if voided != {row["by_seq"] for row in again.voids}:
        yield "签字的效力与历史不符"


def _timer_problems(again: Writes, case: Row, stored: Sequence[Row]) -> Iterator[str]:
    """Each stored timer was once set; of the present entry none is missing.

    A ladder's rows are its owed rungs in order, up to the first that has not come due, or the last.
    """
    names = ("entry", "name", "rung", "due_at", "derivation")
    key = names[:3]
    ever = {tuple(row[name] for name in key): row for row in again.timers.ever}
    there = {tuple(row[name] for name in key): row for row in stored}
    for at, row in there.items():
        if at not in ever or ever[at]["due_at"] != row["due_at"]:
            yield f"定时 {row['name']} 与历史不符"
    for name in {name for entry, name, _ in ever if entry == case["entry"]}:
        owed = sorted(at for at in ever if at[:2] == (case["entry"], name))
        rows = [there.get(at) for at in owed]
        come = [row is not None and _has_come_due(row) for row in rows]
        due = come.index(False) if False in come else len(rows)
        if (due < len(rows) and rows[due] is None) or any(rows[due + 1 :]):
            yield f"定时 {name} 不见了"


def _has_come_due(timer: Row) -> bool:
    return bool(timer["status"] != "waiting" or timer["moved"])


def _scope_problems(again: Writes, case_id: int, stored: Sequence[Row]) -> Iterator[str]:
    units = {row["unit_id"] for row in again.sight.sights}
    heirs = [row for row in stored if row["why"] == INHERITED and row["unit_id"] not in units]
    stored = [row for row in stored if row not in heirs]  # `check_units` looks at the heirs
    if units != {row["unit_id"] for row in stored}:
        yield "可见范围与历史不符"
        return
    place, acting = again.sight.places[case_id], again.sight.acting[case_id]
    for row in stored:
        acts, named = acting.get(row["unit_id"], (None, place["others"]))
        if row["named"] != named:
            yield "保密范围与历史不符"
            return
        wanted = {**place, "acts": acts}
        if any(row[name] != value for name, value in wanted.items() if name in row):
            yield "待办位置与历史不符"
            return
