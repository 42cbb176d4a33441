"""The doors to the database: `unit_of_work()` writes, `reading()` reads, and `snapshot()` reads one
state; nothing else opens a transaction.

SQLite: a unit of work takes a lock of the process and BEGIN IMMEDIATE in its turn, so that threads
and processes wait instead of failing; a reader takes a plain BEGIN and sees the last committed
state. PostgreSQL: ordinary READ COMMITTED transactions; a command locks its case row first.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from workflow.engine.errors import DubanError
from workflow.store.driver.bulk import instant_as_text
from workflow.store.driver.trouble import is_full
from workflow.store.driver.turns import PATIENCE_SECONDS, begin_in_turn
from workflow.store.evidence.chain import ALGORITHMS
from workflow.store.meters import Meters

SAFE_WAL = (3, 51, 3)
"""SQLite versions before this one can corrupt a WAL database (sqlite.org, WAL-reset bug)."""

MOMENT_SECONDS = 0.2
"""So long whoever only reads waits for SQLite's lock, to note that they did."""


class DatabaseUnusable(DubanError):
    """The database cannot be used as it is; the message says what to do."""


class Database:
    """One database, by URL: `sqlite:///path`, `postgresql://…`.

    `chain` is the algorithm of the hash chains for rows written from now on.
    """

    def __init__(self, url: str, chain: str = ALGORITHMS[0]) -> None:
        self.url = _normal(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.meters = Meters()
        # options of the engine itself: a copy of it with options tells its listeners more slowly
        options = {"chain": chain, "meters": self.meters}
        self.engine = (_sqlite if self.is_sqlite else _postgres)(self.url, options)
        event.listen(self.engine, "before_cursor_execute", lambda *_: self.meters.count("queries"))
        self.full = False
        """Whether the last write failed for want of room."""
        self._writer = threading.RLock() if self.is_sqlite else None

    @property
    def file(self) -> Path | None:
        """Where SQLite keeps it; None for PostgreSQL."""
        path = make_url(self.url).database if self.is_sqlite else None
        return Path(path) if path else None

    @contextmanager
    def unit_of_work(self) -> Iterator[Connection]:
        """A transaction: commits when the block ends, leaves nothing behind when it raises."""
        try:
            with self._writer or nullcontext(), self.engine.begin() as connection:
                yield connection
        except OperationalError as error:
            self.full = is_full(error)
            raise
        self.full = False

    def note(self, write: Callable[[Connection], object]) -> bool:
        """Write down something beside what is asked for, such as that a session is in use; whether
        it was. Who only reads waits but a moment for who writes, and is answered where nobody can.
        """
        if self._writer is not None and not self._writer.acquire(timeout=MOMENT_SECONDS):
            return False
        try:
            with self.engine.connect() as connection:
                with connection.execution_options(patience=MOMENT_SECONDS).begin():
                    write(connection)
        except OperationalError as error:
            self.full = self.full or is_full(error)
            return False
        finally:
            if self._writer is not None:
                self._writer.release()
        return True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction for reading; on PostgreSQL a statement sees what is committed by then."""
        with self.engine.connect() as connection:
            yield connection.execution_options(reading=True)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction for reading one state, whatever is committed meanwhile: for whoever holds
        what one statement says against what another does.
        """
        with self.reading() as connection:
            if not self.is_sqlite:  # there a reader sees one state anyway
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield connection

    def may_retry(self, error: OperationalError) -> bool:
        """Whether the transaction lost to another and may simply be tried again."""
        return getattr(error.orig, "sqlstate", None) in ("40001", "40P01")

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _normal(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnusable(f"DATABASE_URL 写法不对：{url.partition('://')[0]}://…") from None
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if not parsed.drivername.startswith(("sqlite", "postgresql")):
        raise DatabaseUnusable(f"不支持数据库“{parsed.drivername}”，可用 sqlite 或 postgresql")
    return parsed.render_as_string(hide_password=False)


def _sqlite(url: str, options: dict[str, Any]) -> Engine:
    import pysqlite3.dbapi2 as driver  # brings a library without the WAL bug

    if driver.sqlite_version_info < SAFE_WAL:
        raise DatabaseUnusable(
            f"SQLite {driver.sqlite_version} 的 WAL 有损坏数据的缺陷，请安装 pysqlite3"
        )
    driver.register_adapter(datetime, instant_as_text)  # for what passes SQLAlchemy by
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        module=driver,
        connect_args={"timeout": PATIENCE_SECONDS, "check_same_thread": False},
        pool_size=20,
        pool_use_lifo=True,  # the connection used last still knows its pages
        execution_options=options,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, see _begin_sqlite
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        f"busy_timeout={PATIENCE_SECONDS * 1000:.0f}",
        "wal_autocheckpoint=8000",  # pages: a step rewrites the same ones, so wait for more of them
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("reading"):
        connection.exec_driver_sql("BEGIN")
    else:
        begin_in_turn(connection, connection.get_execution_options().get("patience"))


def _postgres(url: str, options: dict[str, Any]) -> Engine:
    try:
        import psycopg  # noqa: F401  (an extra: say how to get it)
    except ImportError:
        raise DatabaseUnusable("缺少 PostgreSQL 驱动，请安装 duban[postgres]") from None
    # With every rollback psycopg drops all that the session has prepared, and every reading ends in
    # one: `wire` prepares what is worth it and keeps it.
    prepare = {"prepare_threshold": None}
    said = make_url(url).query
    engine = create_engine(
        url,
        pool_size=10,
        max_overflow=30,
        pool_pre_ping=False,
        connect_args=prepare | {name: _LOST[name] for name in _LOST.keys() - said.keys()},
        execution_options=options,
    )
    event.listen(engine, "connect", _prepare_postgres)
    return engine


_LOST = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""When a server that falls silent is given up, unless the URL says otherwise: the network says
nothing of it for hours.
"""

LONGEST_FOR_A_LOCK = "60s"
"""So long somebody waits for what another has locked: a process that stands still keeps its locks,
and would keep everybody who wants them.
"""


def _prepare_postgres(connection: Any, _: object) -> None:
    unless_said = "WHERE current_setting('lock_timeout') = '0'"
    set_ = f"SELECT set_config('lock_timeout', %s, false) {unless_said}"
    connection.execute(set_, (LONGEST_FOR_A_LOCK,))
    connection.commit()  # a rollback would take it back
