"""Many statements to PostgreSQL in one flush, and their answers back: libpq's pipeline, bare.

psycopg's own cursors spend some 60 µs a statement and send each by itself, so that the server wakes
up for every one; libpq takes a few µs and sends them together. The connection stays psycopg's,
which sees what was begun here as its own transaction.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from psycopg import Connection, DataError, OperationalError, generators
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

Command = tuple[str, Sequence[Any]]
"""SQL with `$1`, `$2` … and their values."""

MOST = 200
"""Statements in one flush: their answers must fit into a socket, which nobody reads meanwhile."""

_serials = count(1)


def run(
    connection: "Connection[Any]",
    names: dict[str, bytes],
    commands: Sequence[Command],
    *,
    last: bool = False,
) -> None:
    """Execute in order, within the connection's transaction, which begins here if it has not.

    `names` keeps from call to call what this connection has prepared. After the `last` commands the
    transaction is committed, in the same flush. Raises psycopg's errors; then nothing after the
    statement that failed was executed.
    """
    for first in range(0, len(commands), MOST):
        ends = last and first + MOST >= len(commands)
        _exchange(connection, names, commands[first : first + MOST], commits=ends)


def fetch(
    connection: "Connection[Any]", names: dict[str, bytes], commands: Sequence[Command]
) -> list[list[tuple[Any, ...]]]:
    """The rows of each query; the transaction begins here if it has not."""
    results = _exchange(connection, names, commands)[-len(commands) :]
    return [_rows(connection, result) for result in results]


def _rows(connection: "Connection[Any]", result: PGresult) -> list[tuple[Any, ...]]:
    reader = Transformer.from_context(connection)
    reader.set_pgresult(result)
    return reader.load_rows(0, result.ntuples, tuple)


def _exchange(
    connection: "Connection[Any]",
    names: dict[str, bytes],
    commands: Sequence[Command],
    *,
    commits: bool = False,
) -> list[PGresult]:
    sent = [(sql, [_text(value) for value in values]) for sql, values in commands]
    new = {sql: f"duban_{next(_serials)}".encode() for sql, _ in sent if sql not in names}
    begins = connection.pgconn.transaction_status == TransactionStatus.IDLE
    executes = [(names.get(sql) or new[sql], values) for sql, values in sent]
    plan = _Plan(begins, new, executes, commits)
    results = connection.wait(_pipeline(connection.pgconn, plan))
    for (sql, name), result in zip(new.items(), results[begins:], strict=False):
        if result.status == ExecStatus.COMMAND_OK:  # no rollback takes it back
            names[sql] = name
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result)
    return results


class _Plan(NamedTuple):
    """What one flush sends, in this order."""

    begins: bool
    prepares: Mapping[str, bytes]
    executes: Sequence[tuple[bytes, list[bytes | None]]]
    commits: bool


def _pipeline(pgconn: PGconn, plan: _Plan) -> Generator[Wait, Ready | int, list[PGresult]]:
    """Send all, then read all: one round trip."""
    pgconn.enter_pipeline_mode()
    if plan.begins:
        pgconn.send_query_params(b"BEGIN", None)
    for sql, name in plan.prepares.items():
        pgconn.send_prepare(name, sql.encode())
    for name, values in plan.executes:
        pgconn.send_query_prepared(name, values)
    if plan.commits:
        pgconn.send_query_params(b"COMMIT", None)
    pgconn.pipeline_sync()
    yield from generators.send(pgconn)
    results = []
    while True:
        result = yield from generators.fetch(pgconn)
        if result is not None:
            if result.status == ExecStatus.PIPELINE_SYNC:
                break
            results.append(result)
        elif pgconn.status == ConnStatus.BAD:
            raise OperationalError("the connection is lost")
    pgconn.exit_pipeline_mode()
    return results


# Values as PostgreSQL's text format has them


def _text(value: Any) -> bytes | None:
    return _WRITTEN[type(value)](value)


def _of_str(value: str) -> bytes:
    if "\0" in value:
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return value.encode()


_WRITTEN: dict[type, Callable[[Any], bytes | None]] = {
    str: _of_str,
    int: lambda value: b"%d" % value,
    bool: lambda value: b"t" if value else b"f",
    datetime: lambda value: value.isoformat().encode(),
    type(None): lambda value: None,
}
