"""The reference transaction: what any system must at least do for one durable step, run by pgbench
(`reference.sql`) or by bare pysqlite3.
"""

import re
import subprocess
import threading
import uuid
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite

from bench import loads
from bench.machine import Scratch

HERE = Path(__file__).parent
BODY = '{"description":"' + "路灯不亮，三个月没有人修。" * 38 + '"}'
"""About 1.5 kB, like the body of a rectification case."""
HASH = "a" * 64
ROWS = (
    "ref_case ~ 1, ref_history + 1, ref_timer + 1, ref_timer ~ 1, ref_outbox + 1, ref_request + 1"
)
"""What it writes (+ inserted, ~ updated)."""


def pgbench(
    scratch: Scratch, url: str, script: str, clients: int, seconds: int, **given: int
) -> tuple[float, float]:
    """Transactions a second of a pgbench script, and how many."""
    definitions = [part for name, value in given.items() for part in ("-D", f"{name}={value}")]
    command = [scratch.program("pgbench"), "-n", "-M", "prepared", "-f", str(HERE / script)]
    command += ["-c", str(clients), "-j", str(min(clients, 2)), "-T", str(seconds)]
    done = subprocess.run(
        [*command, *definitions, url], capture_output=True, text=True, check=False
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"pgbench {script}:\n{done.stderr.strip()}")
    return float(found[1]), float(found[1]) * seconds


def seed(connection: Any, cases: int) -> None:
    """Make the reference tables, with so many cases, by psycopg or pysqlite3."""
    is_sqlite = isinstance(connection, sqlite.Connection)
    mark = "?" if is_sqlite else "%s"
    for statement in (HERE / "reference_schema.sql").read_text(encoding="utf-8").split(";"):
        if statement.strip():
            connection.execute(statement)
    cursor = connection.cursor()
    cursor.executemany(
        "INSERT INTO ref_case (id, workflow, number, unit_id, state, seq, head, body)"
        f" VALUES ({mark}, 'r', {mark}, 7, 'assigned', 3, {mark}, {mark})",
        [(n, f"第{n}号", HASH, BODY) for n in range(1, cases + 1)],
    )
    at = "2026-03-12 02:00:00"
    cursor.executemany(
        f"INSERT INTO ref_timer VALUES ({mark}, 3, 'rung', '{at}', '{at}', NULL, 'waiting')",
        [(n,) for n in range(1, cases + 1)],
    )
    connection.commit()


class Raw:
    """The reference transaction in bare pysqlite3: a connection a thread, one lock for writers."""

    def __init__(self, url: str, cases: int) -> None:
        self._path = url.removeprefix("sqlite:///")
        self._local = threading.local()
        self._lock = threading.Lock()
        self._next = 0
        self._cases = cases
        self._crews: dict[int, loads.Crew] = {}
        seed(self._connection(), cases)

    def round(self, count: int, threads: int) -> loads.Round:
        """So many steps by so many threads."""
        numbers = range(self._next, self._next + count)
        self._next += count
        return self._crews.setdefault(threads, loads.Crew(self._fire, threads)).round(numbers)

    def _connection(self) -> Any:
        if not hasattr(self._local, "connection"):
            connection = sqlite.connect(self._path, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            self._local.connection = connection
        return self._local.connection

    def _fire(self, number: int) -> None:
        connection = self._connection()
        with self._lock:
            _reference_step(connection, number % self._cases + 1)


def _reference_step(connection: Any, case: int) -> None:
    """reference.sql in SQLite."""
    now = "2026-03-02 03:00:00"
    run = connection.execute
    run("BEGIN IMMEDIATE")
    read = "SELECT seq, head, body FROM ref_case WHERE id = ?"
    seq, head, body = run(read, (case,)).fetchone()
    run(
        "UPDATE ref_case SET state = 'planning', seq = ?, due_at = ?, head = ?, body = ?"
        " WHERE id = ?",
        (seq + 1, now, head, body, case),
    )
    run(
        "INSERT INTO ref_history"
        " VALUES (?, ?, 'accept', 'assigned', 'planning', 1, ?, '{}', ?, ?, ?)",
        (case, seq + 1, now, '{"calendar":1,"posts":[[11,7,"liaison",null]]}', head, head),
    )
    run(
        "UPDATE ref_timer SET status = 'fired', wake_at = NULL, settled_at = ?"
        " WHERE case_id = ? AND status = 'waiting'",
        (now, case),
    )
    run(
        "INSERT INTO ref_timer VALUES (?, ?, 'rung:standard', ?, ?, NULL, 'waiting')",
        (case, seq + 1, now, now),
    )
    run(
        "INSERT INTO ref_outbox"
        " VALUES (?, ?, 1, 'email', '{\"headline\":\"路灯不亮\"}', 'waiting', ?, ?)",
        (f"{case}.{seq}", case, now, now),
    )
    run("INSERT INTO ref_request VALUES (?, 1, ?, '{}', ?)", (str(uuid.uuid4()), head, now))
    run("COMMIT")
