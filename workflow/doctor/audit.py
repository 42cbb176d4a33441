"""The audit log: every strand verifies from its floor to its head."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import select

from workflow.doctor.ward import Complaint, Ward
from workflow.store.audit import AUDIT, HEAD, hash_of
from workflow.store.chain import ALGORITHMS, START


def check_audit(ward: Ward) -> Iterator[Complaint]:
    """No row of the log was changed, none is missing, and each strand ends where its head says."""
    query = select(AUDIT).order_by(AUDIT.c.strand, AUDIT.c.seq)
    rows = [dict(row) for row in ward.connection.execute(query).mappings()]
    ward.figures["audit rows"] += len(rows)
    strands = {key: list(group) for key, group in groupby(rows, key=lambda row: row["strand"])}
    heads = {row["strand"]: dict(row) for row in ward.connection.execute(select(HEAD)).mappings()}
    for strand in sorted(strands.keys() | heads.keys()):
        head = heads.get(strand, {"seq": 0, "hash": START})
        if problem := _problem(strands.get(strand, []), head):
            yield Complaint("audit", f"第 {strand} 股", problem)


def _problem(rows: list[dict[str, Any]], head: Mapping[str, Any]) -> str | None:
    prev = START
    for seq, row in enumerate(rows, start=1):
        if row["seq"] != seq:
            return f"日志第 {seq} 行缺失"
        if row["prev"] != prev or row["alg"] not in ALGORITHMS or hash_of(row) != row["hash"]:
            return f"日志第 {seq} 行被改动过"
        prev = row["hash"]
    if len(rows) != head["seq"] or prev != head["hash"]:
        return f"日志有 {len(rows)} 行，记录为 {head['seq']} 行"
    return None
