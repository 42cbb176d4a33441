"""The audit log: every strand verifies from its floor to its head."""

import json
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select

from workflow.doctor.ward import Complaint, Row, Ward
from workflow.store.evidence.audit import hash_of
from workflow.store.evidence.chain import ALGORITHMS, START
from workflow.store.tables.handles import AUDIT, HEAD


def check_audit(ward: Ward) -> Iterator[Complaint]:
    """No row of the log was changed, none is missing but those that were moved out by an act, and
    each strand ends where its head says.
    """
    count = select(func.count()).select_from(AUDIT)
    ward.figures["audit rows"] += ward.connection.execute(count).scalar_one()
    told = select(AUDIT.c.data).where(AUDIT.c.kind == "retention")
    acts = [json.loads(data) for data in ward.connection.execute(told).scalars()]
    heads = {row["strand"]: dict(row) for row in ward.connection.execute(select(HEAD)).mappings()}
    for strand, rows in _strands(ward, heads.keys()):
        head = heads.get(strand, {"seq": 0, "hash": START, "floor": 0})
        floors = {(act.get(f"floor{strand}"), act.get(f"hash{strand}")) for act in acts}
        if problem := _problem(rows, head, floors | {(0, START)}):
            yield Complaint("audit", f"第 {strand} 股", problem)


def _strands(ward: Ward, known: Collection[int]) -> Iterator[tuple[int, Iterator[Row]]]:
    """The rows of every strand, those that are known and have none last."""
    query = select(AUDIT).order_by(AUDIT.c.strand, AUDIT.c.seq)
    without = set(known)
    for strand, rows in groupby(ward.rows(query), itemgetter("strand")):
        without.discard(strand)
        yield strand, rows
    yield from ((strand, iter(())) for strand in sorted(without))


def _problem(
    rows: Iterator[Row], head: Mapping[str, Any], floors: set[tuple[Any, Any]]
) -> str | None:
    floor, seq = head["floor"], head["floor"]
    first = next(rows, None)
    prev = first["prev"] if first and floor else START
    if (floor, prev) not in floors:
        return f"日志第 {floor} 行及以前已不在库中，却没有移出的记录"
    for seq, row in enumerate(chain([first] if first else [], rows), start=floor + 1):
        if row["seq"] != seq:
            return f"日志第 {seq} 行缺失"
        if row["prev"] != prev or row["alg"] not in ALGORITHMS or hash_of(row) != row["hash"]:
            return f"日志第 {seq} 行被改动过"
        prev = row["hash"]
    if seq != head["seq"] or prev != head["hash"]:
        return f"日志到第 {seq} 行为止，记录为 {head['seq']} 行"
    return None
