"""A PostgreSQL to be killed: one of its backends, or the postmaster, which is then started anew."""

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from bench.embedded import PostgresServer

ENDS_SECONDS, RECOVERS_SECONDS = 30.0, 120.0
"""How long children may outlive their postmaster, and how long a new one may take to be there."""


def kill_backend(server: PostgresServer, chance: random.Random) -> bool:
    """Kill a backend that serves a client; the others recover with it. False if there is none."""
    query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> %s"
    try:
        with psycopg.connect(server.get_uri(), connect_timeout=10) as connection:
            own = connection.info.backend_pid
            found = [pid for (pid,) in connection.execute(query, (own,)).fetchall()]
    except psycopg.OperationalError:  # it recovers from the last one
        return False
    if not found:
        return False
    with suppress(ProcessLookupError):
        os.kill(chance.choice(found), signal.SIGKILL)
    return True


def kill_postmaster(server: PostgresServer) -> None:
    """Kill the postmaster, let its children notice, and start it again."""
    postmaster = server.get_pid()
    assert postmaster is not None
    children = [
        int(child)
        for task in Path(f"/proc/{postmaster}/task").iterdir()
        for child in (task / "children").read_text(encoding="ascii").split()
    ]
    os.kill(postmaster, signal.SIGKILL)
    until = time.monotonic() + ENDS_SECONDS
    # a postmaster whose death nobody has taken note of still counts as the owner of its files
    while Path(f"/proc/{postmaster}").exists() or any(map(_is_running, children)):
        if time.monotonic() > until:
            raise TimeoutError("children of a dead postmaster do not end")
        time.sleep(0.01)
    until = time.monotonic() + RECOVERS_SECONDS
    while True:
        try:
            server.ensure_postgres_running()
            return
        except Exception:  # it was waited for ten seconds, and goes on recovering
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def _is_running(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
