"""Old rows leave the log: into a file first, then out of the database, and the log says so.

Logs are kept for at least six months (网络安全法 art. 21); what is younger never leaves. A strand
goes on from its floor, the last row that left; the act that raised the floors holds each strand's
floor with its hash, so that the rest still verifies by itself, and with the file as a whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from workflow.engine.calendar import ZONE, day_begins
from workflow.engine.errors import InvalidInput, Stale
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.evidence.chain import START
from workflow.store.evidence.dump import Line, audit_rows
from workflow.store.tables.handles import AUDIT, HEAD

KEPT_FOR = timedelta(days=180)

Floor = tuple[int, str]
"""The last row of a strand that is out of the database, and its hash; 0 where none is."""


@dataclass(frozen=True, slots=True)
class MoveOut:
    """What may leave: the rows up to each strand's floor, which was `since` when it was planned."""

    before: date
    since: Mapping[int, int]
    floors: Mapping[int, Floor]

    @property
    def rows(self) -> int:
        """How many rows leave."""
        return sum(floor - self.since[strand] for strand, (floor, _) in self.floors.items())


def plan(connection: Connection, before: date, now: datetime) -> MoveOut:
    """What was written before a day; raises InvalidInput when that is not long enough ago."""
    began = day_begins(before)
    if began > now - KEPT_FOR:
        latest = (now - KEPT_FOR).astimezone(ZONE).date()
        raise InvalidInput(
            f"日志至少保存 {KEPT_FOR.days} 天，现在只能移出 {latest} 以前的",
            {"before": str(before)},
        )
    young = select(AUDIT.c.strand, func.min(AUDIT.c.seq)).where(AUDIT.c.at >= began)
    found = connection.execute(young.group_by(AUDIT.c.strand)).all()
    first_kept = {row.strand: row[1] for row in found}
    heads = connection.execute(select(HEAD).order_by(HEAD.c.strand)).mappings().all()
    since = {head["strand"]: head["floor"] for head in heads}
    # the last row stays: the next one is chained to it
    wanted = {
        head["strand"]: max(head["floor"], first_kept.get(head["strand"], head["seq"]) - 1)
        for head in heads
    }
    floors = {strand: (seq, _hash_at(connection, strand, seq)) for strand, seq in wanted.items()}
    return MoveOut(before, since, floors)


def _hash_at(connection: Connection, strand: int, floor: int) -> str:
    """The hash of a strand's row at its floor, as the row after it has it."""
    after = select(AUDIT.c.prev).where(AUDIT.c.strand == strand, AUDIT.c.seq == floor + 1)
    return str(connection.execute(after).scalar() or START)


def lines(connection: Connection, leaving: MoveOut) -> Iterator[Line]:
    """The lines of the file: `verify.py` reads them together with a dump."""
    yield {"row": "moved", "format": 1, "before": str(leaving.before)}
    for strand, (floor, _) in leaving.floors.items():
        yield from audit_rows(connection, AUDIT.c.strand == strand, AUDIT.c.seq <= floor)


def move_out(connection: Connection, leaving: MoveOut, now: datetime) -> None:
    """Take the rows out, once the file is safe; raises Stale when others moved them meanwhile."""
    for strand, (floor, _) in leaving.floors.items():
        place = (HEAD.c.strand == strand, HEAD.c.floor == leaving.since[strand])
        raised = connection.execute(update(HEAD).where(*place).values(floor=floor))
        if raised.rowcount != 1:
            raise Stale("日志刚刚已由别人移出过，请重新办理")
        gone = delete(AUDIT).where(AUDIT.c.strand == strand, AUDIT.c.seq <= floor)
        connection.execute(gone)
    data: dict[str, Any] = {"before": str(leaving.before), "rows": leaving.rows}
    for strand, (floor, hash_) in leaving.floors.items():
        data |= {f"floor{strand}": floor, f"hash{strand}": hash_}
    audit.record(connection, Act("retention", data=data), now)
