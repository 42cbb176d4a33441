"""The audit log: every strand verifies from its floor to its head."""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import select

from workflow.doctor.ward import Complaint, Ward
from workflow.store.evidence.audit import hash_of
from workflow.store.evidence.chain import ALGORITHMS, START
from workflow.store.tables.handles import AUDIT, HEAD


def check_audit(ward: Ward) -> Iterator[Complaint]:
    """No row of the log was changed, none is missing but those that were moved out by an act, and
    each strand ends where its head says.
    """
    query = select(AUDIT).order_by(AUDIT.c.strand, AUDIT.c.seq)
    rows = [dict(row) for row in ward.connection.execute(query).mappings()]
    ward.figures["audit rows"] += len(rows)
    strands = {key: list(group) for key, group in groupby(rows, key=lambda row: row["strand"])}
    heads = {row["strand"]: dict(row) for row in ward.connection.execute(select(HEAD)).mappings()}
    acts = [json.loads(row["data"]) for row in rows if row["kind"] == "retention"]
    for strand in sorted(strands.keys() | heads.keys()):
        head = heads.get(strand, {"seq": 0, "hash": START, "floor": 0})
        floors = {(act.get(f"floor{strand}"), act.get(f"hash{strand}")) for act in acts}
        if problem := _problem(strands.get(strand, []), head, floors | {(0, START)}):
            yield Complaint("audit", f"第 {strand} 股", problem)


def _problem(
    rows: list[dict[str, Any]], head: Mapping[str, Any], floors: set[tuple[Any, Any]]
) -> str | None:
    floor = head["floor"]
    prev = rows[0]["prev"] if rows and floor else START
    if (floor, prev) not in floors:
        return f"日志第 {floor} 行及以前已不在库中，却没有移出的记录"
    for seq, row in enumerate(rows, start=floor + 1):
        if row["seq"] != seq:
            return f"日志第 {seq} 行缺失"
        if row["prev"] != prev or row["alg"] not in ALGORITHMS or hash_of(row) != row["hash"]:
            return f"日志第 {seq} 行被改动过"
        prev = row["hash"]
    if floor + len(rows) != head["seq"] or prev != head["hash"]:
        return f"日志到第 {floor + len(rows)} 行为止，记录为 {head['seq']} 行"
    return None
