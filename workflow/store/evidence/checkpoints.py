"""Checkpoints: what the chains were at a moment, small enough to keep outside the database.

A chain proves that nothing in it was changed, but not that it still ends where it did, nor that
nobody made it anew. A checkpoint does: it holds each case's head and count as they were, a short
mark of every row since the checkpoint before, and that one's hash. `workflow/doctor/verify.py`
reads it without this program.
"""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, func, insert, select, text

from workflow.store.evidence.archive import EVERY_ROW
from workflow.store.evidence.audit import Act, record
from workflow.store.evidence.chain import START, algorithm_of, hash_values
from workflow.store.evidence.kept import KEPT, kept_rows
from workflow.store.plain import dumps, instant
from workflow.store.tables.handles import AUDIT, CASE, CHECKPOINT, HEAD, SEEN

MARK = 8
"""Hexadecimal digits by which a checkpoint knows a row: they name it, the full head proves it."""

Body = dict[str, Any]
Chains = dict[str, list[Any]]
"""By id: the number of the first row that is new, the marks of the new rows, the head."""


_TURN = 0x44554241
"""PostgreSQL's number for the turn at making a checkpoint."""

_IN_JSON = {
    "sqlite": "SELECT CAST(key AS INTEGER), value FROM json_each(:seen) WHERE true",
    "postgresql": "SELECT key::bigint, value::integer FROM json_each_text(CAST(:seen AS json))",
}
_SEE = (
    "INSERT INTO checkpoint_case (case_id, seq) {rows}"
    " ON CONFLICT (case_id) DO UPDATE SET seq = excluded.seq"
)
"""All in one parameter: after a storm, or a move to another database, a million cases have grown,
and a statement each took more than a minute.
"""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An exported checkpoint; `text` is the file."""

    number: int
    hash: str
    text: str


def export(
    connection: Connection, now: datetime, *, whole: bool = False, key: bytes | None = None
) -> Checkpoint:
    """Make the next checkpoint and keep it, in one transaction."""
    return keep(connection, compose(connection, now, whole=whole), now, key)


def compose(connection: Connection, now: datetime, *, whole: bool = False) -> Body:
    """What the next checkpoint is to say, of one state; it reads every case and writes nothing.

    `whole` makes one that stands for itself; otherwise it goes on from the one before.
    """
    before = newest(connection)
    known: Body = orjson.loads(before.text) if before else {}
    whole = whole or before is None
    cases = connection.execute(select(CASE.c.id, CASE.c.seq, CASE.c.head).order_by(CASE.c.id)).all()
    heads = connection.execute(
        select(HEAD.c.strand, HEAD.c.seq, HEAD.c.hash).order_by(HEAD.c.strand)
    ).all()
    algorithm = algorithm_of(connection)
    kept = _kept(connection, algorithm)
    digests = {kind: hash_values(algorithm, sorted(marks.items())) for kind, marks in kept.items()}
    body: Body = {
        "duban": "checkpoint",
        "format": 1,
        "number": before.number + 1 if before else 1,
        "at": instant(now),
        "alg": algorithm,
        "previous": before.hash if before else START,
        "whole": whole,
        "cases": len(cases),
        "rows": sum(row.seq for row in cases),
        "strands": {str(row.strand): [row.seq, row.hash] for row in heads},
        "kept": digests,
        "new": {
            "history": _new_history(connection, cases, whole),
            "audit": _new_audit(connection, {} if whole else known["strands"], heads),
            "kept": {
                kind: marks
                for kind, marks in kept.items()
                if whole or digests[kind] != known["kept"].get(kind)
            },
        },
    }
    body["root"] = root_of(algorithm, cases, heads, digests)
    return body


def root_of(algorithm: str, cases: Any, heads: Any, kept: Mapping[str, str]) -> str:
    """One digest over the heads and counts of all chains, and over what is kept beside them."""
    parts = [[list(row) for row in cases], [list(row) for row in heads], sorted(kept.items())]
    return hash_values(algorithm, parts)


def newest(connection: Connection) -> Checkpoint | None:
    """The last checkpoint, if there is one."""
    query = select(CHECKPOINT.c.number, CHECKPOINT.c.hash, CHECKPOINT.c.body)
    row = connection.execute(query.order_by(CHECKPOINT.c.number.desc()).limit(1)).first()
    return None if row is None else Checkpoint(*row)


def last_at(connection: Connection) -> datetime | None:
    """When the last checkpoint was made, by the clock of then."""
    newest = select(CHECKPOINT.c.at).order_by(CHECKPOINT.c.number.desc()).limit(1)
    found: datetime | None = connection.execute(newest).scalar()
    return found


def is_my_turn(connection: Connection) -> bool:
    """Whether nobody else is making a checkpoint, and from now on nobody does until the transaction
    ends. On SQLite, which has one worker as a rule, it is always so: of two, the slower one is told
    by `keep`.
    """
    if connection.dialect.name == "sqlite":
        return True
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(_TURN))).scalar_one())


def seal(body: Body, key: bytes | None) -> Body:
    """A body with its hash and, given a key, its code (HMAC)."""
    sealed = body | {"hash": hash_values(body["alg"], [body])}
    if key is not None:
        code = hmac.new(key, sealed["hash"].encode(), body["alg"]).hexdigest()
        sealed["code"] = code
    return sealed


def keep(connection: Connection, body: Body, now: datetime, key: bytes | None) -> Checkpoint:
    """Keep a checkpoint and note it in the log; with a `key` it carries a code that nobody can make
    without. Raises IntegrityError where another was made meanwhile: its number is taken.
    """
    sealed = seal(body, key)
    made = Checkpoint(body["number"], sealed["hash"], dumps(sealed))
    row = {"number": made.number, "at": now, "cases": body["cases"], "history_rows": body["rows"]}
    connection.execute(insert(CHECKPOINT).values(**row, hash=made.hash, body=made.text))
    seen = {
        case: first + len(marks) // MARK - 1
        for case, (first, marks, _) in body["new"]["history"].items()
    }
    if seen:
        see = _SEE.format(rows=_IN_JSON[connection.dialect.name])
        connection.execute(text(see), {"seen": dumps(seen)})
    record(connection, Act("checkpoint", data={"number": made.number, "hash": made.hash}), now)
    return made


def _new_history(connection: Connection, cases: Any, whole: bool) -> Chains:
    """The chains that grew since, from where they were."""
    query = select(SEEN.c.case_id, SEEN.c.seq)
    seen = {} if whole else {row.case_id: row.seq for row in connection.execute(query)}
    grown = {row.id: row for row in cases if row.seq > seen.get(row.id, 0)}
    rows = (
        select(EVERY_ROW.c.case_id, EVERY_ROW.c.seq, EVERY_ROW.c.hash)
        .where(EVERY_ROW.c.case_id.in_(bindparam("some", expanding=True)))
        .order_by(EVERY_ROW.c.case_id, EVERY_ROW.c.seq)
    )
    chains: Chains = {}
    for some in _in_batches(sorted(grown)):
        found = connection.execute(rows, {"some": some})
        for case, group in groupby(found, key=lambda row: row.case_id):
            first, last = seen.get(case, 0) + 1, grown[case].seq
            marks = "".join(row.hash[:MARK] for row in group if first <= row.seq <= last)
            chains[str(case)] = [first, marks, grown[case].head]
    return chains


def _in_batches(ids: list[int], size: int = 500) -> Iterator[list[int]]:
    for at in range(0, len(ids), size):
        yield ids[at : at + size]


def _new_audit(connection: Connection, known: Mapping[str, list[Any]], heads: Any) -> Chains:
    chains: Chains = {}
    for strand, seq, head in heads:
        before = known.get(str(strand), [0])[0]
        query = (
            select(AUDIT.c.seq, AUDIT.c.hash)
            .where(AUDIT.c.strand == strand, AUDIT.c.seq > before, AUDIT.c.seq <= seq)
            .order_by(AUDIT.c.seq)
        )
        rows = connection.execute(query).all()
        if rows:
            chains[str(strand)] = [rows[0].seq, "".join(row.hash[:MARK] for row in rows), head]
    return chains


def _kept(connection: Connection, algorithm: str) -> dict[str, dict[str, str]]:
    kept: dict[str, dict[str, str]] = {kind: {} for kind in KEPT}
    for kind, id_, values in kept_rows(connection):
        kept[kind][str(id_)] = hash_values(algorithm, values)[: 2 * MARK]
    return kept
