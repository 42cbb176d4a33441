"""The chained rows as lines of JSON: what an auditor verifies on another machine.

Hashes, ids and what cases hold; no names, telephone numbers or addresses of people beyond what was
typed into a case.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, select

from workflow.store.evidence import audit
from workflow.store.evidence.archive import EVERY_ROW
from workflow.store.evidence.history import HASHED
from workflow.store.evidence.kept import kept_rows
from workflow.store.plain import instant
from workflow.store.tables.handles import AUDIT, CASE, CHECKPOINT, HEAD

Line = dict[str, Any]

_BATCH = 2000


def dump(connection: Connection) -> Iterator[Line]:
    """Every line of a dump, heads before the rows they end."""
    yield {"row": "dump", "format": 1}
    cases = select(CASE.c.id, CASE.c.number, CASE.c.seq, CASE.c.head).order_by(CASE.c.id)
    for id_, number, seq, head in connection.execute(cases.execution_options(yield_per=_BATCH)):
        yield {"row": "case", "id": id_, "number": number, "seq": seq, "head": head}
    for strand, seq, head in connection.execute(
        select(HEAD.c.strand, HEAD.c.seq, HEAD.c.hash).order_by(HEAD.c.strand)
    ):
        yield {"row": "strand", "id": strand, "seq": seq, "head": head}
    yield from audit_rows(connection)
    yield from _rows(connection, "history", EVERY_ROW, ("case_id", "seq"), HASHED)
    for number, hash_ in connection.execute(
        select(CHECKPOINT.c.number, CHECKPOINT.c.hash).order_by(CHECKPOINT.c.number)
    ):
        yield {"row": "checkpoint", "number": number, "hash": hash_}
    for kind, id_, values in kept_rows(connection):
        yield {"row": "kept", "kind": kind, "id": id_, "values": values}


def audit_rows(connection: Connection, *wanted: ColumnElement[bool]) -> Iterator[Line]:
    """The rows of the log that are wanted, strand by strand."""
    yield from _rows(connection, "audit", AUDIT, ("strand", "seq"), audit.HASHED, *wanted)


def _rows(
    connection: Connection,
    name: str,
    table: FromClause,
    order: tuple[str, ...],
    hashed: tuple[str, ...],
    *wanted: ColumnElement[bool],
) -> Iterator[Line]:
    query = select(table).where(*wanted).order_by(*(table.c[column] for column in order))
    for row in connection.execute(query.execution_options(yield_per=_BATCH)).mappings():
        at: datetime = row["at"]
        yield {
            "row": name,
            **{column: row[column] for column in hashed},
            "at": instant(at),
            "hash": row["hash"],
        }
