"""Where the measurements run: scratch databases of their own, and a description of the machine."""

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pysqlite3.dbapi2 as sqlite
import sqlalchemy

from bench.embedded import PostgresServer, get_server

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("DUBAN_DATA", ROOT / ".data")) / "bench"
"""Kept from run to run: the peers' environment. Databases are made in a scratch folder."""

CONNECTIONS = 200
"""Of the PostgreSQL of a run: all programs that are compared stay connected from round to round,
sixteen clients each, which is more than its default of 100.
"""


class Scratch:
    """A folder with SQLite files and, once asked for, one PostgreSQL with default durability."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server: PostgresServer | None = None
        self._serials = count(1)

    @property
    def server(self) -> PostgresServer:
        """The PostgreSQL of this run, started at the first question."""
        if self._server is None:
            self._server = get_server(self.folder / "pg", cleanup_mode="stop")
            self.administer(f"ALTER SYSTEM SET max_connections = {CONNECTIONS}")
            self._server.stop()
            self._server.start()
        return self._server

    def program(self, name: str) -> str:
        """The path of a program that came with PostgreSQL."""
        return str(Path(self.server.bin_path) / name)

    def postgres(self, template: str | None = None) -> str:
        """A new PostgreSQL database, empty or a copy of one without connections; its URL."""
        name = f"bench_{next(self._serials)}"
        copy = f" TEMPLATE {name_of(template)} STRATEGY FILE_COPY" if template else ""
        self.administer(f"CREATE DATABASE {name}{copy}")
        return self.server.get_uri(database=name)

    def sqlite(self, template: str | None = None) -> str:
        """A new SQLite file, empty or a copy; its URL."""
        path = self.folder / f"bench_{next(self._serials)}.db"
        if template:
            shutil.copyfile(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def new(self, kind: str, template: str | None = None) -> str:
        """A new database of a kind, `postgres` or `sqlite`; its URL."""
        return self.postgres(template) if kind == "postgres" else self.sqlite(template)

    def drop(self, url: str) -> None:
        """Remove a database of this run and the room it took."""
        if url.startswith("sqlite"):
            for end in ("", "-wal", "-shm"):
                Path(url.removeprefix("sqlite:///") + end).unlink(missing_ok=True)
        else:
            self.administer(f"DROP DATABASE {name_of(url)} WITH (FORCE)")

    def administer(self, statement: str) -> None:
        """One statement outside any transaction, such as CHECKPOINT."""
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def description(self) -> list[str]:
        """The machine and the versions, a line each."""
        kernel = platform.release().partition("-")[0]
        lines = [
            f"{_cpu()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB,"
            f" {platform.system()} {kernel}, load {os.getloadavg()[0]:.1f}",
            f"Python {platform.python_version()}, SQLAlchemy {sqlalchemy.__version__},"
            f" psycopg {psycopg.__version__} ({psycopg.pq.__impl__}),"
            f" SQLite {sqlite.sqlite_version}",
        ]
        return lines + ([_postgres_version(self._server)] if self._server else [])

    def cpu_seconds(self) -> float:
        """Processor time so far of this process, its children and the PostgreSQL of this run."""
        spent, children = _processes()
        roots = [os.getpid()] + ([self._server.get_pid() or 0] if self._server else [])
        total = 0.0
        while roots:
            process = roots.pop()
            total += spent.get(process, 0.0)
            roots += children.get(process, [])
        return total

    def settle(self, url: str) -> None:
        """Let nothing that set-up left behind disturb the measurement that follows."""
        if url.startswith("sqlite"):
            file = sqlite.connect(url.removeprefix("sqlite:///"))
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            file.close()
        else:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
            self.administer("CHECKPOINT")
        os.sync()


def _postgres_version(server: PostgresServer) -> str:
    query = "SELECT current_setting('server_version'), current_setting('synchronous_commit')"
    with psycopg.connect(server.get_uri()) as connection:
        version, durable = connection.execute(query).fetchone() or ("?", "?")
    return (
        f"PostgreSQL {version}, defaults (synchronous_commit {durable}) but max_connections"
        f" {CONNECTIONS}"
    )


def name_of(url: str) -> str:
    """The database's name in a URL."""
    return url.split("?")[0].rsplit("/", 1)[-1]


@contextmanager
def scratch(beside: Path = DATA) -> Iterator[Scratch]:
    """A scratch folder beside the peers' environment, removed at the end with all its databases."""
    beside.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=beside))
    made = Scratch(folder)
    try:
        yield made
    finally:
        if made._server is not None:
            made._server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def peak_mb() -> float:
    """The most memory that this program has used; `ru_maxrss` would be that of whoever started it,
    where it used more.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _processes() -> tuple[dict[int, float], dict[int, list[int]]]:
    """Processor time of every process and of its ended children, and who its children are."""
    spent: dict[int, float] = {}
    children: dict[int, list[int]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has just ended; its parent has its time
        process = int(file.parent.name)
        spent[process] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        children.setdefault(int(fields[1]), []).append(process)
    return spent, children


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
